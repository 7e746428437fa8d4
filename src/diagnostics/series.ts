/**
 * Diagnostics work on plain numbers: a series is [K][d], time first. What is not finite is an
 * error, since a skipped NaN would hide a filter that diverged; `NaN` marks a gap where a function
 * says so.
 */
import { NumericError, ShapeError } from "../engine/index.js";

export type Series = readonly (readonly number[])[];

/** Throws unless the two have the same shape, not empty, and finite numbers. */
export function checkPair(who: string, a: Series, b: Series): void {
  checkFinite(who, a);
  checkFinite(who, b);
  const widths = (x: Series) => `${x.length} times × ${x[0]?.length ?? 0}`;
  const same = a.length === b.length && a.every((row, k) => row.length === b[k]!.length);
  if (same && a.length > 0 && a[0]!.length > 0) return;
  throw new ShapeError(
    `${who}: the series are ${widths(a)} and ${widths(b)}; need the same times and components, one at least.`,
  );
}

export function checkFinite(who: string, x: Series): void {
  x.forEach((row, k) => {
    const bad = row.findIndex((v) => !Number.isFinite(v));
    if (bad < 0) return;
    throw new NumericError(
      `${who}: component ${bad} at time ${k} is ${row[bad]}; need finite numbers. Leave out the times at which there is nothing to compare.`,
    );
  });
}

export const average = (x: readonly number[]): number =>
  x.reduce((total, v) => total + v, 0) / x.length;
