/** Trajectories: what was observed of one course of a system, ready for filters. */
import type { Tensor } from "../engine/index.js";
import { type ObservationSeries, observationSeries, type RecordData } from "../observe/index.js";
import { foldIn, type Key } from "../random/index.js";
import type { ObservationRecord } from "./record.js";
import type { StateSpace } from "./state-space.js";

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

/** Observations of your own: times [K] and values [K][m] in natural units, NaN for a gap. */
export interface OwnRecord extends RecordData {
  /** Names of the columns, [m]. @defaultValue y0, y1, … */
  readonly columns?: readonly string[];
}

/** A trajectory of observations that were made, not simulated. */
export function trajectoryOf(system: StateSpace, given: OwnRecord | ObservationRecord): Trajectory {
  const { observed, view } = system;
  const own = observationSeries(given, view.transform);
  const intervals = own.intervals.map((interval) => wholeSteps(interval, system.step));
  const m = given.values[0]!.length;
  const components = observed.kind === "components" ? observed.components : [];
  const record: ObservationRecord =
    "timeName" in given
      ? given
      : {
          ...{ timeName: "time", times: given.times, values: given.values },
          columns: given.columns ?? Array.from({ length: m }, (_, j) => `y${j}`),
          components: Array.from({ length: m }, (_, j) => components[j] ?? -1),
        };
  return { series: { ...own, intervals }, positions: null, record, truth: null, number: null };
}

/** A relative difference from a whole number of steps that is rounding. */
const rounding = 1e-9;

/** An interval as a whole number of steps, if it differs from one by no more than rounding. */
export function wholeSteps(interval: number, step: number): number {
  const n = Math.round(interval / step);
  return Math.abs(interval - n * step) <= rounding * step * Math.max(1, n) ? n * step : interval;
}

/** Whatever stands for a trajectory in library calls. */
export type Observations = Trajectory | OwnRecord;

export const asTrajectory = (system: StateSpace, given: Observations): Trajectory =>
  "series" in given ? given : trajectoryOf(system, given);

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
