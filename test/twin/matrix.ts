/** Small dense matrices as arrays of rows: what the twin's spectral kernels are written in. */

export type Matrix = number[][];

export const matrix = (
  rows: number,
  columns: number,
  f: (i: number, j: number) => number,
): Matrix =>
  Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => f(i, j)));

export const identity = (n: number): Matrix => matrix(n, n, (i, j) => Number(i === j));

export const transpose = (a: Matrix): Matrix => matrix(a.length, a.length, (i, j) => a[j]![i]!);

export const scaled = (c: number, a: Matrix): Matrix => a.map((row) => row.map((x) => c * x));

export const plus = (a: Matrix, b: Matrix): Matrix =>
  a.map((row, i) => row.map((x, j) => x + b[i]![j]!));

export const times = (a: Matrix, b: Matrix): Matrix =>
  matrix(a.length, a.length, (i, j) => a[i]!.reduce((sum, x, p) => sum + x * b[p]![j]!, 0));

/** Eigenvalues ascending, and the matrix whose columns are the eigenvectors: cyclic Jacobi. */
export function jacobi(symmetric: Matrix): { values: number[]; vectors: Matrix } {
  const n = symmetric.length;
  const a = symmetric.map((row) => [...row]);
  const v = identity(n);
  for (let round = 0; round < 60; round++) {
    let off = 0;
    let all = 0;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        all += a[i]![j]! ** 2;
        if (i !== j) off += a[i]![j]! ** 2;
      }
    }
    if (off <= 1e-36 * all) break;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) rotate(a, v, p, q);
    }
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[i]![i]! - a[j]![j]!);
  return {
    values: order.map((i) => a[i]![i]!),
    vectors: matrix(n, n, (r, c) => v[r]![order[c]!]!),
  };
}

/** One Jacobi rotation, which makes a[p,q] zero. */
function rotate(a: Matrix, v: Matrix, p: number, q: number): void {
  if (a[p]![q]! === 0) return;
  const theta = (a[q]![q]! - a[p]![p]!) / (2 * a[p]![q]!);
  const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const c = 1 / Math.hypot(t, 1);
  const s = t * c;
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]![p]!, a[i]![q]!];
    a[i]![p] = c * x - s * y;
    a[i]![q] = s * x + c * y;
  }
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[p]![i]!, a[q]![i]!];
    a[p]![i] = c * x - s * y;
    a[q]![i] = s * x + c * y;
    const [e, f] = [v[i]![p]!, v[i]![q]!];
    v[i]![p] = c * e - s * f;
    v[i]![q] = s * e + c * f;
  }
}
