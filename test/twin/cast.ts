/** Changes of number type in the twin, and the test for finite values. */
import { type DType, type FloatType, type Kernel, status } from "./call.js";

/** Towards i32: rounds to zero, saturates, NaN gives 0. */
const toInteger = (x: number): number =>
  Number.isNaN(x) ? 0 : Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.trunc(x)));

const cast =
  (from: DType, to: DType): Kernel =>
  (call) => {
    const out = call.array(0, to);
    const x = call.array(1, from);
    for (let i = 0; i < call.word(2); i++) out[i] = to === "i32" ? toInteger(x[i]!) : x[i]!;
  };

/** Kernels named by what they make, for each dtype that they read. */
export function casts(from: DType): Record<string, Kernel> {
  const kernels: Record<string, Kernel> = {};
  for (const to of ["f64", "f32", "i32"] as const) {
    if (to !== from) kernels[`cast${to}`] = cast(from, to);
  }
  return kernels;
}

export const finite =
  (dtype: FloatType): Kernel =>
  (call) => {
    const x = call.array(0, dtype);
    for (let i = 0; i < call.word(1); i++) {
      if (!Number.isFinite(x[i]!)) return call.fail(status.notFinite, 0, i, x[i]!);
    }
    return 0;
  };
