import { type Kernel, type Kernels, status } from "./call.js";
import { multiply, readMatrix, transposed } from "./dense.js";

const matmul: Kernel = ({ words, numbers }) => {
  const [out, a, b] = [numbers(0), numbers(1), numbers(2)];
  const [batch, m, k, n] = words(3, 4) as [number, number, number, number];
  const [tA, tB, strideA, strideB] = words(7, 4) as [number, number, number, number];
  for (let s = 0; s < batch; s++) {
    const A = readMatrix(a, s * strideA, m, k);
    const B = readMatrix(b, s * strideB, k, n);
    const [opA, opB] = [tA ? transposed(A, k, m) : A, tB ? transposed(B, n, k) : B];
    out.set(multiply(opA, opB, m, k, n), s * m * n);
  }
  return status.done;
};

export const products: Kernels = { matmul };
