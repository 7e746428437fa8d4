/** Operations that move values without changing them. */
import { ShapeError } from "../errors.js";
import { recordNode } from "../graph.js";
import { apply, axisOf, checkTensor, type Primitive } from "../primitive.js";
import { emit, type Word } from "../program.js";
import { checkWhole, collapse, normaliseAxis, rowMajor, sameShape, sizeOf } from "../shape.js";
import { type Tensor, zeros } from "../tensor.js";
import { reshape, stopGradient } from "./broadcast.js";

/** Words of `copy` and `scatter` for a strided walk that starts at `offset`. */
function walk(shape: readonly number[], strides: readonly number[], offset: number): Word[] {
  const loop = collapse(shape, [strides]);
  return [offset, loop.dims.length, ...loop.dims, ...loop.strides[0]!];
}

const transposePrimitive: Primitive<readonly number[]> = {
  name: "transpose",
  infer: ([x], permutation) => ({
    shape: permutation.map((axis) => x!.shape[axis]!),
    dtype: x!.dtype,
  }),
  emit: ({ inputs: [x], out, params }, describe) => {
    const strides = rowMajor(x!.shape);
    const permuted = params.map((axis) => strides[axis]!);
    emit("copy", out.dtype, [out.block, x!.block, ...walk(out.shape, permuted, 0)], describe);
  },
  vjp: (_, g, { params }) => apply(transposePrimitive, [g], inverse(params)),
  jvp: (_, t, { params }) => apply(transposePrimitive, [t], params),
};

const inverse = (permutation: readonly number[]): number[] =>
  permutation.map((_, i) => permutation.indexOf(i));

/** Permutes the axes; by default swaps the last two. @throws ShapeError for what is no permutation. */
export function transpose(x: Tensor, permutation?: readonly number[]): Tensor {
  checkTensor("transpose", x);
  const rank = x.shape.length;
  const axes = x.shape.map((_, i) => i);
  const order =
    permutation?.map((axis) => axisOf("transpose", x, axis)) ??
    (rank < 2 ? axes : [...axes.slice(0, -2), rank - 1, rank - 2]);
  if (
    !sameShape(
      [...order].sort((a, b) => a - b),
      axes,
    )
  ) {
    throw new ShapeError(`transpose: [${permutation}] is not an order of the ${rank} axes.`);
  }
  return sameShape(order, axes) ? x : apply(transposePrimitive, [x], order);
}

interface Span {
  readonly axis: number;
  readonly start: number;
  readonly stop: number;
}

const slicePrimitive: Primitive<Span> = {
  name: "slice",
  infer: ([x], { axis, start, stop }) => {
    const n = x!.shape[axis]!;
    if (!(0 <= start && start <= stop && stop <= n)) {
      throw new ShapeError(
        `slice: ${start} to ${stop} is not within axis ${axis} of [${x!.shape}].`,
      );
    }
    return { shape: x!.shape.with(axis, stop - start), dtype: x!.dtype };
  },
  emit: ({ inputs: [x], out, params: { axis, start } }, describe) => {
    const strides = rowMajor(x!.shape);
    const words = walk(out.shape, strides, start * strides[axis]!);
    emit("copy", out.dtype, [out.block, x!.block, ...words], describe);
  },
  vjp: (_, g, { inputs: [x], params: { axis, start, stop } }) =>
    pad(g, axis, start, x!.shape[axis]! - stop),
  jvp: (_, t, { params }) => apply(slicePrimitive, [t], params),
};

/** Returns the entries start (inclusive) to stop (exclusive) of an axis. @throws ShapeError for entries that do not exist. */
export function slice(x: Tensor, axis: number, start: number, stop: number): Tensor {
  const at = axisOf("slice", x, axis);
  checkWhole("slice", "the start", start);
  checkWhole("slice", "the stop", stop);
  return start === 0 && stop === x.shape[at]
    ? x
    : apply(slicePrimitive, [x], { axis: at, start, stop });
}

/** Returns entry i of an axis, without that axis. @throws ShapeError when it does not exist. */
export function index(x: Tensor, axis: number, i: number): Tensor {
  const at = axisOf("index", x, axis);
  checkWhole("index", "the entry", i);
  const from = i < 0 ? i + x.shape[at]! : i;
  if (from < 0 || from >= x.shape[at]!) {
    throw new ShapeError(
      `index: there is no entry ${i} in axis ${axis} of [${x.shape}], which has ${x.shape[at]}.`,
    );
  }
  return squeeze(slice(x, at, from, from + 1), at);
}

