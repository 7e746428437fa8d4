/** Entries by index, and the adjoint. */
import { ShapeError } from "../errors.js";
import { apply, axisOf, checkFloat, type Primitive } from "../primitive.js";
import { emit, type Word } from "../program.js";
import { checkWhole, sameShape, sizeOf } from "../shape.js";
import type { Tensor } from "../tensor.js";

interface Along {
  readonly axis: number;
  /** Length of the axis that the positions point into. */
  readonly size: number;
}

/** Checks the positions: [m], or [...lead, m] with the leading axes of x. */
function positions(name: string, x: Tensor, idx: Tensor, axis: number): void {
  const lead = idx.shape.slice(0, -1);
  const fits = lead.length <= axis && sameShape(lead, x.shape.slice(0, lead.length));
  if (idx.dtype !== "i32" || idx.shape.length === 0 || !fits) {
    throw new ShapeError(
      `${name}: positions are ${idx}, x is [${x.shape}], axis ${axis}; need i32 positions [m], or [..., m] whose leading axes are those of x before the axis.`,
    );
  }
}

/** `batch indexStride outer n m inner` of the two kernels; `shape` is the gathered one. */
function words(shape: readonly number[], idx: Tensor, { axis, size }: Along): Word[] {
  const lead = idx.shape.length - 1;
  const m = idx.shape.at(-1)!;
  const batch = sizeOf(shape.slice(0, lead));
  const outer = sizeOf(shape.slice(lead, axis));
  return [batch, lead === 0 ? 0 : m, outer, size, m, sizeOf(shape.slice(axis + 1))];
}

const gatherPrimitive: Primitive<Along> = {
  name: "gather",
  infer: ([x, idx], { axis }) => {
    positions("gather", x!, idx!, axis);
    return { shape: x!.shape.with(axis, idx!.shape.at(-1)!), dtype: x!.dtype };
  },
  emit: ({ inputs: [x, idx], out, params }, describe) =>
    emit(
      "gather",
      out.dtype,
      [out.block, x!.block, idx!.block, ...words(out.shape, idx!, params)],
      describe,
    ),
  vjp: (_, g, { inputs: [, idx], params: { axis, size } }) => scatterAdd(g, idx!, size, axis),
  jvp: (_, t, { inputs: [, idx], params: { axis } }) => gather(t, idx!, axis),
};

/**
 * Selects entries of an axis by index, out[..., j, ...] = x[..., idx[j], ...]; idx is i32, [m] or
 * [..., m] with the axes of x before `axis`.
 * @throws ShapeError when idx does not fit; NumericError for an index outside the axis.
 */
export function gather(x: Tensor, idx: Tensor, axis: number): Tensor {
  const at = axisOf("gather", x, axis);
  return apply(gatherPrimitive, [x, idx], { axis: at, size: x.shape[at]! });
}

const scatterAddPrimitive: Primitive<Along> = {
  name: "scatterAdd",
  infer: ([x, idx], { axis, size }) => {
    positions("scatterAdd", x!, idx!, axis);
    if (x!.shape[axis] !== idx!.shape.at(-1)) {
      throw new ShapeError(
        `scatterAdd: axis ${axis} of [${x!.shape}] and ${idx!.shape.at(-1)} positions differ in length.`,
      );
    }
    return { shape: x!.shape.with(axis, size), dtype: x!.dtype };
  },
  emit: ({ inputs: [x, idx], out, params }, describe) =>
    emit(
      "scatterAdd",
      out.dtype,
      [out.block, x!.block, idx!.block, ...words(x!.shape, idx!, params)],
      describe,
    ),
  vjp: (_, g, { inputs: [, idx], params: { axis } }) => gather(g, idx!, axis),
  jvp: (_, t, { inputs: [, idx], params: { axis, size } }) => scatterAdd(t, idx!, size, axis),
};

/**
 * Adds entries into an axis of length `size` by index, out[idx[j]] += x[j]: the adjoint of `gather`.
 * @throws ShapeError when idx does not fit; NumericError for an index outside the axis.
 */
export function scatterAdd(x: Tensor, idx: Tensor, size: number, axis: number): Tensor {
  checkFloat("scatterAdd", x);
  const at = axisOf("scatterAdd", x, axis);
  checkWhole("scatterAdd", "the size", size, 0);
  return apply(scatterAddPrimitive, [x, idx], { axis: at, size });
}
