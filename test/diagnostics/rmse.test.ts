import { expect, test } from "vitest";
import { rmse, rmsePooled, spread } from "../../src/diagnostics/index.js";

test("rmse is the time mean of spatial RMS, pooled the root of the pooled mean square", () => {
  const truth = [
    [0, 0],
    [0, 0],
  ];
  const estimates = [
    [3, 3],
    [1, 1],
  ];
  expect(rmse(estimates, truth)).toBe(2);
  expect(rmsePooled(estimates, truth)).toBeCloseTo(Math.sqrt(5), 15);
});

test("spread is the time mean of the root mean variance", () => {
  expect(
    spread([
      [1, 7],
      [9, 9],
    ]),
  ).toBe(2.5);
});

test("what diverged or does not fit is an error, never a score", () => {
  expect(() => rmse([[Number.NaN]], [[0]])).toThrow(/component 0 at time 0 is NaN/);
  expect(() => rmse([[1, 2]], [[0]])).toThrow(/1 times × 2 and 1 times × 1/);
  expect(() => rmse([], [])).toThrow(/one at least/);
  expect(() => spread([[-1]])).toThrow(/a variance is -1/);
  expect(() => spread([])).toThrow(/empty/);
});
