/** Shapes: sizes, axes, broadcasting, and the loops that a strided kernel runs. */
import { ShapeError } from "./errors.js";
import { shown } from "./shown.js";

export type Shape = readonly number[];

/** The most that the kernels walk along. */
const mostAxes = 16;

/** Returns a copy of a shape. @throws ShapeError unless it is a list of at most 16 whole numbers, 0 or more. */
export function checkedShape(name: string, shape: Shape): number[] {
  const copy = Array.isArray(shape) ? [...shape] : null;
  if (copy?.every((n) => Number.isSafeInteger(n) && n >= 0)) {
    checkAxes(name, copy.length);
    return copy;
  }
  throw new ShapeError(
    `${name}: the shape is ${shown(shape)}; need a list of whole numbers, 0 or more.`,
  );
}

export function checkAxes(name: string, count: number): void {
  if (count <= mostAxes) return;
  throw new ShapeError(`${name}: the result has ${count} axes; need at most ${mostAxes}.`);
}

/** @throws ShapeError unless `value` is a whole number, and at least `least`. */
export function checkWhole(name: string, what: string, value: number, least?: number): void {
  if (Number.isSafeInteger(value) && (least === undefined || value >= least)) return;
  const bound = least === undefined ? "" : `, ${least} or more`;
  throw new ShapeError(`${name}: ${what} is ${shown(value)}; need a whole number${bound}.`);
}

export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const n of shape) size *= n;
  return size;
}

export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((n, i) => n === b[i]);

/** A negative axis counts from the end. */
export function normaliseAxis(name: string, axis: number, rank: number): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    throw new ShapeError(
      `${name}: axis ${shown(axis)} does not exist; the tensor has ${rank} axes (${-rank} to ${rank - 1}).`,
    );
  }
  return axis < 0 ? axis + rank : axis;
}

/** Strides of a contiguous row-major tensor. */
export function rowMajor(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i]!;
  }
  return strides;
}

/** The common shape of operands that are stretched along axes of length one. */
export function broadcastShapes(name: string, ...shapes: Shape[]): number[] {
  const rank = Math.max(...shapes.map((s) => s.length));
  const out = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    const lead = rank - shape.length;
    shape.forEach((n, i) => {
      const known = out[lead + i]!;
      if (n !== known && known !== 1 && n !== 1) {
        throw new ShapeError(
          `${name}: shapes ${shapes.map((s) => `[${s}]`).join(" and ")} do not broadcast: axis ${lead + i - rank} is ${known} and ${n}; make them equal, or one of them 1.`,
        );
      }
      if (n !== 1) out[lead + i] = n;
    });
  }
  return out;
}

/** Strides of `shape` when it is stretched to `target`: 0 along the stretched axes. */
export function broadcastStrides(shape: Shape, target: Shape): number[] {
  const own = rowMajor(shape);
  const lead = target.length - shape.length;
  return target.map((_, i) => (i < lead || shape[i - lead] === 1 ? 0 : own[i - lead]!));
}

export interface StridedLoop {
  readonly dims: readonly number[];
  readonly strides: readonly (readonly number[])[];
}

/** Drops axes of length one and merges neighbours that every operand walks as one; rank ≥ 1. */
export function collapse(shape: Shape, operands: readonly (readonly number[])[]): StridedLoop {
  const dims: number[] = [];
  const strides = operands.map((): number[] => []);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const n = shape[axis]!;
    if (n === 1) continue;
    const merges =
      dims.length > 0 && operands.every((s, k) => s[axis] === strides[k]![0]! * dims[0]!);
    if (merges) {
      dims[0] = dims[0]! * n;
    } else {
      dims.unshift(n);
      operands.forEach((s, k) => {
        strides[k]!.unshift(s[axis]!);
      });
    }
  }
  if (dims.length === 0) return { dims: [1], strides: operands.map(() => [0]) };
  return { dims, strides };
}
