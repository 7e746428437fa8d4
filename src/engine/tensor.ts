/**
 * Tensors: a shape, a dtype and a block of the heap, row-major and contiguous.
 *
 * A tensor is a value: nothing changes it after it is made. `node` says how it was made, while a
 * derivative is being taken.
 */
import { backend } from "./backend.js";
import { arrayOf, bytesPer, checkDType, type DType, type Numbers } from "./dtype.js";
import { NumericError, ShapeError } from "./errors.js";
import { addressOf, allocate, type Block } from "./memory.js";
import { checkAxes, checkedShape, checkWhole, sizeOf } from "./shape.js";
import { shown } from "./shown.js";

/** A number, or nested arrays of numbers. */
export type Nested = number | readonly Nested[];

/** A part of a derivative; null stands for zero. */
export type Contribution = Tensor | null;

/** Derivative rules of one recorded operation. */
export interface Rules {
  /** Cotangents of the outputs → cotangents of the inputs (only those with `needs`). */
  vjp(cotangents: readonly Contribution[], needs: readonly boolean[]): readonly Contribution[];
  /** Tangents of the inputs → for each output, the contributions that add up to its tangent. */
  jvp(tangents: readonly Contribution[]): readonly (readonly Contribution[])[];
}

/** How tensors were made: see graph.ts, which makes these records. */
export interface Node {
  readonly id: number;
  /** One bit for each derivative in progress that depends on it. */
  readonly bits: number;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly rules: Rules;
}

/**
 * A tensor: a shape, a dtype and values in row-major order. It is a value that nothing changes. Operations
 * are functions of tensors; `item`, `data` and `toArray` read the values.
 */
export class Tensor {
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** @internal */
  readonly block: Block;
  /** @internal */
  node: Node | null;

  /** @hidden Use `tensor`, `zeros`, … instead. */
  constructor(shape: readonly number[], dtype: DType, block: Block, node: Node | null = null) {
    this.shape = shape;
    this.dtype = dtype;
    this.block = block;
    this.node = node;
  }

  get size(): number {
    return sizeOf(this.shape);
  }

  /** Returns the number of a tensor with one element. @throws ShapeError for more or fewer. */
  item(): number {
    if (this.size !== 1) {
      throw new ShapeError(`item: the tensor is [${this.shape}]; need exactly one element.`);
    }
    return view(this)[0]!;
  }

  /** Returns a copy of the values, in row-major order. */
  data(): Numbers {
    return view(this).slice();
  }

  /**
   * Copies the values, in row-major order, into an array of the same kind from index `at` on, so that
   * several tensors can be read into one array.
   *
   * @throws ShapeError when the values do not fit.
   */
  copyTo(into: Numbers, at = 0): void {
    const values = view(this);
    checkWhole("copyTo", "the position", at, 0);
    if (at + values.length > into.length) {
      throw new ShapeError(
        `copyTo: ${values.length} values from position ${at} on do not fit into an array of ${into.length}; need one of ${at + values.length} or more.`,
      );
    }
    into.set(values, at);
  }

  /** Returns the values as nested arrays; a number for a scalar. */
  toArray(): Nested {
    const values = view(this);
    const nest = (axis: number, start: number, size: number): Nested => {
      if (axis === this.shape.length) return values[start]!;
      const step = size / (this.shape[axis]! || 1);
      return Array.from({ length: this.shape[axis]! }, (_, i) =>
        nest(axis + 1, start + i * step, step),
      );
    };
    return nest(0, 0, this.size);
  }

  toString(): string {
    return `Tensor(${this.dtype}[${this.shape}])`;
  }
}

/** An operand of a formula: a tensor, or a number, which takes the dtype of the other operand. */
export type Operand = number | Tensor;

/** @internal The values in place; valid until the heap grows. */
export function view(x: Tensor): Numbers {
  return new arrayOf[x.dtype](backend().memory.buffer, addressOf(x.block), x.size);
}

/** @internal An uninitialised tensor. */
export function empty(shape: readonly number[], dtype: DType): Tensor {
  return new Tensor(shape, dtype, allocate(sizeOf(shape) * bytesPer[dtype]));
}

function nestedShape(values: Nested): number[] {
  const shape: number[] = [];
  for (let v = values; Array.isArray(v); v = v[0]!) {
    checkAxes("tensor", shape.push(v.length));
    if (v.length === 0) break;
  }
  return shape;
}

