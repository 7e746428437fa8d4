/** Matrix product, Cholesky factor and triangular systems of the twin. */
import { type FloatType, type Kernel, status } from "./call.js";

/** Sums as the dtype would round the result, accumulated in f64. */
const matmul =
  (dtype: FloatType): Kernel =>
  (call) => {
    const out = call.array(0, dtype);
    const a = call.array(1, dtype);
    const b = call.array(2, dtype);
    const [batch, m, k, n] = call.words(3, 4) as [number, number, number, number];
    const [tA, tB, strideA, strideB] = call.words(7, 4) as [number, number, number, number];
    for (let t = 0; t < batch; t++) {
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let p = 0; p < k; p++) {
            const x = a[t * strideA + (tA ? p * m + i : i * k + p)]!;
            sum += x * b[t * strideB + (tB ? j * k + p : p * n + j)]!;
          }
          out[(t * m + i) * n + j] = sum;
        }
      }
    }
  };

const cholesky =
  (dtype: FloatType): Kernel =>
  (call) => {
    const out = call.array(0, dtype);
    const a = call.array(1, dtype);
    const [batch, n] = call.words(2, 2) as [number, number];
    for (let t = 0; t < batch; t++) {
      const at = (i: number, j: number) => (t * n + i) * n + j;
      out.fill(0, t * n * n, (t + 1) * n * n);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j <= i; j++) {
          let rest = a[at(i, j)]!;
          for (let p = 0; p < j; p++) rest -= out[at(i, p)]! * out[at(j, p)]!;
          if (i !== j) out[at(i, j)] = rest / out[at(j, j)]!;
          else if (rest > 0) out[at(i, i)] = Math.sqrt(rest);
          else return call.fail(status.notPositiveDefinite, t, i, rest);
        }
      }
    }
    return 0;
  };

const triangularSolve =
  (dtype: FloatType): Kernel =>
  (call) => {
    const out = call.array(0, dtype);
    const l = call.array(1, dtype);
    const b = call.array(2, dtype);
    const [batch, n, m] = call.words(3, 3) as [number, number, number];
    const [transpose, strideL, strideB] = call.words(6, 3) as [number, number, number];
    for (let t = 0; t < batch; t++) {
      const L = (i: number, j: number) => l[t * strideL + (transpose ? j * n + i : i * n + j)]!;
      for (let i = 0; i < n; i++) {
        if (L(i, i) === 0) return call.fail(status.singular, t, i, 0);
      }
      for (let c = 0; c < m; c++) {
        const x: number[] = [];
        for (let step = 0; step < n; step++) {
          const i = transpose ? n - 1 - step : step;
          let rest = b[t * strideB + i * m + c]!;
          for (let s = 0; s < step; s++) {
            const j = transpose ? n - 1 - s : s;
            rest -= L(i, j) * x[j]!;
          }
          x[i] = rest / L(i, i);
          out[(t * n + i) * m + c] = x[i]!;
        }
      }
    }
    return 0;
  };

export const linalg = (dtype: FloatType): Record<string, Kernel> => ({
  matmul: matmul(dtype),
  cholesky: cholesky(dtype),
  triangularSolve: triangularSolve(dtype),
});
