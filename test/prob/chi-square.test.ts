import { expect, test } from "vitest";
import {
  chiSquareDistribution,
  chiSquareQuantile,
  normalDistribution,
} from "../../src/prob/index.js";

test.each([0.01, 0.5, 1, 3, 10, 40])("one, two and four degrees in closed form, x = %d", (x) => {
  const one = 2 * normalDistribution(Math.sqrt(x)) - 1;
  expect(chiSquareDistribution(x, 1)).toBeCloseTo(one, 13);
  expect(chiSquareDistribution(x, 2)).toBeCloseTo(1 - Math.exp(-x / 2), 13);
  expect(chiSquareDistribution(x, 4)).toBeCloseTo(1 - Math.exp(-x / 2) * (1 + x / 2), 13);
});

/** Tables of the distribution (abramowitz1964, 26.8), to their six digits. */
test.each([
  [0.95, 1, 3.841459],
  [0.99, 5, 15.086272],
  [0.05, 10, 3.940299],
  [0.995, 30, 53.671962],
  [0.025, 100, 74.221927],
])("quantile %d of %d degrees", (p, k, x) => {
  expect(chiSquareQuantile(p, k)).toBeCloseTo(x, 5);
});

test.each([0.5, 1, 3, 20, 333, 5000])("quantile and distribution undo each other, k = %d", (k) => {
  for (const p of [1e-6, 0.025, 0.5, 0.975, 0.9999]) {
    // aᵏ and Γ cancel: the exponent has k log k, and its rounding is that of the result.
    const rounding = 1e-14 * Math.max(10, k * Math.log(k + 1));
    expect(Math.abs(chiSquareDistribution(chiSquareQuantile(p, k), k) - p)).toBeLessThan(rounding);
  }
});

test("degrees and probabilities must make sense", () => {
  expect(() => chiSquareDistribution(1, 0)).toThrow(/degrees of freedom is 0/);
  expect(() => chiSquareQuantile(1, 3)).toThrow(/probability is 1/);
  expect(chiSquareDistribution(-1, 3)).toBe(0);
});
