/** Runs beside each other. */
import { type Run, rowsOf } from "../../src/problem/index.js";

/** Means and standard deviations of all states of a run, [rows][d]. */
export const statesOf = ({ background, analysis, smoothed }: Run): number[][] =>
  [background, analysis, smoothed].flatMap((states) =>
    states === null ? [] : [...rowsOf(states.mean), ...rowsOf(states.sd)],
  );

/** The largest difference of numbers, relative to those of size more than 1. */
export const distanceOf = (a: readonly number[][], b: readonly number[][]): number =>
  Math.max(
    ...a.flatMap((row, k) => row.map((x, i) => Math.abs(b[k]![i]! - x) / Math.max(1, Math.abs(x)))),
  );
