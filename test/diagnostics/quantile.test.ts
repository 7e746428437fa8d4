import { expect, test } from "vitest";
import { quantile, quantiles } from "../../src/diagnostics/index.js";

test("order statistics and the lines between them", () => {
  expect(quantiles([4, 1, 3, 2], [0, 0.5, 1])).toEqual([1, 2.5, 4]);
  expect(quantile([1, 2, 3, 4, 5], 0.9)).toBeCloseTo(4.6, 14);
  expect(quantile([7], 0.3)).toBe(7);
});

test("errors", () => {
  expect(() => quantile([], 0.5)).toThrow(/empty/);
  expect(() => quantile([1], 2)).toThrow(/probability 2/);
  expect(() => quantile([1, Number.NaN], 0.5)).toThrow(/is NaN/);
});
