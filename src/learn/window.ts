/**
 * Windows: records of many trajectories, cut in time for truncated back-propagation.
 *
 * A window holds everything that differs from the next window: numbers on which the computation
 * depends (intervals), and tensors that are inputs of the captured program. The tensors of
 * `trajectories` are cut into slices for the threads. What is the same in all windows belongs into
 * the problem itself.
 */
import { index, mapTree, ones, scope, slice, sum, type Tensor, tensor } from "../engine/index.js";
import { cycleKeys } from "../filters/index.js";
import type { ObservationSeries } from "../observe/index.js";
import { checkCount, mostCounted } from "../parts/index.js";
import type { Key } from "../random/index.js";
import { expectKeys, expectSeries, expectWindow } from "./expect-window.js";

/** The observations of trajectories, over cycles [B, L, ...] or at one cycle [B, ...]. */
export interface ObservedTensors {
  /** Observed values [..., m]; any number at a gap. */
  readonly y: Tensor;
  /** 1 where a value was observed and 0 at a gap, [..., m]; null without gaps. */
  readonly mask: Tensor | null;
  /** Other tensors that differ between trajectories, for example the observed components. */
  readonly [name: string]: Tensor | null;
}

/** Tensors whose first axis is the trajectory and whose second is the cycle. */
export interface TrajectoryTensors extends ObservedTensors {
  /** A random key for each trajectory and cycle, [B, L, 2]. */
  readonly keys: Tensor;
}

/** B trajectories over L cycles; also a whole record. */
export interface Window {
  /** Time from the observation before to that of each cycle, [L]; in the unit of the record. */
  readonly intervals: readonly number[];
  readonly trajectories: TrajectoryTensors;
  /** Tensors that are the same for all trajectories and differ between cycles, [L, ...]. */
  readonly shared: Readonly<Record<string, Tensor>>;
}

/** One cycle of a window. */
export interface WindowCycle {
  /** Time since the observation before. */
  readonly interval: number;
  /** A random key for each trajectory, [B, 2]. */
  readonly key: Key;
  readonly trajectories: ObservedTensors;
  /** [...] */
  readonly shared: Readonly<Record<string, Tensor>>;
}

/**
 * Makes the window of a whole record from trajectories that were observed at the same times. The keys
 * of cycle k are the trajectories' keys, folded with k.
 */
export function recordsOf(
  series: readonly Pick<ObservationSeries, "intervals" | "y" | "mask">[],
  keys: readonly Key[],
): Window {
  expectSeries(series, keys);
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

/** Makes the window of a whole record from one trajectory (B = 1). */
export const recordOf = (
  series: Pick<ObservationSeries, "intervals" | "y" | "mask">,
  key: Key,
): Window => recordsOf([series], [key]);

/** Stacks tensors to a new constant [B, ...]. */
const together = (parts: readonly Tensor[]): Tensor =>
  tensor(
    parts.flatMap((x) => [...x.data()]),
    { shape: [parts.length, ...parts[0]!.shape] },
  );

/** Makes a key for each trajectory and cycle, [B, count, 2]. */
export function trajectoryKeys(keys: readonly Key[], count: number): Tensor {
  expectKeys("trajectoryKeys", keys);
  checkCount("trajectoryKeys", "the number of cycles", count, 0, mostCounted);
  const words = keys.flatMap((key) => cycleKeys(key, 0, count).flatMap((k) => [...k.data()]));
  return tensor(words, { shape: [keys.length, count, 2], dtype: "i32" });
}

/** Returns the cycles first (inclusive) to last (exclusive) of a window. */
export function windowOf(window: Window, first: number, last: number): Window {
  expectWindow("windowOf", window);
  const { intervals, trajectories, shared } = window;
  checkCount("windowOf", "the last cycle", last, 0, intervals.length);
  checkCount("windowOf", "the first cycle", first, 0, last);
  if (first === 0 && last === intervals.length) return window;
  return {
    intervals: intervals.slice(first, last),
    trajectories: mapTree(trajectories, (x) => slice(x, 1, first, last)),
    shared: mapTree(shared, (x) => slice(x, 0, first, last)),
  };
}

/** Cuts the cycles first (inclusive) to last (exclusive) into windows of `length`; the last may be shorter. */
export function windowsOf(
  record: Window,
  length: number,
  first = 0,
  last = record?.intervals?.length ?? 0,
): Window[] {
  expectWindow("windowsOf", record);
  checkCount("windowsOf", "the length", length, 1);
  const count = Math.ceil((last - first) / length);
  return Array.from({ length: count }, (_, i) => {
    const start = first + i * length;
    return windowOf(record, start, Math.min(start + length, last));
  });
}

/** Returns the cycles of a window, in order. */
export function cyclesOf(window: Window): WindowCycle[] {
  expectWindow("cyclesOf", window);
  const { intervals, trajectories, shared } = window;
  const { keys, ...seen }: TrajectoryTensors = trajectories;
  return intervals.map((interval, t) => ({
    interval,
    key: index(keys, 1, t),
    trajectories: mapTree(seen as ObservedTensors, (x) => index(x, 1, t)),
    shared: mapTree(shared, (x) => index(x, 0, t)),
  }));
}

/** The number of observed values in windows. */
export const valuesIn = (windows: readonly Window[]): number =>
  windows.reduce((n, { trajectories: { y, mask } }) => n + (mask ? total(mask) : y.size), 0);

const total = (x: Tensor): number => scope(() => sum(x)).item();
