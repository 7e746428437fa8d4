import { type Kernel, type Kernels, status } from "./call.js";
import { readMatrix } from "./dense.js";

const cholesky: Kernel = ({ word, numbers, fail }) => {
  const [out, a, batch, n] = [numbers(0), numbers(1), word(2), word(3)];
  for (let s = 0; s < batch; s++) {
    const A = readMatrix(a, s * n * n, n, n);
    const L = new Float64Array(n * n);
    for (let j = 0; j < n; j++) {
      for (let i = j; i < n; i++) {
        let rest = A[i * n + j]!;
        for (let k = 0; k < j; k++) rest -= L[i * n + k]! * L[j * n + k]!;
        if (i === j && !(rest > 0)) return fail(status.notPositiveDefinite, s, j, rest);
        L[i * n + j] = i === j ? Math.sqrt(rest) : rest / L[j * n + j]!;
      }
    }
    out.set(L, s * n * n);
  }
  return status.done;
};

const triangularSolve: Kernel = ({ words, numbers, fail }) => {
  const [out, l, b] = [numbers(0), numbers(1), numbers(2)];
  const [batch, n, m] = words(3, 3) as [number, number, number];
  const [transpose, strideL, strideB] = words(6, 3) as [number, number, number];
  for (let s = 0; s < batch; s++) {
    const L = readMatrix(l, s * strideL, n, n);
    const X = readMatrix(b, s * strideB, n, m);
    for (let step = 0; step < n; step++) {
      const i = transpose ? n - 1 - step : step;
      const pivot = L[i * n + i]!;
      if (pivot === 0) return fail(status.singular, s, i, pivot);
      for (let c = 0; c < m; c++) {
        let rest = X[i * m + c]!;
        for (let k = 0; k < i && !transpose; k++) rest -= L[i * n + k]! * X[k * m + c]!;
        for (let k = i + 1; k < n && transpose; k++) rest -= L[k * n + i]! * X[k * m + c]!;
        X[i * m + c] = rest / pivot;
      }
    }
    out.set(X, s * n * m);
  }
  return status.done;
};

/** (L Lᵀ)⁻¹ as XᵀX, X = L⁻¹. */
const choleskyInverse: Kernel = ({ word, numbers, fail }) => {
  const [out, l, batch, n] = [numbers(0), numbers(1), word(2), word(3)];
  for (let s = 0; s < batch; s++) {
    const L = readMatrix(l, s * n * n, n, n);
    const X = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      const pivot = L[i * n + i]!;
      if (pivot === 0) return fail(status.singular, s, i, pivot);
      for (let j = 0; j <= i; j++) {
        let rest = Number(i === j);
        for (let k = j; k < i; k++) rest -= L[i * n + k]! * X[k * n + j]!;
        X[i * n + j] = rest / pivot;
      }
    }
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let k = Math.max(i, j); k < n; k++) sum += X[k * n + i]! * X[k * n + j]!;
        out[s * n * n + i * n + j] = sum;
      }
    }
  }
  return status.done;
};

export const factorisations: Kernels = { cholesky, choleskyInverse, triangularSolve };
