/**
 * Windows: a record cut into pieces for truncated back-propagation through time.
 *
 * A window carries everything that differs from the next: numbers that shape the computation
 * (intervals), and tensors (observations, masks, keys) that a captured window takes as input.
 */
import { slice, type Tensor } from "../engine/index.js";
import { cycleKeys } from "../filters/index.js";
import type { ObservationSeries } from "../observe/index.js";
import type { Key } from "../random/index.js";

export interface Window {
  /** Time from the observation before to each of the window's, [L]. */
  readonly intervals: readonly number[];
  /** [L, m] */
  readonly y: Tensor;
  /** [L, m]; null if the record has no gaps. */
  readonly mask: Tensor | null;
  /** One a cycle, [L]. */
  readonly keys: readonly Key[];
}

/** Cycles first (inclusive) to last (exclusive) of a record. */
export function windowOf(
  { intervals, y, mask }: ObservationSeries,
  key: Key,
  first: number,
  last: number,
): Window {
  return {
    intervals: intervals.slice(first, last),
    y: slice(y, 0, first, last),
    mask: mask && slice(mask, 0, first, last),
    keys: cycleKeys(key, first, last - first),
  };
}

/** Cycles first to last in windows of `length`; the last may be shorter. */
export function windowsOf(
  series: ObservationSeries,
  key: Key,
  first: number,
  last: number,
  length: number,
): Window[] {
  const count = Math.ceil((last - first) / length);
  return Array.from({ length: count }, (_, i) => {
    const start = first + i * length;
    return windowOf(series, key, start, Math.min(start + length, last));
  });
}
