/** Reductions of the twin: `out x outer n inner`. */
import type { FloatType, Kernel } from "./call.js";

const reduction =
  (dtype: FloatType, nothing: number, combine: (a: number, b: number) => number): Kernel =>
  (call) => {
    const out = call.array(0, dtype);
    const x = call.array(1, dtype);
    const [outer, n, inner] = call.words(2, 3) as [number, number, number];
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < inner; i++) {
        let result = nothing;
        for (let j = 0; j < n; j++) result = combine(result, x[(o * n + j) * inner + i]!);
        out[o * inner + i] = result;
      }
    }
  };

export const reductions = (dtype: FloatType): Record<string, Kernel> => ({
  sum: reduction(dtype, 0, (a, b) => a + b),
  maxAlong: reduction(dtype, -Infinity, Math.max),
});
