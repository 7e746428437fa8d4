import { epsilon, type Kernel, type Kernels, status } from "./call.js";
import {
  build,
  fromLower,
  identity,
  type Matrix,
  multiply,
  readMatrix,
  transposed,
} from "./dense.js";

export interface Eigen {
  /** Ascending. */
  readonly values: Float64Array;
  /** Eigenvectors in the columns. */
  readonly vectors: Matrix;
}

const maximumSweeps = 60;

/** Cyclic Jacobi (Golub and Van Loan 2013, §8.5); null when it does not converge. */
export function eigen(symmetric: Matrix, n: number): Eigen | null {
  const A = symmetric.slice();
  const V = identity(n);
  const norm = Math.sqrt(A.reduce((sum, x) => sum + x * x, 0));
  for (let sweep = 0; sweep < maximumSweeps; sweep++) {
    let largest = 0;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        largest = Math.max(largest, Math.abs(A[p * n + q]!));
        rotate(A, V, n, p, q);
      }
    }
    if (largest <= 2 ** -60 * norm) return sorted(A, V, n);
  }
  return null;
}

/** A ← JᵀAJ and V ← VJ with the rotation J of the plane (p, q) that makes A[p, q] zero. */
function rotate(A: Matrix, V: Matrix, n: number, p: number, q: number): void {
  const apq = A[p * n + q]!;
  if (apq === 0) return;
  const theta = (A[q * n + q]! - A[p * n + p]!) / (2 * apq);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const c = 1 / Math.hypot(t, 1);
  const s = t * c;
  const turn = (X: Matrix, i: number, j: number) => {
    const [x, y] = [X[i]!, X[j]!];
    X[i] = c * x - s * y;
    X[j] = s * x + c * y;
  };
  for (let i = 0; i < n; i++) turn(A, i * n + p, i * n + q);
  for (let i = 0; i < n; i++) turn(A, p * n + i, q * n + i);
  for (let i = 0; i < n; i++) turn(V, i * n + p, i * n + q);
  A[p * n + q] = 0;
  A[q * n + p] = 0;
}

/** Ascending eigenvalues; of each eigenvector the component of largest magnitude is positive. */
function sorted(A: Matrix, V: Matrix, n: number): Eigen {
  const diagonal = Array.from({ length: n }, (_, i) => A[i * n + i]!);
  const order = diagonal.map((_, i) => i).sort((i, j) => diagonal[i]! - diagonal[j]!);
  const signs = order.map((column) => {
    let largest = 0;
    for (let i = 0; i < n; i++) {
      const v = V[i * n + column]!;
      if (Math.abs(v) > Math.abs(largest)) largest = v;
    }
    return largest < 0 ? -1 : 1;
  });
  return {
    values: Float64Array.from(order, (column) => diagonal[column]!),
    vectors: build(n, n, (i, j) => signs[j]! * V[i * n + order[j]!]!),
  };
}

/** V X Vᵀ */
const conjugate = (V: Matrix, X: Matrix, n: number): Matrix =>
  multiply(multiply(V, X, n, n, n), transposed(V, n, n), n, n, n);

const eigh: Kernel = ({ word, numbers, fail }) => {
  const [out, a, batch, n] = [numbers(0), numbers(1), word(2), word(3)];
  for (let s = 0; s < batch; s++) {
    const result = eigen(fromLower(readMatrix(a, s * n * n, n, n), n), n);
    if (result === null) return fail(status.noConvergence, s, 0, 0);
    out.set(result.values, s * (n + 1) * n);
    out.set(result.vectors, s * (n + 1) * n + n);
  }
  return status.done;
};

const sqrtm: Kernel = ({ dtype, word, numbers, fail }) => {
  const [out, a, batch, n] = [numbers(0), numbers(1), word(2), word(3)];
  for (let s = 0; s < batch; s++) {
    const result = eigen(fromLower(readMatrix(a, s * n * n, n, n), n), n);
    if (result === null) return fail(status.noConvergence, s, 0, 0);
    const { values, vectors } = result;
    const least = -n * epsilon(dtype) * values.reduce((max, x) => Math.max(max, Math.abs(x)), 0);
    const negative = values.findIndex((x) => x < least);
    if (negative >= 0) return fail(status.notPositiveDefinite, s, negative, values[negative]!);
    const roots = build(n, n, (i, j) => (i === j ? Math.sqrt(Math.max(values[i]!, 0)) : 0));
    out.set(conjugate(vectors, roots, n), s * n * n);
  }
  return status.done;
};

const lyapunov: Kernel = ({ word, numbers, fail }) => {
  const [out, a, e, batch, n] = [numbers(0), numbers(1), numbers(2), word(3), word(4)];
  for (let s = 0; s < batch; s++) {
    const result = eigen(fromLower(readMatrix(a, s * n * n, n, n), n), n);
    if (result === null) return fail(status.noConvergence, s, 0, 0);
    const { values, vectors: V } = result;
    // 2λ₀ is the least of all λᵢ + λⱼ
    if (n > 0 && !(values[0]! > 0)) return fail(status.notPositiveDefinite, s, 0, values[0]!);
    const E = conjugate(transposed(V, n, n), readMatrix(e, s * n * n, n, n), n);
    const Y = build(n, n, (i, j) => E[i * n + j]! / (values[i]! + values[j]!));
    out.set(conjugate(V, Y, n), s * n * n);
  }
  return status.done;
};

export const symmetric: Kernels = { eigh, sqrtm, lyapunov };
