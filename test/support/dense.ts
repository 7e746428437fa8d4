/** Dense linear algebra in plain numbers, slow and plain: the oracle beside the engine. */
export type Matrix = number[][];

export const make = (n: number, k: number, f: (i: number, j: number) => number): Matrix =>
  Array.from({ length: n }, (_, i) => Array.from({ length: k }, (_, j) => f(i, j)));

export const identityMatrix = (n: number): Matrix => make(n, n, (i, j) => Number(i === j));

export const diagonalOf = (v: readonly number[]): Matrix =>
  make(v.length, v.length, (i, j) => (i === j ? v[i]! : 0));

export const flip = (A: Matrix): Matrix => make(A[0]!.length, A.length, (i, j) => A[j]![i]!);

export const times = (A: Matrix, B: Matrix): Matrix =>
  make(A.length, B[0]!.length, (i, j) => A[i]!.reduce((t, a, k) => t + a * B[k]![j]!, 0));

export const timesVector = (A: Matrix, x: readonly number[]): number[] =>
  A.map((row) => row.reduce((t, a, k) => t + a * x[k]!, 0));

export const plus = (A: Matrix, B: Matrix): Matrix =>
  make(A.length, A[0]!.length, (i, j) => A[i]![j]! + B[i]![j]!);

export const minus = (A: Matrix, B: Matrix): Matrix =>
  make(A.length, A[0]!.length, (i, j) => A[i]![j]! - B[i]![j]!);

export const pickRows = (A: Matrix, rows: readonly number[]): Matrix => rows.map((i) => [...A[i]!]);

/** A = LLᵀ */
export function factor(A: Matrix): Matrix {
  const n = A.length;
  const L = make(n, n, () => 0);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let s = A[i]![j]!;
      for (let k = 0; k < j; k++) s -= L[i]![k]! * L[j]![k]!;
      L[i]![j] = i === j ? Math.sqrt(s) : s / L[j]![j]!;
    }
  }
  return L;
}

/** L⁻¹ B */
export function solveLower(L: Matrix, B: Matrix): Matrix {
  const X = B.map((row) => [...row]);
  for (let i = 0; i < L.length; i++) {
    for (let j = 0; j < B[0]!.length; j++) {
      for (let k = 0; k < i; k++) X[i]![j]! -= L[i]![k]! * X[k]![j]!;
      X[i]![j]! /= L[i]![i]!;
    }
  }
  return X;
}

/** Standard normal numbers from a fixed start (mulberry32 and Box–Muller). */
export function gaussianNumbers(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** N draws whose sample mean is exactly 0 and whose sample covariance (N − 1) is exactly I: [N][k]. */
export function exactDraws(N: number, k: number, seed: number): Matrix {
  const z = gaussianNumbers(seed);
  const raw = make(N, k, () => z());
  const means = Array.from({ length: k }, (_, j) => raw.reduce((t, row) => t + row[j]!, 0) / N);
  const A = raw.map((row) => row.map((v, j) => v - means[j]!));
  const C = times(flip(A), A).map((row) => row.map((v) => v / (N - 1)));
  return flip(solveLower(factor(C), flip(A)));
}
