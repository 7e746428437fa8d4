/** What a kernel of the twin sees: its argument words and the memory, by name of dtype. */

export type FloatType = "f64" | "f32";
export type DType = FloatType | "i32";
export type Numbers = Float64Array | Float32Array | Int32Array;

/** One argument list. */
export interface Call {
  /** Argument word i as a number. */
  word(i: number): number;
  /** `count` argument words from i on. */
  words(i: number, count: number): number[];
  /** Numbers of a dtype from the address in argument word i to the end of the memory. */
  array(i: number, dtype: DType): Numbers;
  /** Leaves the details of a failure and returns its code. */
  fail(code: number, batch: number, index: number, value: number): number;
}

/** A kernel returns its status; nothing is 0. */
// biome-ignore lint/suspicious/noConfusingVoidType: kernels that cannot fail return nothing.
export type Kernel = (call: Call) => number | void;

export const status = {
  notPositiveDefinite: 1,
  outOfRange: 2,
  singular: 3,
  noConvergence: 4,
  notFinite: 5,
} as const;

const bytes = { f64: 8, f32: 4, i32: 4 } as const;

/** A view of a dtype from a byte address on. */
export function numbersAt(buffer: ArrayBuffer, address: number, dtype: DType): Numbers {
  const length = Math.floor((buffer.byteLength - address) / bytes[dtype]);
  if (dtype === "f64") return new Float64Array(buffer, address, length);
  if (dtype === "f32") return new Float32Array(buffer, address, length);
  return new Int32Array(buffer, address, length);
}

/** Each index of an array of shape `dims`, in row-major order. */
export function* indicesOf(dims: readonly number[]): Generator<number[]> {
  const size = dims.reduce((product, d) => product * d, 1);
  for (let flat = 0; flat < size; flat++) {
    const index: number[] = new Array(dims.length);
    let rest = flat;
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      index[axis] = rest % dims[axis]!;
      rest = Math.floor(rest / dims[axis]!);
    }
    yield index;
  }
}

/** Σ indexₐ strideₐ */
export const offsetOf = (index: readonly number[], strides: readonly number[]): number =>
  index.reduce((sum, i, axis) => sum + i * strides[axis]!, 0);
