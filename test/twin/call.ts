/** What a kernel of the twin is given: the argument words of one instruction, and the memory. */

export type DType = "f64" | "f32" | "i32";
export type Numbers = Float64Array | Float32Array | Int32Array;

export interface Call {
  readonly dtype: DType;
  /** Argument word i. */
  word(i: number): number;
  /** Argument words from i on. */
  words(i: number, count: number): number[];
  /** The memory from the address in word i on, in the call's dtype unless another is given. */
  numbers(i: number, dtype?: DType): Numbers;
  /** Leaves the details of a failure and returns its code. */
  fail(code: number, batch: number, index: number, value: number): number;
}

/** Returns a status. */
export type Kernel = (call: Call) => number;
/** Kernels by name without dtype. */
export type Kernels = Readonly<Record<string, Kernel>>;

export const status = {
  done: 0,
  notPositiveDefinite: 1,
  outOfRange: 2,
  singular: 3,
  noConvergence: 4,
  notFinite: 5,
  noInteger: 6,
} as const;

/** Distance from 1 to the next number of the dtype. */
export const epsilon = (dtype: DType): number => (dtype === "f32" ? 2 ** -23 : 2 ** -52);

/** x mod n in 0 … n−1, for x of either sign. */
export const modulo = (x: number, n: number): number => ((x % n) + n) % n;

export const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

/** Calls `visit` with each position of a tensor in row-major order, and its number in that order. */
export function eachIndex(
  dims: readonly number[],
  visit: (index: readonly number[], flat: number) => void,
): void {
  const size = product(dims);
  for (let flat = 0; flat < size; flat++) {
    const index = new Array<number>(dims.length);
    let rest = flat;
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      index[axis] = rest % dims[axis]!;
      rest = Math.floor(rest / dims[axis]!);
    }
    visit(index, flat);
  }
}

/** Σ index · stride */
export const place = (index: readonly number[], strides: readonly number[]): number =>
  index.reduce((sum, i, axis) => sum + i * strides[axis]!, 0);
