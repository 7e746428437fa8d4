/** Trajectories: what was observed of one course of a system, ready for filters. */
import { slice, type Tensor, UsageError } from "../engine/index.js";
import { inSteps } from "../models/index.js";
import { type ObservationSeries, observationSeries } from "../observe/index.js";
import { checkCount, counted, describeValue } from "../parts/index.js";
import { expectKey, expectParts } from "../prob/index.js";
import { foldIn, type Key } from "../random/index.js";
import { type OwnRecord, plainRecord } from "./own-record.js";
import type { ObservationRecord } from "./record.js";
import { expectProblem, type StateSpace } from "./system.js";

export interface Trajectory {
  /** What the filter compares with, [K, m]. */
  readonly series: ObservationSeries;
  /** The variables observed, i32 [K, m], where they change with time. */
  readonly positions: Tensor | null;
  /** The same for people, in natural units. */
  readonly record: ObservationRecord;
  /** The true states in natural units, [K][d], in a twin. */
  readonly truth: readonly (readonly number[])[] | null;
  /** Its number among several trajectories, from 0; null: it is the only one. */
  readonly number: number | null;
}

/** A trajectory of observations that were made, not simulated; `who` asks. */
export function trajectoryOf(
  system: StateSpace,
  given: OwnRecord | ObservationRecord,
  who = "trajectoryOf",
): Trajectory {
  expectProblem(who, system);
  const { observed, view } = system;
  const plain = plainRecord(given, system, who);
  const own = observationSeries(plain, view.transform);
  const intervals = own.intervals.map((interval) => inSteps(interval, system.step));
  const m = plain.values[0]!.length;
  const components = observed.kind === "components" ? observed.components : [];
  const names = observed.kind === "operator" ? observed.names : undefined;
  const record: ObservationRecord =
    "timeName" in given
      ? given
      : {
          ...{ timeName: "time", times: plain.times, values: plain.values },
          columns: given.columns ?? Array.from({ length: m }, (_, j) => names?.[j] ?? `y${j}`),
          components: Array.from({ length: m }, (_, j) => components[j] ?? -1),
        };
  return { series: { ...own, intervals }, positions: null, record, truth: null, number: null };
}

/** Whatever stands for a trajectory in library calls. */
export type Observations = Trajectory | OwnRecord;

/** Observations as a trajectory; `who` asks. */
export function asTrajectory(system: StateSpace, given: Observations, who: string): Trajectory {
  if (typeof given !== "object" || given === null || !("series" in given || "times" in given)) {
    throw new UsageError(
      `${who}: got ${describeValue(given)} for the observations; need { times, values }, or the record of a twin.`,
    );
  }
  if (!("series" in given)) return trajectoryOf(system, given, who);
  const m = system.view.operator?.size;
  const [, width] = given.series.y.shape;
  if (m === undefined || width === m) return given;
  throw new UsageError(
    `${who}: the trajectory has ${counted(width!, "value")} at each time, and the problem observes ${m}; need a trajectory of the same problem.`,
  );
}

/** Throws a UsageError unless it is one random key, [2]. */
export function expectRootKey(who: string, key: Key): void {
  expectKey(who, key);
  if (key.shape.length === 1) return;
  throw new UsageError(
    `${who}: the key is [${key.shape}]; need one key [2], as key(seed) makes it.`,
  );
}

/** Random keys of a run over one trajectory. */
export interface RunKeys {
  /** For the first state. */
  readonly initial: Key;
  /** For the cycles; cycle k has its own, folded with k. */
  readonly cycles: Key;
}

/** Purposes of the random numbers of a run; 0 is that of the data. */
const purposes = { initial: 1, cycles: 2, starts: 3, ranks: 4 } as const;

/** The keys of a run over a trajectory, from the root key; one of several has keys of its own. */
export function runKeys(root: Key, { number }: Pick<Trajectory, "number">): RunKeys {
  const own = (of: Key) => (number === null ? of : foldIn(of, number));
  return {
    initial: own(foldIn(root, purposes.initial)),
    cycles: own(foldIn(root, purposes.cycles)),
  };
}

/** The key of independent starts of learning, and that of ties of ranks. */
export const startsKey = (root: Key): Key => foldIn(root, purposes.starts);
export const ranksKey = (root: Key): Key => foldIn(root, purposes.ranks);

/** The first `count` cycles of a trajectory; all, if it has no more. */
export function firstCycles(trajectory: Trajectory, count: number): Trajectory {
  expectParts("firstCycles", "the trajectory", trajectory, ["series", "record"]);
  const { series, positions, record, truth } = trajectory;
  const K = series.times.length;
  checkCount("firstCycles", "the number of cycles", count, 0);
  if (count >= K) return trajectory;
  const rows = <T extends Tensor | null>(x: T) => x && slice(x, 0, 0, count);
  return {
    ...trajectory,
    series: {
      ...series,
      times: series.times.slice(0, count),
      intervals: series.intervals.slice(0, count),
      ...{ y: rows(series.y), mask: rows(series.mask) },
    },
    positions: rows(positions),
    record: {
      ...record,
      ...{ times: record.times.slice(0, count), values: record.values.slice(0, count) },
    },
    truth: truth?.slice(0, count) ?? null,
  };
}
