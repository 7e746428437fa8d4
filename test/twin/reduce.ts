import { type Kernel, type Kernels, status } from "./call.js";

const along =
  (start: number, f: (a: number, b: number) => number): Kernel =>
  ({ words, numbers }) => {
    const [out, x] = [numbers(0), numbers(1)];
    const [outer, n, inner] = words(2, 3) as [number, number, number];
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < inner; i++) {
        let value = start;
        for (let j = 0; j < n; j++) value = f(value, x[(o * n + j) * inner + i]!);
        out[o * inner + i] = value;
      }
    }
    return status.done;
  };

export const reduce: Kernels = {
  sum: along(0, (a, b) => a + b),
  maxAlong: along(-Infinity, Math.max),
};
