import { expect, test } from "vitest";
import { normalDensity, normalDistribution, normalQuantile } from "../../src/prob/index.js";
import { slopeOf } from "../support/differences.js";

/** Φ to 16 digits, from abramowitz1964, table 26.1, and its tail 26.2. */
const table: [x: number, value: number][] = [
  [0, 0.5],
  [1, 0.8413447460685429],
  [-1, 0.15865525393145707],
  [2, 0.9772498680518208],
  [-3, 0.0013498980316300946],
  [-6, 9.865876450376981e-10],
];

test.each(table)("Φ(%d)", (x, value) => {
  expect(Math.abs(normalDistribution(x) - value)).toBeLessThan(1e-14 * value);
});

test("the two formulas meet: Φ′ = φ on both sides of ±2 and across it", () => {
  for (const x of [-5, -2.0005, -2, -1.9995, 0.3, 1, 2, 4]) {
    expect(slopeOf(normalDistribution, x, 1e-3)).toBeCloseTo(normalDensity(x), 11);
  }
});

test.each([1e-12, 1e-4, 0.05, 0.3, 0.5, 0.7, 0.95, 0.9999])("Φ(Φ⁻¹(%d)) is the same", (p) => {
  expect(Math.abs(normalDistribution(normalQuantile(p)) - p)).toBeLessThan(1e-13 * p);
});

test("the 90 % band is ±1.6449 standard deviations", () => {
  expect(normalQuantile(0.95)).toBeCloseTo(1.6448536269514722, 13);
});

test("a probability outside (0, 1) is refused", () => {
  expect(() => normalQuantile(1)).toThrow(/the probability is 1/);
});