interface Margins {
  readonly axis: number;
  readonly before: number;
  readonly after: number;
}

const padPrimitive: Primitive<Margins> = {
  name: "pad",
  infer: ([x], { axis, before, after }) => {
    return { shape: x!.shape.with(axis, before + x!.shape[axis]! + after), dtype: x!.dtype };
  },
  emit: ({ inputs: [x], out, params: { axis, before } }, describe) => {
    const strides = rowMajor(out.shape);
    const words = walk(x!.shape, strides, before * strides[axis]!);
    emit("scatter", out.dtype, [out.block, x!.block, out.size, ...words], describe);
  },
  vjp: (_, g, { inputs: [x], params: { axis, before } }) =>
    slice(g, axis, before, before + x!.shape[axis]!),
  jvp: (_, t, { params }) => apply(padPrimitive, [t], params),
};

/** Adds zeros before and after the entries of an axis. @throws ShapeError unless these are whole numbers, 0 or more. */
export function pad(x: Tensor, axis: number, before: number, after: number): Tensor {
  const at = axisOf("pad", x, axis);
  checkWhole("pad", "the number before", before, 0);
  checkWhole("pad", "the number after", after, 0);
  return before === 0 && after === 0 ? x : apply(padPrimitive, [x], { axis: at, before, after });
}

const concatPrimitive: Primitive<number> = {
  name: "concat",
  infer: (inputs, axis) => {
    const first = inputs[0]!;
    for (const x of inputs) {
      if (x.dtype !== first.dtype || !sameShape(x.shape.with(axis, 0), first.shape.with(axis, 0))) {
        throw new ShapeError(
          `concat: ${inputs.map(String).join(", ")} do not fit along axis ${axis}; need one dtype and equal other axes.`,
        );
      }
    }
    const total = inputs.reduce((n, x) => n + x.shape[axis]!, 0);
    return { shape: first.shape.with(axis, total), dtype: first.dtype };
  },
  emit: ({ inputs, out, params: axis }, describe) => {
    const pieces = inputs.flatMap((x) => [x.block, sizeOf(x.shape.slice(axis))]);
    const outer = sizeOf(out.shape.slice(0, axis));
    emit("concat", out.dtype, [out.block, outer, inputs.length, ...pieces], describe);
  },
  vjp: (i, g, { inputs, params: axis }) => {
    const start = offsetOf(inputs, i, axis);
    return slice(g, axis, start, start + inputs[i]!.shape[axis]!);
  },
  jvp: (i, t, { inputs, out, params: axis }) => {
    const before = offsetOf(inputs, i, axis);
    return pad(t, axis, before, out.shape[axis]! - before - t.shape[axis]!);
  },
};

const offsetOf = (inputs: readonly Tensor[], i: number, axis: number): number =>
  inputs.slice(0, i).reduce((n, x) => n + x.shape[axis]!, 0);

/** Joins tensors along an axis. @throws ShapeError when other axes or dtypes differ. */
export function concat(xs: readonly Tensor[], axis: number): Tensor {
  const first = xs[0];
  if (first === undefined) throw new ShapeError("concat: got no tensors; need at least one.");
  for (const x of xs) checkTensor("concat", x);
  const at = axisOf("concat", first, axis);
  return xs.length === 1 ? first : apply(concatPrimitive, xs, at);
}

/**
 * Splits a tensor along an axis into pieces with `sizes` entries, which together are all of the axis: the
 * inverse of `concat`. The cotangents of the pieces are joined, so many pieces cost no more than one.
 * @throws ShapeError when the sizes do not sum to the length of the axis.
 */
export function splitAlong(x: Tensor, axis: number, sizes: readonly number[]): Tensor[] {
  const at = axisOf("splitAlong", x, axis);
  for (const size of sizes) checkWhole("splitAlong", "a size", size, 0);
  const total = sizes.reduce((n, size) => n + size, 0);
  if (total !== x.shape[at]) {
    throw new ShapeError(
      `splitAlong: pieces of ${sizes.join(", ")} make ${total}; need the ${x.shape[at]} entries of axis ${axis} of [${x.shape}].`,
    );
  }
  if (sizes.length === 1) return [x];
  const cut = (y: Tensor) => {
    let start = 0;
    return sizes.map((size) => {
      start += size;
      return slice(y, at, start - size, start);
    });
  };
  const pieces = cut(stopGradient(x));
  recordNode([x], pieces, {
    vjp: (gs) => [
      concat(
        gs.map((g, i) => g ?? zeros(pieces[i]!.shape, x.dtype)),
        at,
      ),
    ],
    jvp: ([t]) => cut(t!).map((piece) => [piece]),
  });
  return pieces;
}

