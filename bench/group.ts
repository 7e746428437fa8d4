/** One case of a benchmark: its contenders are measured together and become figures. */
import { backend } from "kalmia/engine";
import type { Entry, Figure, Findings, Missing } from "./figure.js";
import { type Contender, type MeasureOptions, measure } from "./measure.js";

/** How a benchmark is run in this process. */
export interface Bench {
  readonly options: MeasureOptions;
  /** The other library; null where it is not compared. */
  readonly peer: Peer | null;
  readonly progress: (text: string) => void;
}

/** The other library's way to do an operation: a contender, or why there is none. */
export interface Peer {
  readonly matmul: PeerOperation<[m: number, k: number, n: number]>;
  readonly cholesky: PeerOperation<[batch: number, d: number]>;
  readonly triangularSolve: PeerOperation<[batch: number, d: number]>;
  /** A chain of additions and products in one jitted function. */
  readonly chain: PeerOperation<[size: number, length: number]>;
  readonly eager: PeerOperation<[size: number]>;
}
export type PeerOperation<A extends unknown[]> = (
  dtype: Entry["dtype"],
  ...args: A
) => Promise<Contender | string>;

export interface Runner {
  readonly entry: Entry;
  readonly contender: Contender | string;
}

/** Measures the contenders of one case in turn; a text instead of a contender says why not. */
export async function measureCase(
  runners: readonly Runner[],
  { options }: Bench,
): Promise<Findings> {
  const able = runners.flatMap(({ entry, contender }) =>
    typeof contender === "string" ? [] : [{ entry, contender }],
  );
  const missing = runners.flatMap(({ entry, contender }): Missing[] =>
    typeof contender === "string"
      ? [{ who: entry.who, case: `${entry.group} ${entry.case} ${entry.dtype}`, reason: contender }]
      : [],
  );
  const timings = await measure(
    able.map(({ contender }) => contender),
    options,
  );
  const figures = able.map(
    ({ entry }, i): Figure => ({
      ...entry,
      build: entry.who === "jax-js" ? null : backend().name,
      seconds: timings[i]!,
    }),
  );
  return { figures, windows: [], missing };
}
