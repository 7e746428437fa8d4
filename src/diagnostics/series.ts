/**
 * Series of plain numbers [K][d], time first, on which all diagnostics work. A number that is not
 * finite is an error, since a skipped NaN would hide the divergence of a filter; where a function says
 * so, NaN marks a gap.
 */
import { NumericError, ShapeError, UsageError } from "../engine/index.js";
import { counted, describeValue } from "../parts/index.js";

/** A series [K][d]: d components at K times. */
export type Series = readonly (readonly number[])[];

/** Throws a UsageError unless it is a list of numbers, an array or a typed one; they need not be finite. */
export function checkNumbers(who: string, what: string, x: ArrayLike<number>): void {
  if (ArrayBuffer.isView(x)) return;
  if (!Array.isArray(x)) {
    throw new UsageError(`${who}: ${what} is ${describeValue(x)}; need a list of numbers.`);
  }
  const at = x.findIndex((v) => typeof v !== "number");
  if (at < 0) return;
  throw new UsageError(
    `${who}: ${what} holds ${describeValue(x[at])} at place ${at}; need a list of numbers.`,
  );
}

/** Throws unless it is a series: rows of as many numbers each, which need not be finite. */
export function checkSeries(who: string, what: string, x: Series): void {
  if (!Array.isArray(x)) {
    throw new UsageError(
      `${who}: ${what} is ${describeValue(x)}; need a series [K][d], a list of rows of numbers.`,
    );
  }
  x.forEach((row, k) => {
    checkNumbers(who, `row ${k} of ${what}`, row);
    if (row.length === x[0]!.length) return;
    throw new ShapeError(
      `${who}: row ${k} of ${what} has ${counted(row.length, "number")}, and row 0 has ${x[0]!.length}; need as many in each.`,
    );
  });
}

/** Throws a NumericError unless a number is finite. */
export function checkFiniteNumber(who: string, what: string, x: number): void {
  if (Number.isFinite(x)) return;
  throw new NumericError(`${who}: ${what} is ${describeValue(x)}; need a finite number.`);
}

/** Weights of f32 have this sum up to their rounding. */
const slack = 1e-3;

/** Throws unless weights are one for each of n members, 0 or more and of sum 1. */
export function checkWeights(who: string, weights: ArrayLike<number>, n: number, of: string): void {
  checkNumbers(who, "the weights", weights);
  if (weights.length !== n) {
    throw new ShapeError(`${who}: ${n} ${of} and ${weights.length} weights; need one each.`);
  }
  let sum = 0;
  for (let i = 0; i < n; i++) {
    if (!(weights[i]! >= 0)) {
      throw new NumericError(`${who}: weight ${i} is ${weights[i]}; need 0 or more.`);
    }
    sum += weights[i]!;
  }
  if (Math.abs(sum - 1) <= slack) return;
  throw new NumericError(`${who}: the weights have the sum ${sum}; need 1.`);
}

/** Throws unless two series have the same shape, at least one entry, and finite numbers. */
export function checkPair(who: string, a: Series, b: Series): void {
  checkSeries(who, "the first series", a);
  checkSeries(who, "the second series", b);
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
