/** Reshaping, broadcasting, and sums, the adjoint of broadcasting. */
import { ShapeError } from "../errors.js";
import { recordNode } from "../graph.js";
import { apply, axisOf, checkFloat, checkTensor, type Primitive } from "../primitive.js";
import { emit } from "../program.js";
import {
  broadcastShapes,
  broadcastStrides,
  checkedShape,
  collapse,
  sameShape,
  sizeOf,
} from "../shape.js";
import { Tensor } from "../tensor.js";

/** A shape for the elements of x, with the axis −1 computed if there is one. */
function filled(x: Tensor, shape: readonly number[]): number[] {
  const open = Array.isArray(shape) ? shape.indexOf(-1) : -1;
  if (open < 0) return checkedShape("reshape", shape);
  const others = sizeOf(checkedShape("reshape", shape.toSpliced(open, 1)));
  return shape.with(open, others > 0 && x.size % others === 0 ? x.size / others : Number.NaN);
}

/** Returns the same values in another shape; one axis may be −1 and is computed. @throws ShapeError when sizes differ. */
export function reshape(x: Tensor, shape: readonly number[]): Tensor {
  checkTensor("reshape", x);
  const target = filled(x, shape);
  if (sizeOf(target) !== x.size) {
    throw new ShapeError(
      `reshape: [${x.shape}] has ${x.size} elements and does not fill [${shape}].`,
    );
  }
  if (sameShape(x.shape, target)) return x;
  const out = new Tensor(target, x.dtype, x.block);
  recordNode([x], [out], {
    vjp: ([g]) => [g ? reshape(g, x.shape) : null],
    jvp: ([t]) => [[t ? reshape(t, target) : null]],
  });
  return out;
}

/** Returns the same values as a constant of all derivatives. */
export function stopGradient(x: Tensor): Tensor {
  checkTensor("stopGradient", x);
  return new Tensor(x.shape, x.dtype, x.block);
}

const broadcast: Primitive<readonly number[]> = {
  name: "broadcastTo",
  infer: ([x], shape) => {
    if (!sameShape(broadcastShapes("broadcastTo", x!.shape, shape), shape)) {
      throw new ShapeError(`broadcastTo: [${x!.shape}] cannot be stretched to [${shape}].`);
    }
    return { shape, dtype: x!.dtype };
  },
  emit: ({ inputs: [x], out }, describe) => {
    const { dims, strides } = collapse(out.shape, [broadcastStrides(x!.shape, out.shape)]);
    const words = [out.block, x!.block, 0, dims.length, ...dims, ...strides[0]!];
    emit("copy", out.dtype, words, describe);
  },
  vjp: (_, g, { inputs: [x] }) => unbroadcast(g, x!.shape),
  jvp: (_, t, { params }) => broadcastTo(t, params),
};

/** Broadcasts axes of length one, and new leading axes, to `shape`. @throws ShapeError when that is impossible. */
export function broadcastTo(x: Tensor, shape: readonly number[]): Tensor {
  checkTensor("broadcastTo", x);
  const target = checkedShape("broadcastTo", shape);
  return sameShape(x.shape, target) ? x : apply(broadcast, [x], target);
}

/** Sums over the axes along which `shape` was broadcast: the adjoint of `broadcastTo`. */
export function unbroadcast(g: Tensor, shape: readonly number[]): Tensor {
  if (sameShape(g.shape, shape)) return g;
  const lead = g.shape.length - shape.length;
  const stretched = g.shape.flatMap((n, i) =>
    i < lead || (shape[i - lead] === 1 && n !== 1) ? [i] : [],
  );
  return reshape(sum(g, stretched), shape);
}

/** One axis or several; negative ones count from the end. */
export type Axes = number | readonly number[];
export interface ReduceOptions {
  /** Whether reduced axes stay, with length one. @defaultValue false */
  readonly keepDims?: boolean;
}

/** A run of neighbouring axes, from (inclusive) to (exclusive). */
export interface AxisRun {
  readonly from: number;
  readonly to: number;
}

const without = ({ from, to }: AxisRun, shape: readonly number[]): number[] => [
  ...shape.slice(0, from),
  ...shape.slice(to),
];

export const withOnes = ({ from, to }: AxisRun, shape: readonly number[]): number[] =>
  shape.map((n, i) => (from <= i && i < to ? 1 : n));

/** Everything of a reduction over a run of axes but its derivatives. */
export const reduction = (
  name: string,
  kernel: string,
): Pick<Primitive<AxisRun>, "name" | "infer" | "emit"> => ({
  name,
  infer: ([x], run) => {
    checkFloat(name, x!);
    return { shape: without(run, x!.shape), dtype: x!.dtype };
  },
  emit: ({ inputs: [x], out, params: { from, to } }, describe) => {
    const { shape, block } = x!;
    const outer = sizeOf(shape.slice(0, from));
    const n = sizeOf(shape.slice(from, to));
    emit(kernel, out.dtype, [out.block, block, outer, n, sizeOf(shape.slice(to))], describe);
  },
});

export const sumRun: Primitive<AxisRun> = {
  ...reduction("sum", "sum"),
  vjp: (_, g, { inputs: [x], params: run }) =>
    broadcastTo(reshape(g, withOnes(run, x!.shape)), x!.shape),
  jvp: (_, t, { params: run }) => apply(sumRun, [t], run),
};

/** The axes asked for (default: all), checked, ascending. */
export function axisList(name: string, x: Tensor, axes: Axes | undefined): number[] {
  checkTensor(name, x);
  const given = axes === undefined ? x.shape.map((_, i) => i) : [axes].flat();
  const sorted = given.map((axis) => axisOf(name, x, axis)).sort((a, b) => a - b);
  if (new Set(sorted).size !== sorted.length) {
    throw new ShapeError(`${name}: axes [${given}] name one axis twice.`);
  }
  return sorted;
}

/** Reduces run after run, the last axes first so that the earlier ones keep their places. */
export function reduce(
  primitive: Primitive<AxisRun>,
  x: Tensor,
  axes: Axes | undefined,
  { keepDims = false }: ReduceOptions,
): Tensor {
  const list = axisList(primitive.name, x, axes);
  const kept = x.shape.map((n, i) => (list.includes(i) ? 1 : n));
  let y = x;
  while (list.length > 0) {
    const to = list.pop()! + 1;
    let from = to - 1;
    while (list.at(-1) === from - 1) from = list.pop()!;
    y = apply(primitive, [y], { from, to });
  }
  return keepDims ? reshape(y, kept) : y;
}

/** Sums over axes; without `axes` over all. */
export const sum = (x: Tensor, axes?: Axes, options: ReduceOptions = {}): Tensor =>
  reduce(sumRun, x, axes, options);
