import { expect, test } from "vitest";
import { quantile, quantiles } from "../../src/diagnostics/index.js";

test("order statistics and the lines between them", () => {
  expect(quantiles([4, 1, 3, 2], [0, 0.5, 1])).toEqual([1, 2.5, 4]);
  expect(quantile([1, 2, 3, 4, 5], 0.9)).toBeCloseTo(4.6, 14);
  expect(quantile([7], 0.3)).toBe(7);
});

test("weights: values stand at the middle of theirs", () => {
  // Middles 0.05, 0.25, 0.7; from the first to the last 0.65.
  const at = (p: number) => quantiles([2, 1, 5], [p], [0.3, 0.1, 0.6])[0]!;
  expect(at(0)).toBe(1);
  expect(at(0.2 / 0.65)).toBeCloseTo(2, 14);
  expect(at(0.425 / 0.65)).toBeCloseTo(3.5, 14);
  expect(at(1)).toBe(5);
  expect(quantiles([3, 1, 2], [0.25, 0.6], [2, 2, 2])).toEqual(quantiles([3, 1, 2], [0.25, 0.6]));
  expect(quantiles([3, 1, 2], [0, 0.5, 1], [0, 1, 0])).toEqual([1, 1, 3]);
});

test("errors", () => {
  expect(() => quantile([], 0.5)).toThrow(/empty/);
  expect(() => quantiles([1, 2], [0.5], [1])).toThrow(/2 values, 1 weights/);
  expect(() => quantile([1], 2)).toThrow(/probability 2/);
  expect(() => quantile([1, Number.NaN], 0.5)).toThrow(/is NaN/);
});
