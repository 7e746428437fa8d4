import { epsilon, type Kernel, type Kernels, status } from "./call.js";
import { identity, type Matrix, multiply, readMatrix, transposed } from "./dense.js";

/** A [n, k] after its reflections, with the diagonal of L and β below it, [n + 2, k]. */
function reflected(A: Matrix, n: number, k: number, eps: number): Matrix {
  const M = new Float64Array((n + 2) * k);
  M.set(A);
  const column = (from: number, j: number) =>
    Array.from({ length: n }, (_, i) => (i < from ? 0 : M[i * k + j]!));
  const lengths = Array.from({ length: k }, (_, j) => Math.hypot(...column(0, j)));
  for (let j = 0; j < k; j++) {
    const a = column(j, j);
    const length = Math.hypot(...a);
    if (length <= n * eps * lengths[j]!) continue;
    const v = a.map((x, i) => (i === j ? x + (x < 0 ? -length : length) : x));
    const beta = 2 / v.reduce((sum, x) => sum + x * x, 0);
    for (let c = j + 1; c < k; c++) {
      const along = beta * column(j, c).reduce((sum, x, i) => sum + x * v[i]!, 0);
      for (let i = j; i < n; i++) M[i * k + c]! -= along * v[i]!;
    }
    for (let i = j; i < n; i++) M[i * k + j] = v[i]!;
    M[n * k + j] = length;
    M[(n + 1) * k + j] = beta;
  }
  return M;
}

/** ±1, by which row j is to be multiplied. */
const signOf = (M: Matrix, n: number, k: number, j: number): number =>
  M[(n + 1) * k + j] === 0 || M[j * k + j]! < 0 ? 1 : -1;

const reflections: Kernel = ({ word, numbers, dtype }) => {
  const [batch, n, k] = [word(2), word(3), word(4)];
  for (let s = 0; s < batch; s++) {
    const A = readMatrix(numbers(1), s * n * k, n, k);
    numbers(0).set(reflected(A, n, k, epsilon(dtype)), s * (n + 2) * k);
  }
  return status.done;
};

const triangularFactor: Kernel = ({ word, numbers }) => {
  const [out, batch, n, k] = [numbers(0), word(2), word(3), word(4)];
  for (let s = 0; s < batch; s++) {
    const M = readMatrix(numbers(1), s * (n + 2) * k, n + 2, k);
    for (let i = 0; i < k; i++) {
      for (let j = 0; j < k; j++) {
        const value = i === j ? M[n * k + j]! : j < i ? signOf(M, n, k, j) * M[j * k + i]! : 0;
        out[(s * k + i) * k + j] = value;
      }
    }
  }
  return status.done;
};

const orthonormalFactor: Kernel = ({ word, numbers }) => {
  const [out, batch, n, k] = [numbers(0), word(2), word(3), word(4)];
  for (let s = 0; s < batch; s++) {
    const M = readMatrix(numbers(1), s * (n + 2) * k, n + 2, k);
    let theta: Matrix = identity(n);
    for (let j = 0; j < k; j++) {
      const beta = M[(n + 1) * k + j]!;
      const v = (i: number) => (i < j ? 0 : M[i * k + j]!);
      const H = identity(n).map((x, at) => x - beta * v(Math.floor(at / n)) * v(at % n));
      theta = multiply(theta, H, n, n, n);
    }
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < k; j++) out[(s * n + i) * k + j] = signOf(M, n, k, j) * theta[i * n + j]!;
    }
  }
  return status.done;
};

/** Q (L̄ᵀ − W L⁻¹), W = L̄ᵀL − LᵀL̄ below the diagonal, in the first columns that have a pivot. */
const factorCotangent: Kernel = (call) => {
  const { word, numbers } = call;
  const [batch, n, k, leading] = [word(4), word(5), word(6), word(7)];
  const Q = new Float64Array(batch * n * k);
  orthonormalFactor({
    ...call,
    word: (i) => [0, 0, batch, n, k][i]!,
    numbers: (i) => (i === 0 ? Q : numbers(i)),
  });
  for (let s = 0; s < batch; s++) {
    const L = readMatrix(numbers(2), s * k * k, k, k);
    const bar = readMatrix(numbers(3), s * k * k, k, k);
    const along = multiply(transposed(bar, k, k), L, k, k, k);
    const W = along.map((x, at) => {
      const [i, j] = [Math.floor(at / k), at % k];
      return j < Math.min(i, leading) && L[j * k + j] !== 0 ? x - along[j * k + i]! : 0;
    });
    const inner = transposed(bar, k, k);
    for (let i = 0; i < k; i++) {
      for (let j = k - 1; j >= 0; j--) {
        let x = W[i * k + j]!;
        for (let p = j + 1; p < k; p++) x -= W[i * k + p]! * L[p * k + j]!;
        W[i * k + j] = L[j * k + j] === 0 ? x : x / L[j * k + j]!;
        inner[i * k + j]! -= W[i * k + j]!;
      }
    }
    numbers(0).set(multiply(readMatrix(Q, s * n * k, n, k), inner, n, k, k), s * n * k);
  }
  return status.done;
};

export const householder: Kernels = {
  reflections,
  triangularFactor,
  orthonormalFactor,
  factorCotangent,
};