/** Stacks tensors of one shape along a new axis. */
export function stack(xs: readonly Tensor[], axis = 0): Tensor {
  return concat(
    xs.map((x) => expandDims(x, axis)),
    axis,
  );
}

interface Shift {
  readonly axis: number;
  readonly shift: number;
}

const rollPrimitive: Primitive<Shift> = {
  name: "roll",
  infer: ([x]) => x!,
  emit: ({ inputs: [x], out, params: { axis, shift } }, describe) => {
    const n = out.shape[axis]!;
    const outer = sizeOf(out.shape.slice(0, axis));
    const inner = sizeOf(out.shape.slice(axis + 1));
    emit("roll", out.dtype, [out.block, x!.block, outer, n, inner, shift], describe);
  },
  vjp: (_, g, { params: { axis, shift } }) => roll(g, -shift, axis),
  jvp: (_, t, { params: { axis, shift } }) => roll(t, shift, axis),
};

/** Shifts the entries of an axis in a circle: out[i + shift] = x[i]. */
export function roll(x: Tensor, shift: number, axis: number): Tensor {
  const at = axisOf("roll", x, axis);
  checkWhole("roll", "the shift", shift);
  const n = x.shape[at]!;
  const by = n === 0 ? 0 : ((shift % n) + n) % n;
  return by === 0 ? x : apply(rollPrimitive, [x], { axis: at, shift: by });
}

const diagonalPrimitive: Primitive<undefined> = {
  name: "diagonal",
  infer: ([x]) => {
    const [rows, columns] = x!.shape.slice(-2);
    if (x!.shape.length < 2 || rows !== columns) {
      throw new ShapeError(
        `diagonal: got [${x!.shape}]; need square matrices in the last two axes.`,
      );
    }
    return { shape: x!.shape.slice(0, -1), dtype: x!.dtype };
  },
  emit: ({ inputs: [x], out }, describe) => {
    const strides = rowMajor(x!.shape).slice(0, -1);
    const words = walk(out.shape, strides.with(-1, strides.at(-1)! + 1), 0);
    emit("copy", out.dtype, [out.block, x!.block, ...words], describe);
  },
  vjp: (_, g) => diagonalMatrix(g),
  jvp: (_, t) => diagonal(t),
};

/** Returns the diagonals of square matrices, [..., n, n] → [..., n]. */
export const diagonal = (x: Tensor): Tensor => apply(diagonalPrimitive, [x], undefined);

const diagonalMatrixPrimitive: Primitive<undefined> = {
  name: "diagonalMatrix",
  infer: ([x]) => {
    if (x!.shape.length === 0) throw new ShapeError("diagonalMatrix: got a scalar; need [..., n].");
    return { shape: [...x!.shape, x!.shape.at(-1)!], dtype: x!.dtype };
  },
  emit: ({ inputs: [x], out }, describe) => {
    const strides = rowMajor(out.shape).slice(0, -1);
    const words = walk(x!.shape, strides.with(-1, strides.at(-1)! + 1), 0);
    emit("scatter", out.dtype, [out.block, x!.block, out.size, ...words], describe);
  },
  vjp: (_, g) => diagonal(g),
  jvp: (_, t) => diagonalMatrix(t),
};

/** Makes diagonal matrices, [..., n] → [..., n, n]. */
export const diagonalMatrix = (x: Tensor): Tensor => apply(diagonalMatrixPrimitive, [x], undefined);

/** Adds an axis of length one at `axis`. */
export function expandDims(x: Tensor, axis: number): Tensor {
  checkTensor("expandDims", x);
  const at = normaliseAxis("expandDims", axis, x.shape.length + 1);
  return reshape(x, x.shape.toSpliced(at, 0, 1));
}

/** Removes an axis of length one. @throws ShapeError for another length. */
export function squeeze(x: Tensor, axis: number): Tensor {
  const at = axisOf("squeeze", x, axis);
  if (x.shape[at] !== 1) {
    throw new ShapeError(`squeeze: axis ${axis} of [${x.shape}] is ${x.shape[at]}; need 1.`);
  }
  return reshape(x, x.shape.toSpliced(at, 1));
}
