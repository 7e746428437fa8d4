import { ShapeError } from "./errors.js";
import { shown } from "./shown.js";

/** Numbers a tensor may hold: i32 only for indices and random keys. */
export type DType = "f64" | "f32" | "i32";
/** Floating-point numbers. */
export type FloatType = "f64" | "f32";

/** The typed arrays that hold a tensor's values. */
export type Numbers = Float64Array | Float32Array | Int32Array;

/** @throws ShapeError for what is no dtype. */
export function checkDType(name: string, dtype: DType): void {
  if (Object.hasOwn(bytesPer, dtype)) return;
  throw new ShapeError(`${name}: the dtype is ${shown(dtype)}; need "f64", "f32" or "i32".`);
}

export const bytesPer = { f64: 8, f32: 4, i32: 4 } as const;

/** Makes a view of a memory, shared or not. */
type NumbersOver = new (buffer: ArrayBufferLike, address: number, length: number) => Numbers;

export const arrayOf: Readonly<Record<DType, NumbersOver>> = {
  f64: Float64Array,
  f32: Float32Array,
  i32: Int32Array,
};

/** The distance from 1 to the next larger number (twice the unit roundoff). */
export const epsilon = { f64: 2 ** -52, f32: 2 ** -23 } as const;
