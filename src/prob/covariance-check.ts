/** Checks of what is given as a covariance, where its numbers are known. */
import {
  add,
  cholesky,
  eigh,
  epsilon,
  eye,
  type FloatType,
  isKnown,
  mul,
  NumericError,
  scope,
  type Tensor,
  tensor,
  UsageError,
} from "../engine/index.js";
import type { Scalar } from "./scalar.js";

/**
 * Returns what is wrong with numbers given as a covariance matrix, by rows; null: nothing. An eigenvalue may
 * be 0, and below 0 by the rounding of the correlations, n² ε.
 */
export function covarianceFault(
  rows: readonly (readonly number[])[],
  dtype: FloatType = "f64",
): string | null {
  if (!isList(rows)) return `it is ${String(rows)}; need a list of rows`;
  const n = rows.length;
  const odd = rows.findIndex((row) => !isList(row) || row.length !== n);
  if (odd >= 0) return `row ${odd} has ${rows[odd]?.length ?? "no"} numbers; need ${n} in each`;
  const rounding = epsilon[dtype];
  for (const [i, row] of rows.entries()) {
    const bad = row.findIndex((v) => !Number.isFinite(v));
    if (bad >= 0) return `row ${i} holds ${row[bad]}; need finite numbers`;
    if (row[i]! < 0) return `the variance of variable ${i} is ${row[i]}; need 0 or more`;
    for (let j = 0; j < i; j++) {
      const difference = Math.abs(row[j]! - rows[j]![i]!);
      if (difference <= symmetric * rounding * Math.sqrt(row[i]! * rows[j]![j]!)) continue;
      return `row ${i} has ${row[j]} in column ${j}, and row ${j} has ${rows[j]![i]} in column ${i}; need a symmetric matrix`;
    }
  }
  const least = (C: readonly (readonly number[])[]) =>
    scope(() => Math.min(...eigh(tensor(C)).values.data()));
  /** Whether C + shift I has a Cholesky factor: cheaper than eigenvalues, and seldom wrong for a covariance. */
  const holds = (C: readonly (readonly number[])[], shift: number): boolean => {
    try {
      scope(() => cholesky(add(tensor(C), mul(shift, eye(n)))).data());
      return true;
    } catch (error) {
      if (error instanceof NumericError) return false;
      throw error;
    }
  };
  const sd = rows.map((row, i) => Math.sqrt(row[i]!) || 1);
  const correlations = rows.map((row, i) => row.map((v, j) => v / sd[i]! / sd[j]!));
  const slack = n * n * rounding;
  if (n === 0 || holds(correlations, slack) || least(correlations) >= -slack) return null;
  return `its eigenvalue ${shortest(least(rows))} is negative; need 0 or more for each`;
}

const isList = (x: unknown): boolean => Array.isArray(x);

/** Two entries of a symmetric matrix agree to so many roundings of their standard deviations. */
const symmetric = 1e4;

const shortest = (x: number): number => Number(x.toPrecision(6));

const fitting = new WeakSet<Tensor>();

/** Throws a UsageError unless a matrix [..., d, d] is a covariance, or its numbers are not known yet. */
export function checkCovariance(who: string, C: Tensor): void {
  if (!isKnown(C) || fitting.has(C)) return;
  const d = C.shape.at(-1)!;
  const values = C.data();
  for (let at = 0; at < values.length; at += d * d) {
    const rows = Array.from({ length: d }, (_, i) =>
      Array.from(values.subarray(at + i * d, at + (i + 1) * d)),
    );
    const fault = covarianceFault(rows, C.dtype as FloatType);
    if (fault !== null) throw new UsageError(`${who}: the matrix is no covariance: ${fault}.`);
  }
  fitting.add(C);
}

/** Throws a UsageError for a negative variance, unless its numbers are not known yet. */
export function checkVariance(who: string, what: string, v: Scalar): void {
  if (typeof v !== "number" && !isKnown(v)) return;
  const bad = (typeof v === "number" ? [v] : [...v.data()]).find((x) => !(x >= 0));
  if (bad === undefined) return;
  throw new UsageError(`${who}: ${what} is ${bad}; need a variance, 0 or more.`);
}
