import type { ReportFiles } from "../io/node.js";
import type { Reproduced } from "../report/index.js";
import type { Reproduction } from "../reproductions/reproduction.js";
import type {
  Checkpoint,
  ComparisonResult,
  RunHost,
  RunOutput,
  SavedValues,
} from "../run/output.js";
import type { Specification } from "../run/specification.js";

/** A stream that may be a terminal. */
export type Output = NodeJS.WritableStream & { readonly isTTY?: boolean };

/** What the commands need of the process around them; tests lend their own. */
export interface CliHost {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds. */
  now(): number;
  /** Of today, ISO 8601. */
  date(): string;
  /** Calls back once, when the user asks to stop; gives the function that ends the watch. */
  onStop(stop: () => void): () => void;
  runExperiment(
    specification: Specification,
    host: RunHost,
    resume?: Checkpoint,
    saved?: SavedValues,
  ): Promise<RunOutput>;
  renderReport(specification: Specification, output: RunOutput): Promise<ReportFiles>;
  /** `folders` are those of the methods, inside that of the comparison. */
  renderComparison(
    specification: Specification,
    comparison: ComparisonResult,
    folders: readonly string[],
  ): Promise<ReportFiles>;
  /** What `kalmia reproduce` can make. */
  reproductions(): Promise<readonly Reproduction[]>;
  /** Makes ready to compute on so many threads (null: as many as are good); the machine in words. */
  prepareMachine(threads: number | null): Promise<string>;
  renderReproduction(reproduced: Reproduced): Promise<ReportFiles>;
}
