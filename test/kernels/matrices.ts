/** Matrices for the tests of the factorisations. */
import { build, identity, type Matrix, multiply, transposed } from "../twin/dense.js";
import type { Draws } from "./draws.js";
import type { FloatType } from "./harness.js";

export const rounded = (A: Matrix, dtype: FloatType): Matrix =>
  dtype === "f32" ? A.map(Math.fround) : A;

export const norm = (A: ArrayLike<number>): number =>
  Math.sqrt(Array.from(A).reduce((sum, x) => sum + x * x, 0));

export const difference = (A: Matrix, B: Matrix): Matrix => A.map((x, i) => x - B[i]!);

/** (A + Aᵀ)/2 of a random A */
export function anySymmetric(draws: Draws, n: number): Matrix {
  const A = draws.normals(n * n);
  return build(n, n, (i, j) => (A[i * n + j]! + A[j * n + i]!) / 2);
}

/** BBᵀ/n + shift·I */
export function anyPositive(draws: Draws, n: number, shift = 0.1): Matrix {
  const B = draws.normals(n * n);
  const BBt = multiply(B, transposed(B, n, n), n, n, n);
  const I = identity(n);
  return BBt.map((x, i) => x / n + shift * I[i]!);
}

/** The lower triangle, with NaN above: a kernel that reads there shows it. */
export const lowerOnly = (A: ArrayLike<number>, n: number): Matrix =>
  build(n, n, (i, j) => (j <= i ? A[i * n + j]! : NaN));

/** Matrices one after the other, as a batch. */
export const stacked = (matrices: readonly Matrix[]): Float64Array =>
  Float64Array.from(matrices.flatMap((A) => Array.from(A)));

/** Matrix s of a batch, in double precision. */
export const slice = (batch: ArrayLike<number>, s: number, size: number): Matrix =>
  Float64Array.from(Array.from(batch).slice(s * size, (s + 1) * size));
