import { expect, test } from "vitest";
import {
  autocorrelation,
  innovationStatistics,
  meanChiSquareInterval,
} from "../../src/diagnostics/index.js";
import { gaussianNumbers } from "../support/dense.js";

test("white standard innovations pass", () => {
  const z = gaussianNumbers(5);
  const K = 4000;
  const w = Array.from({ length: K }, (_, k) => [z(), k % 7 === 0 ? Number.NaN : z()]);
  const s = innovationStatistics(w);
  expect(s.count).toBe(2 * K - Math.ceil(K / 7));
  // Four standard errors: √(2/n), √(.9 · .1/n), 1/√n with n ≈ 7400.
  expect(Math.abs(s.chiSquarePerObservation - 1)).toBeLessThan(0.066);
  expect(Math.abs(s.fractionWithin - 0.9)).toBeLessThan(0.014);
  expect(s.bound).toBeCloseTo(1.6448536, 6);
  expect(s.autocorrelation.length).toBe(10);
  expect(Math.max(...s.autocorrelation.map(Math.abs))).toBeLessThan(2 * s.autocorrelationBound);
});

test("exact values on a small series", () => {
  const s = innovationStatistics([[1], [-1], [1], [-1]], { lags: 5 });
  expect(s.mean).toBe(0);
  expect(s.chiSquarePerObservation).toBe(1);
  expect(s.fractionWithin).toBe(1);
  expect(s.autocorrelation).toEqual([-0.75]);
});

test("nothing observed, or an infinite innovation, is an error", () => {
  expect(() => innovationStatistics([[Number.NaN]])).toThrow(/no observed innovation/);
  expect(() => innovationStatistics([[Number.POSITIVE_INFINITY]])).toThrow(/infinite/);
});

test("the interval of a mean χ² comes to 1 ± 1.96 √(2/n)", () => {
  const n = 20000;
  const half = 1.959964 * Math.sqrt(2 / n);
  const [low, high] = meanChiSquareInterval(n);
  // The next term of the expansion in 1/√n is (z² − 1)/n · 2/3.
  expect(Math.abs(low - (1 - half))).toBeLessThan(3 / n);
  expect(Math.abs(high - (1 + half))).toBeLessThan(3 / n);
  const s = innovationStatistics([[1], [-1], [0.5]]);
  expect(s.chiSquareInterval).toEqual(meanChiSquareInterval(3));
});

test("autocorrelation of an alternating series, of a constant one, and with a gap", () => {
  expect(autocorrelation([1, -1, 1, -1], 2)).toEqual([-0.75, 0.5]);
  expect(autocorrelation([2, 2, 2], 1)).toEqual([0]);
  expect(autocorrelation([1, Number.NaN, 1, -2], 1)).toEqual([-2 / 6]);
});
