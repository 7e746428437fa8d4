import { expect, test } from "vitest";
import { quantile, quantiles } from "../../src/diagnostics/index.js";

test("order statistics and the lines between them", () => {
  expect(quantiles([4, 1, 3, 2], [0, 0.5, 1])).toEqual([1, 2.5, 4]);
  expect(quantile([1, 2, 3, 4, 5], 0.9)).toBeCloseTo(4.6, 14);
  expect(quantile([7], 0.3)).toBe(7);
});

test("weights: means over windows of the weight of one member", () => {
  // In order 1, 2, 5 up to 0.1, 0.4, 1; the window is 0.01 + 0.09 + 0.36 long.
  const at = (p: number) => quantiles([2, 1, 5], [p], [0.3, 0.1, 0.6])[0]!;
  expect(at(0)).toBeCloseTo((0.1 * 1 + 0.3 * 2 + 0.06 * 5) / 0.46, 13);
  expect(at(0.5)).toBeCloseTo((0.13 * 2 + 0.33 * 5) / 0.46, 13);
  expect(at(1)).toBeCloseTo(5, 13);
  expect(quantiles([3, 1, 2], [0, 0.5, 1], [0, 1, 0])).toEqual([1, 1, 1]);
  const third = [1 / 3, 1 / 3, 1 / 3];
  expect(quantiles([3, 1, 2], [0.25], third)[0]).toBeCloseTo(1.5, 13);
});

test("errors", () => {
  expect(() => quantile([], 0.5)).toThrow(/empty/);
  expect(() => quantiles([1, 2], [0.5], [1])).toThrow(/2 values and 1 weights/);
  expect(() => quantile([1], 2)).toThrow(/probability 2/);
  expect(() => quantile([1, Number.NaN], 0.5)).toThrow(/is NaN/);
});
