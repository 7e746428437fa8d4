import { describe, expect, test } from "vitest";
import type { Backend } from "../../src/engine/backend.js";
import type { Numbers } from "../twin/call.js";
import { type Draws, forSeeds } from "./draws.js";
import {
  cases,
  epsilon,
  expectClose,
  type FloatType,
  input,
  output,
  runOne,
  scratch,
  twin,
} from "./harness.js";

type Kernel = "circularConv" | "circularConvWeights";

/** Words batch inputs outputs n k; kernels longer than the circle included. */
function anySizes(draws: Draws): number[] {
  const size = (largest: number) => draws.integer(draws.chance(0.1) ? 0 : 1, largest);
  const n = size(draws.chance(0.4) ? 45 : 9);
  return [size(4), size(9), size(9), n, 2 * draws.integer(0, 4) + 1];
}

function compare(
  build: Backend,
  dtype: FloatType,
  draws: Draws,
  kernel: Kernel,
  sizes: readonly number[],
): void {
  const [batch, inputs, outputs, n, k] = sizes as [number, number, number, number, number];
  const forward = kernel === "circularConv";
  const [wide, weights] = [batch * outputs * n, outputs * inputs * k];
  const x = draws.normals(batch * inputs * n, dtype);
  const other = draws.normals(forward ? weights : wide, dtype);
  const run = (backend: Backend, type: FloatType, X: Float64Array, Y: Float64Array) =>
    runOn(backend, type, kernel, sizes, X, Y);
  // a sum of `terms` products: terms · ε · Σ|a||b|, and one rounding
  // minimal filtering: at least 64, for the constants of its transforms
  const filtered = k === 5 && Math.min(inputs, outputs, n) >= 8;
  const terms = Math.max(forward ? inputs * k : batch * n, filtered ? 64 : 0);
  const magnitudes = run(twin, "f64", x.map(Math.abs), other.map(Math.abs));
  const tolerance = (_: number, at: number) => (terms + 1) * epsilon[dtype] * magnitudes[at]!;
  expectClose(run(build, dtype, x, other), run(twin, dtype, x, other), tolerance);
}

function runOn(
  backend: Backend,
  type: FloatType,
  kernel: Kernel,
  sizes: readonly number[],
  x: Float64Array,
  other: Float64Array,
): Numbers {
  const [batch, inputs, outputs, n, k] = sizes as [number, number, number, number, number];
  const bytes = backend.convScratch(type, batch, inputs, outputs, n, k);
  expect(bytes).toBeGreaterThanOrEqual(0);
  const length = kernel === "circularConv" ? batch * outputs * n : outputs * inputs * k;
  const words = [...sizes, scratch(bytes), bytes];
  const given = [input(type, x), input(type, other)];
  return runOne(backend, `${kernel}_${type}`, output(type, length), ...given, ...words);
}

describe.each(cases)("$name", ({ build, dtype }) => {
  describe.each(["circularConv", "circularConvWeights"] as const)("%s", (kernel) => {
    test("any sizes", () => {
      forSeeds(120, (draws) => compare(build, dtype, draws, kernel, anySizes(draws)));
    });

    test.each([
      [3, 24, 37, 40, 5],
      [50, 1, 3, 40, 5],
      [2, 3, 1, 300, 7],
      [70, 6, 6, 36, 5],
      [50, 37, 1, 40, 1],
      [5, 48, 37, 200, 5],
      [33, 9, 8, 11, 5],
      [2, 8, 10, 1, 5],
      [1, 8, 10, 9, 5],
    ])("batch %i, %i → %i channels, n = %i, k = %i", (...sizes) => {
      forSeeds(2, (draws) => compare(build, dtype, draws, kernel, sizes));
    });
  });

  // Minimal filtering mixes the products of a tile: its errors are in proportion to the largest of
  // Σ|w||x| in the tile, not to that of the output.
  describe("minimal filtering", () => {
    const sizes = [4, 48, 37, 50, 5] as const;
    const [batch, inputs, outputs, n, k] = sizes;
    const draw = (draws: Draws) => ({
      x: draws.normals(batch * inputs * n, dtype),
      w: draws.normals(outputs * inputs * k, dtype),
    });

    test("is off by at most 16 ε of Σ|w||x| where neighbours are alike", () => {
      forSeeds(3, (draws) => {
        const { x, w } = draw(draws);
        const exact = runOn(twin, "f64", "circularConv", sizes, x, w);
        const sums = runOn(twin, "f64", "circularConv", sizes, x.map(Math.abs), w.map(Math.abs));
        const bound = (_: number, at: number) => 16 * epsilon[dtype] * sums[at]!;
        expectClose(runOn(build, dtype, "circularConv", sizes, x, w), exact, bound);
        const g = exact.map(Math.fround) as Float64Array;
        const weights = runOn(twin, "f64", "circularConvWeights", sizes, x, g);
        const totals = runOn(
          ...([twin, "f64", "circularConvWeights", sizes] as const),
          ...([x.map(Math.abs), g.map(Math.abs)] as const),
        );
        expectClose(
          runOn(build, dtype, "circularConvWeights", sizes, x, g),
          weights,
          (_, at) => 16 * epsilon[dtype] * totals[at]!,
        );
      });
    });

    test("is off by at most 64 ε of the largest Σ|w||x| within seven places", () => {
      forSeeds(3, (draws) => {
        const { x, w } = draw(draws);
        // neighbours of very different size: 1 and a million by turns
        const uneven = x.map((value, at) => (at % 11 === 0 ? 2 ** 20 * value : value));
        const exact = runOn(twin, "f64", "circularConv", sizes, uneven, w);
        const magnitudes = [uneven.map(Math.abs), w.map(Math.abs)] as const;
        const sums = runOn(twin, "f64", "circularConv", sizes, ...magnitudes);
        const nearby = (_: number, at: number) => {
          const row = at - (at % n);
          const places = Array.from({ length: 15 }, (_, i) => row + ((at - row + i - 7 + n) % n));
          return 64 * epsilon[dtype] * Math.max(...places.map((place) => sums[place]!));
        };
        expectClose(runOn(build, dtype, "circularConv", sizes, uneven, w), exact, nearby);
      });
    });
  });
});
