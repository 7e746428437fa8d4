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

interface Sizes {
  readonly batch: number;
  readonly m: number;
  readonly k: number;
  readonly n: number;
}
interface Shared {
  readonly a: boolean;
  readonly b: boolean;
}

/** The product on the build against the twin, within k ε Σ|a||b| for each and one rounding. */
function compare(
  build: Backend,
  dtype: FloatType,
  draws: Draws,
  { batch, m, k, n }: Sizes,
  [tA, tB]: readonly [boolean, boolean],
  shared: Shared,
): void {
  const a = draws.normals((shared.a ? Math.min(batch, 1) : batch) * m * k, dtype);
  const b = draws.normals((shared.b ? Math.min(batch, 1) : batch) * k * n, dtype);
  const strides = [shared.a ? 0 : m * k, shared.b ? 0 : k * n];
  const product = (backend: Backend, A: Float64Array, B: Float64Array, type: FloatType) => {
    const bytes = backend.matmulScratch(type, m, k, n, tA, tB);
    const words = [batch, m, k, n, Number(tA), Number(tB), ...strides, scratch(bytes), bytes];
    const out = output(type, batch * m * n);
    return runOne(backend, `matmul_${type}`, out, input(type, A), input(type, B), ...words);
  };
  const magnitudes = product(twin, a.map(Math.abs), b.map(Math.abs), "f64");
  const tolerance = (_: number, at: number) => (k + 1) * epsilon[dtype] * magnitudes[at]!;
  expectClose(product(build, a, b, dtype), product(twin, a, b, dtype), tolerance);
}

const transposes = [
  [false, false],
  [false, true],
  [true, false],
  [true, true],
] as const;

describe.each(cases)("$name", ({ build, dtype }) => {
  describe.each(transposes)("transposes %s %s", (tA, tB) => {
    test("any sizes", () => {
      forSeeds(60, (draws) => {
        const largest = draws.chance(0.2) ? 45 : 9;
        const size = () => draws.integer(draws.chance(0.2) ? 0 : 1, largest);
        const sizes = { batch: draws.integer(0, 3), m: size(), k: size(), n: size() };
        const shared = { a: draws.chance(0.3), b: draws.chance(0.3) };
        compare(build, dtype, draws, sizes, [tA, tB], shared);
      });
    });

    // past the sizes at which a blocked product starts its second block
    test.each([
      [130, 70, 67],
      [33, 300, 41],
      [5, 17, 530],
      [260, 9, 12],
      [1, 301, 133],
      [133, 301, 1],
    ])("%i × %i × %i", (m, k, n) => {
      forSeeds(1, (draws) => {
        const shared = { a: false, b: true };
        compare(build, dtype, draws, { batch: 2, m, k, n }, [tA, tB], shared);
      });
    });
  });

  test("scratch is a size", () => {
    forSeeds(40, (draws) => {
      const [m, k, n] = [draws.integer(0, 300), draws.integer(0, 300), draws.integer(0, 300)];
      const bytes = build.matmulScratch(dtype, m, k, n, draws.chance(0.5), draws.chance(0.5));
      expect(bytes).toBeGreaterThanOrEqual(0);
      expect(bytes).toBeLessThan(2 ** 26);
    });
  });

  test("NaN and infinity pass through", () => {
    const values = [1, NaN, 0, Infinity];
    const bytes = build.matmulScratch(dtype, 2, 2, 2, false, false);
    const words = [1, 2, 2, 2, 0, 0, 4, 4, scratch(bytes), bytes];
    const inputs = [input(dtype, values), input(dtype, [1, 0, 0, 1])];
    const out = runOne(build, `matmul_${dtype}`, output(dtype, 4), ...inputs, ...words);
    expect([...out]).toEqual([NaN, NaN, NaN, Infinity]);
  });
});
