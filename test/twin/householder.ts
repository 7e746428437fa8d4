import { type Call, epsilon, type Kernel, type Kernels, status } from "./call.js";
import { identity, type Matrix, multiply, readMatrix, transposed } from "./dense.js";

/** Θ [n, n] orthogonal and M = Θᵀ A, upper triangular [n, k]; row j of M times signs[j] is that of Lᵀ. */
function reflected(A: Matrix, n: number, k: number, eps: number) {
  let M: Matrix = A.slice();
  let theta: Matrix = identity(n);
  const signs = new Float64Array(k).fill(1);
  for (let j = 0; j < k; j++) {
    const column = (X: Matrix, from: number) =>
      Array.from({ length: n }, (_, i) => (i < from ? 0 : X[i * k + j]!));
    const a = column(M, j);
    const length = Math.hypot(...a);
    if (length <= n * eps * Math.hypot(...column(A, 0))) {
      for (let i = j; i < n; i++) M[i * k + j] = 0;
      continue;
    }
    signs[j] = a[j]! < 0 ? 1 : -1;
    const v = a.map((x, i) => (i === j ? x - signs[j]! * length : x));
    const vv = v.reduce((sum, x) => sum + x * x, 0);
    const H = identity(n).map((x, at) => x - (2 * v[Math.floor(at / n)]! * v[at % n]!) / vv);
    M = multiply(H, M, n, n, k);
    theta = multiply(theta, H, n, n, n);
    for (let i = j + 1; i < n; i++) M[i * k + j] = 0;
  }
  return { M, theta, signs };
}

/** Calls `write` with the factors of each matrix of a batch. */
function eachFactored(
  { word, numbers, dtype }: Call,
  write: (found: ReturnType<typeof reflected>, s: number, n: number, k: number) => void,
): number {
  const [batch, n, k] = [word(2), word(3), word(4)];
  for (let s = 0; s < batch; s++) {
    write(reflected(readMatrix(numbers(1), s * n * k, n, k), n, k, epsilon(dtype)), s, n, k);
  }
  return status.done;
}

const triangularFactor: Kernel = (call) =>
  eachFactored(call, ({ M, signs }, s, n, k) => {
    const rows = M.map((x, at) => signs[Math.floor(at / k)]! * x + 0).subarray(0, k * k);
    call.numbers(0).set(n === 0 ? [] : transposed(rows, k, k), s * k * k);
  });

const orthonormalFactor: Kernel = (call) =>
  eachFactored(call, ({ theta, signs }, s, n, k) => {
    const out = call.numbers(0);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < k; j++) out[(s * n + i) * k + j] = signs[j]! * theta[i * n + j]!;
    }
  });

export const householder: Kernels = { triangularFactor, orthonormalFactor };
