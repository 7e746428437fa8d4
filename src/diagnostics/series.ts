/**
 * Series of plain numbers [K][d], time first, on which all diagnostics work. A number that is not
 * finite is an error, since a skipped NaN would hide the divergence of a filter; where a function says
 * so, NaN marks a gap.
 */
import { NumericError, ShapeError } from "../engine/index.js";

/** A series [K][d]: d components at K times. */
export type Series = readonly (readonly number[])[];

/** Throws unless two series have the same shape, at least one entry, and finite numbers. */
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

/** Throws a NumericError that names the first number that is not finite. */
export function checkFinite(who: string, x: Series): void {
  x.forEach((row, k) => {
    const bad = row.findIndex((v) => !Number.isFinite(v));
    if (bad < 0) return;
    throw new NumericError(
      `${who}: component ${bad} at time ${k} is ${row[bad]}; need finite numbers. Leave out the times at which there is nothing to compare.`,
    );
  });
}

/** The mean of numbers. */
export const average = (x: readonly number[]): number =>
  x.reduce((total, v) => total + v, 0) / x.length;
