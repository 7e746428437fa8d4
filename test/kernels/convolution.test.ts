import { describe, expect, test } from "vitest";
import type { Backend } from "../../src/engine/backend.js";
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
  const run = (backend: Backend, type: FloatType, X: Float64Array, Y: Float64Array) => {
    const bytes = backend.convScratch(type, batch, inputs, outputs, n, k);
    expect(bytes).toBeGreaterThanOrEqual(0);
    const out = output(type, forward ? wide : weights);
    const words = [...sizes, scratch(bytes), bytes];
    return runOne(backend, `${kernel}_${type}`, out, input(type, X), input(type, Y), ...words);
  };
  // a sum of `terms` products: terms · ε · Σ|a||b|, and one rounding
  const terms = forward ? inputs * k : batch * n;
  const magnitudes = run(twin, "f64", x.map(Math.abs), other.map(Math.abs));
  const tolerance = (_: number, at: number) => (terms + 1) * epsilon[dtype] * magnitudes[at]!;
  expectClose(run(build, dtype, x, other), run(twin, dtype, x, other), tolerance);
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
    ])("batch %i, %i → %i channels, n = %i, k = %i", (...sizes) => {
      forSeeds(2, (draws) => compare(build, dtype, draws, kernel, sizes));
    });
  });
});
