/** Cumulative sums along an axis; each direction is the adjoint of the other. */
import { apply, axisOf, checkFloat, type Primitive } from "../primitive.js";
import { emit } from "../program.js";
import { sizeOf } from "../shape.js";
import type { Tensor } from "../tensor.js";

export interface CumulativeSumOptions {
  /** Whether the sum runs from the end, over k ≥ j instead of k ≤ j. @defaultValue false */
  readonly reverse?: boolean;
}

interface Along {
  readonly axis: number;
  readonly reverse: boolean;
}

const cumulativePrimitive: Primitive<Along> = {
  name: "cumulativeSum",
  infer: ([x]) => x!,
  emit: ({ inputs: [x], out, params: { axis, reverse } }, describe) => {
    const outer = sizeOf(out.shape.slice(0, axis));
    const inner = sizeOf(out.shape.slice(axis + 1));
    const sizes = [outer, out.shape[axis]!, inner];
    emit("cumsum", out.dtype, [out.block, x!.block, ...sizes, Number(reverse)], describe);
  },
  vjp: (_, g, { params: { axis, reverse } }) =>
    apply(cumulativePrimitive, [g], { axis, reverse: !reverse }),
  jvp: (_, t, { params }) => apply(cumulativePrimitive, [t], params),
};

/** Computes cumulative sums along an axis, out[..., j, ...] = Σ x[..., k, ...] over k ≤ j, in double precision. */
export function cumulativeSum(
  x: Tensor,
  axis: number,
  { reverse = false }: CumulativeSumOptions = {},
): Tensor {
  checkFloat("cumulativeSum", x);
  const at = axisOf("cumulativeSum", x, axis);
  return apply(cumulativePrimitive, [x], { axis: at, reverse });
}
