import { type DType, type Kernel, type Kernels, status } from "./call.js";

/** From the call's dtype to another; to integers toward zero, where they fit. */
const castTo =
  (to: DType): Kernel =>
  ({ word, numbers, fail }) => {
    const [out, x] = [numbers(0, to), numbers(1)];
    for (let i = 0; i < word(2); i++) {
      if (to === "i32" && Math.trunc(x[i]!) !== (x[i]! | 0)) {
        return fail(status.noInteger, 0, i, x[i]!);
      }
      out[i] = x[i]!;
    }
    return status.done;
  };

const finite: Kernel = ({ word, numbers, fail }) => {
  const x = numbers(0);
  for (let i = 0; i < word(1); i++) {
    if (!Number.isFinite(x[i]!)) return fail(status.notFinite, 0, i, x[i]!);
  }
  return status.done;
};

export const castFrom: Readonly<Record<DType, Kernels>> = {
  f64: { castf32: castTo("f32"), casti32: castTo("i32") },
  f32: { castf64: castTo("f64"), casti32: castTo("i32") },
  i32: { castf64: castTo("f64"), castf32: castTo("f32") },
};

export const checks: Kernels = { finite };
