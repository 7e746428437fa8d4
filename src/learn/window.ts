/**
 * Windows: records of many trajectories cut in time, for truncated back-propagation.
 *
 * A window carries everything that differs from the next: numbers that shape the computation
 * (intervals), and tensors that a captured window takes as input. Those of `trajectories` are cut
 * into slices that threads share; what never changes belongs into the problem itself.
 */
import { index, mapTree, ones, slice, type Tensor, tensor } from "../engine/index.js";
import { cycleKeys } from "../filters/index.js";
import type { ObservationSeries } from "../observe/index.js";
import type { Key } from "../random/index.js";

/** What is seen: of trajectories over cycles [B, L, ...], or at one cycle [B, ...]. */
export interface ObservedTensors {
  /** [..., m] */
  readonly y: Tensor;
  /** [..., m]; null if there are no gaps. */
  readonly mask: Tensor | null;
  /** What else differs between trajectories: the components that are seen, say. */
  readonly [name: string]: Tensor | null;
}

/** Tensors whose first axis is the trajectory and whose second is the cycle. */
export interface TrajectoryTensors extends ObservedTensors {
  /** One a trajectory and cycle, [B, L, 2]. */
  readonly keys: Tensor;
}

/** B trajectories over L cycles; a whole record is one, too. */
export interface Window {
  /** Time from the observation before to each of the window's, [L]. */
  readonly intervals: readonly number[];
  readonly trajectories: TrajectoryTensors;
  /** What all trajectories share and cycles do not, [L, ...]. */
  readonly shared: Readonly<Record<string, Tensor>>;
}

/** What a window holds of one cycle. */
export interface WindowCycle {
  readonly interval: number;
  /** One a trajectory, [B, 2]. */
  readonly key: Key;
  readonly trajectories: ObservedTensors;
  /** [...] */
  readonly shared: Readonly<Record<string, Tensor>>;
}

/** Records of trajectories observed at the same times, cycle k with their keys folded with k. */
export function recordsOf(
  series: readonly Pick<ObservationSeries, "intervals" | "y" | "mask">[],
  keys: readonly Key[],
): Window {
  const { intervals } = series[0]!;
  const gaps = series.some(({ mask }) => mask !== null);
  return {
    intervals,
    trajectories: {
      y: together(series.map(({ y }) => y)),
      mask: gaps ? together(series.map(({ y, mask }) => mask ?? ones(y.shape))) : null,
      keys: trajectoryKeys(keys, intervals.length),
    },
    shared: {},
  };
}

/** A record of one trajectory. */
export const recordOf = (
  series: Pick<ObservationSeries, "intervals" | "y" | "mask">,
  key: Key,
): Window => recordsOf([series], [key]);

/** [B, ...] of tensors that stay. */
const together = (parts: readonly Tensor[]): Tensor =>
  tensor(
    parts.flatMap((x) => [...x.data()]),
    { shape: [parts.length, ...parts[0]!.shape] },
  );

/** A key for every trajectory and cycle, [B, count, 2]. */
export function trajectoryKeys(keys: readonly Key[], count: number): Tensor {
  const words = keys.flatMap((key) => cycleKeys(key, 0, count).flatMap((k) => [...k.data()]));
  return tensor(words, { shape: [keys.length, count, 2], dtype: "i32" });
}

/** Cycles first (inclusive) to last (exclusive). */
export function windowOf(window: Window, first: number, last: number): Window {
  const { intervals, trajectories, shared } = window;
  if (first === 0 && last === intervals.length) return window;
  return {
    intervals: intervals.slice(first, last),
    trajectories: mapTree(trajectories, (x) => slice(x, 1, first, last)),
    shared: mapTree(shared, (x) => slice(x, 0, first, last)),
  };
}

/** Cycles first to last in windows of `length`; the last may be shorter. */
export function windowsOf(
  record: Window,
  length: number,
  first = 0,
  last = record.intervals.length,
): Window[] {
  const count = Math.ceil((last - first) / length);
  return Array.from({ length: count }, (_, i) => {
    const start = first + i * length;
    return windowOf(record, start, Math.min(start + length, last));
  });
}

/** The cycles of a window, one after the other. */
export function cyclesOf({ intervals, trajectories, shared }: Window): WindowCycle[] {
  const { keys, ...seen }: TrajectoryTensors = trajectories;
  return intervals.map((interval, t) => ({
    interval,
    key: index(keys, 1, t),
    trajectories: mapTree(seen as ObservedTensors, (x) => index(x, 1, t)),
    shared: mapTree(shared, (x) => index(x, 0, t)),
  }));
}
