/** Test data from a seed: small, fast and independent of the kernels under test. */
import fc from "fast-check";
import type { DType } from "../twin/call.js";

export interface Draws {
  /** In [0, 1). */
  unit(): number;
  /** An integer from low to high. */
  integer(low: number, high: number): number;
  chance(p: number): boolean;
  /** n numbers near a normal distribution, rounded to the dtype. */
  normals(n: number, dtype?: DType): Float64Array;
}

/** A Weyl sequence through a 32-bit mixer (Steele and others 2014, splitmix). */
export function drawsFrom(seed: number): Draws {
  let state = seed | 0;
  const unit = () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) / 2 ** 32;
  };
  const integer = (low: number, high: number) => low + Math.floor(unit() * (high - low + 1));
  return {
    unit,
    integer,
    chance: (p) => unit() < p,
    normals: (n, dtype = "f64") =>
      Float64Array.from({ length: n }, () => {
        const x = (unit() + unit() + unit() + unit() - 2) * Math.sqrt(3);
        return dtype === "f32" ? Math.fround(x) : dtype === "i32" ? Math.trunc(1e6 * x) : x;
      }),
  };
}

export const anySeed = fc.integer();

/** Checks a property on draws from many seeds, the same ones in every run of the tests. */
export function forSeeds(runs: number, property: (draws: Draws) => void): void {
  fc.assert(
    fc.property(anySeed, (seed) => property(drawsFrom(seed))),
    { numRuns: runs, seed: 20 },
  );
}

/** Sizes of 1 to `rank` axes; about one in ten has an axis of size 0. */
export function anyDims(draws: Draws, rank: number, largest: number): number[] {
  const dims = Array.from({ length: draws.integer(1, rank) }, () => draws.integer(1, largest));
  if (draws.chance(0.1)) dims[draws.integer(0, dims.length - 1)] = 0;
  return dims;
}

export interface Layout {
  readonly strides: number[];
  /** Elements from the first to one past the last. */
  readonly length: number;
}

/** Strides of a transposed, sliced or broadcast operand; `broadcast` is the chance of each 0. */
export function anyLayout(draws: Draws, dims: readonly number[], broadcast: number): Layout {
  const strides = new Array<number>(dims.length).fill(0);
  const axes = dims.map((_, axis) => axis);
  if (draws.chance(0.3)) {
    for (let i = axes.length - 1; i > 0; i--) {
      const j = draws.integer(0, i);
      [axes[i], axes[j]] = [axes[j]!, axes[i]!];
    }
  }
  let length = draws.chance(0.2) ? 2 : 1;
  for (const axis of axes.reverse()) {
    if (draws.chance(broadcast)) continue;
    strides[axis] = length;
    length *= dims[axis]!;
    if (draws.chance(0.1)) length++;
  }
  return { strides, length };
}
