import { type Kernel, type Kernels, status } from "./call.js";
import { identity, type Matrix, multiply, readMatrix } from "./dense.js";

/** Σ (A/2ˢ)ᵏ/k!, squared s times, with ‖A/2ˢ‖₁ ≤ ½; 20 terms leave 2⁻²⁰/20! < 10⁻²⁴. */
export function exponential(A: Matrix, n: number): Matrix {
  const columns = Array.from({ length: n }, (_, j) =>
    A.reduce((sum, x, at) => (at % n === j ? sum + Math.abs(x) : sum), 0),
  );
  const s = Math.max(0, Math.ceil(Math.log2(2 * Math.max(...columns, 0.25))));
  const B = A.map((x) => x / 2 ** s);
  let sum = identity(n);
  // Horner: I + B(I + B/2(I + B/3(…)))
  for (let k = 20; k >= 1; k--) {
    sum = multiply(B, sum, n, n, n).map((x, at) => x / k + (at % (n + 1) === 0 ? 1 : 0));
  }
  for (let i = 0; i < s; i++) sum = multiply(sum, sum, n, n, n);
  return sum;
}

const expm: Kernel = ({ word, numbers, fail }) => {
  const [out, a, batch, n] = [numbers(0), numbers(1), word(2), word(3)];
  for (let s = 0; s < batch; s++) {
    const A = readMatrix(a, s * n * n, n, n);
    if (!A.every(Number.isFinite)) return fail(status.singular, s, 0, NaN);
    out.set(exponential(A, n), s * n * n);
  }
  return status.done;
};

export const exponentials: Kernels = { expm };
