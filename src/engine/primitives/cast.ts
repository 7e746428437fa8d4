/** Changes of number type. */
import { checkDType, type DType } from "../dtype.js";
import {
  apply,
  applyConstant,
  type ConstantPrimitive,
  checkTensor,
  type Primitive,
} from "../primitive.js";
import { emit } from "../program.js";
import type { Tensor } from "../tensor.js";

const conversion: ConstantPrimitive<DType> = {
  name: "cast",
  infer: ([x], dtype) => ({ shape: x!.shape, dtype }),
  emit: ({ inputs: [x], out }, describe) =>
    emit(`cast${out.dtype}`, x!.dtype, [out.block, x!.block, out.size], describe),
};

const differentiable: Primitive<DType> = {
  ...conversion,
  vjp: (_, g, { inputs: [x] }) => cast(g, x!.dtype),
  jvp: (_, t, { params }) => cast(t, params),
};

/**
 * Converts to another dtype; to i32 by cutting off what follows the point, without a derivative.
 * @throws ShapeError for what is no dtype; NumericError for a number that i32 or f32 cannot hold.
 */
export function cast(x: Tensor, dtype: DType): Tensor {
  checkTensor("cast", x);
  checkDType("cast", dtype);
  if (x.dtype === dtype) return x;
  const float = x.dtype !== "i32" && dtype !== "i32";
  return float ? apply(differentiable, [x], dtype) : applyConstant(conversion, [x], dtype);
}
