/** Dense matrices in double precision, row-major, and the two walks through a batch of them. */
import type { Numbers } from "./call.js";

export type Matrix = Float64Array;

/** rows × cols elements of x from position `from` on. */
export const readMatrix = (x: Numbers, from: number, rows: number, cols: number): Matrix =>
  Float64Array.from(x.subarray(from, from + rows * cols));

/** The symmetric matrix whose lower triangle is given. */
export function fromLower(a: Matrix, n: number): Matrix {
  return build(n, n, (i, j) => (j <= i ? a[i * n + j]! : a[j * n + i]!));
}

export function build(rows: number, cols: number, f: (i: number, j: number) => number): Matrix {
  const out = new Float64Array(rows * cols);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) out[i * cols + j] = f(i, j);
  }
  return out;
}

/** A [m, k] · B [k, n] */
export function multiply(A: Matrix, B: Matrix, m: number, k: number, n: number): Matrix {
  return build(m, n, (i, j) => {
    let sum = 0;
    for (let l = 0; l < k; l++) sum += A[i * k + l]! * B[l * n + j]!;
    return sum;
  });
}

/** Aᵀ of A [m, n] */
export const transposed = (A: Matrix, m: number, n: number): Matrix =>
  build(n, m, (i, j) => A[j * n + i]!);

export const identity = (n: number): Matrix => build(n, n, (i, j) => (i === j ? 1 : 0));