function flattenInto(
  values: Nested,
  shape: readonly number[],
  axis: number,
  into: number[],
): number[] {
  if (typeof values === "number" ? axis === shape.length : isList(values, shape[axis])) {
    if (typeof values === "number") into.push(values);
    else for (const v of values) flattenInto(v, shape, axis + 1, into);
    return into;
  }
  if (typeof values !== "number" && !Array.isArray(values)) {
    throw new ShapeError(
      `tensor: got ${shown(values)} after ${into.length} numbers; need numbers, or nested arrays of numbers.`,
    );
  }
  throw new ShapeError(
    `tensor: ragged nesting; expected ${axis === shape.length ? "a number" : `${shape[axis]} entries`} at depth ${axis}, got ${typeof values === "number" ? "a number" : `${values.length} entries`}.`,
  );
}

const isList = (values: unknown, length: number | undefined): values is readonly Nested[] =>
  Array.isArray(values) && values.length === length;

export interface TensorOptions {
  readonly shape?: readonly number[];
  readonly dtype?: DType;
}

function typedDType(values: Numbers): DType {
  if (values instanceof Float64Array) return "f64";
  if (values instanceof Float32Array) return "f32";
  if (values instanceof Int32Array) return "i32";
  throw new ShapeError(
    `tensor: got ${shown(values)}; need nested arrays of numbers, or a Float64Array, Float32Array or Int32Array.`,
  );
}

/** @throws NumericError for what i32 cannot hold. */
function checkIntegers(name: string, values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if ((value | 0) === value) continue;
    throw new NumericError(
      `${name}: ${value} at flat position ${i} is no i32, a whole number from −2³¹ to 2³¹ − 1.`,
    );
  }
}

/**
 * Makes a tensor of numbers: nested arrays, or a typed array with a shape.
 * @throws ShapeError when nested arrays are ragged or hold anything but numbers, or when the numbers do not
 * fill the shape; NumericError when `dtype` is i32 and a number is not.
 */
export function tensor(values: Nested | Numbers, options: TensorOptions = {}): Tensor {
  const typed = ArrayBuffer.isView(values);
  const natural = typed ? typedDType(values) : "f64";
  const dtype = options.dtype ?? natural;
  checkDType("tensor", dtype);
  const lengths = typed ? [values.length] : nestedShape(values);
  const flat = typed ? values : flattenInto(values, lengths, 0, []);
  const shape = options.shape === undefined ? lengths : checkedShape("tensor", options.shape);
  if (sizeOf(shape) !== flat.length) {
    throw new ShapeError(
      `tensor: ${flat.length} values do not fill the shape [${shape}], which needs ${sizeOf(shape)}.`,
    );
  }
  if (dtype === "i32" && natural !== "i32") checkIntegers("tensor", flat);
  const out = empty(shape, dtype);
  view(out).set(flat);
  return out;
}

/** A tensor of one value, or an error in the name of the caller. */
function filled(name: string, shape: readonly number[], value: number, dtype: DType): Tensor {
  checkDType(name, dtype);
  if (typeof value !== "number") {
    throw new ShapeError(`${name}: the value is ${shown(value)}; need a number.`);
  }
  if (dtype === "i32") checkIntegers(name, [value]);
  const out = empty(checkedShape(name, shape), dtype);
  view(out).fill(value);
  return out;
}

/**
 * Makes a tensor whose elements all have one value.
 * @throws ShapeError for a shape that is none; NumericError when `dtype` is i32 and the value is not.
 */
export const full = (shape: readonly number[], value: number, dtype: DType = "f64"): Tensor =>
  filled("full", shape, value, dtype);

/** Makes a tensor of zeros. @throws ShapeError for a shape that is none. */
export const zeros = (shape: readonly number[], dtype: DType = "f64"): Tensor =>
  filled("zeros", shape, 0, dtype);

/** Makes a tensor of ones. @throws ShapeError for a shape that is none. */
export const ones = (shape: readonly number[], dtype: DType = "f64"): Tensor =>
  filled("ones", shape, 1, dtype);

/** Makes the identity matrix, [n, n]. */
export function eye(n: number, dtype: DType = "f64"): Tensor {
  checkWhole("eye", "the side", n, 0);
  const out = filled("eye", [n, n], 0, dtype);
  const values = view(out);
  for (let i = 0; i < n; i++) values[i * (n + 1)] = 1;
  return out;
}

/** Makes an i32 tensor of indices, for `gather` and `scatterAdd`. */
export const indices = (values: readonly number[]): Tensor => tensor(values, { dtype: "i32" });
