import { expect, test } from "vitest";
import { crpsOf, quantileOf, sortedSample } from "../../src/diagnostics/index.js";

const values = [2, -1, 0.5, 3];
const weights = [0.1, 0.2, 0.7, 0];

test("weights go with their values", () => {
  const sorted = sortedSample(values, weights);
  expect([...sorted.values]).toEqual([-1, 0.5, 2, 3]);
  expect([...sorted.weights!]).toEqual([0.2, 0.7, 0.1, 0]);
});

test("a weighted quantile is the least value up to which the weights reach it", () => {
  const sorted = sortedSample(values, weights);
  expect([0, 0.1, 0.5, 0.95, 1].map((p) => quantileOf(sorted, p))).toEqual([-1, -1, 0.5, 2, 2]);
});

test("the weighted score is its double sum, and ∫ (F − 1{x ≤ ·})²", () => {
  const x = 0.8;
  const error = values.reduce((t, v, i) => t + weights[i]! * Math.abs(v - x), 0);
  const pairs = values.flatMap((a, i) =>
    values.map((b, j) => weights[i]! * weights[j]! * Math.abs(a - b)),
  );
  const score = crpsOf(sortedSample(values, weights), x);
  expect(score).toBeCloseTo(error - pairs.reduce((t, v) => t + v, 0) / 2, 14);
  // F is 0.2 up to 0.5, then 0.9 up to 2.
  expect(score).toBeCloseTo(0.2 ** 2 * 1.5 + 0.9 ** 2 * 0.3 + 0.1 ** 2 * 1.2, 14);
});

test("what does not fit is refused", () => {
  expect(() => sortedSample([1, 2], [1])).toThrow(/2 values and 1 weights/);
  expect(() => sortedSample([1, Number.POSITIVE_INFINITY])).toThrow(/is Infinity/);
});
