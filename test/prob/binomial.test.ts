import { expect, test } from "vitest";
import { binomialTail } from "../../src/prob/index.js";

test.each([
  // Sums of binomial coefficients: 1 − 0.95¹, 1 − 0.95¹⁰, ½ of an even coin in three throws.
  [1, 1, 0.05, 0.05],
  [1, 10, 0.05, 1 - 0.95 ** 10],
  [2, 3, 0.5, 0.5],
  [0, 7, 0.05, 1],
  [7, 7, 0.5, 0.5 ** 7],
])("%i or more of %i at %d", (k, n, p, expected) => {
  expect(binomialTail(k, n, p)).toBeCloseTo(expected, 14);
});

test("many cases underflow nowhere, and 12 of 128 are rare where 6.4 are expected", () => {
  // The mean of 10⁵ cases is 5000: about half of the probability lies at and above it.
  expect(binomialTail(5000, 1e5, 0.05)).toBeCloseTo(0.5, 1);
  expect(binomialTail(12, 128, 0.05)).toBeCloseTo(0.027159830096892, 12);
});
