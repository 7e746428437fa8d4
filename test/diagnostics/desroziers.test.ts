import { expect, test } from "vitest";
import { desroziers, type Estimate } from "../../src/diagnostics/index.js";
import { gaussianNumbers } from "../support/dense.js";

/** Independent forecasts of variance B, observations of variance R, analyses with the gain k. */
function residuals(B: number, R: number, k: number, K = 20000) {
  const z = gaussianNumbers(4);
  const forecast = Array.from({ length: K }, () => [Math.sqrt(R) * z() - Math.sqrt(B) * z()]);
  return { forecast, analysis: forecast.map(([d]) => [(1 - k) * d!]) };
}

const near = ({ value, standardError }: Estimate, expected: number) =>
  expect(Math.abs(value - expected)).toBeLessThan(4 * standardError);

test("with the right gain: R, B and A, within their standard errors", () => {
  const [B, R] = [2, 0.5];
  const { forecast, analysis } = residuals(B, R, B / (B + R));
  const [found] = desroziers(forecast, analysis).columns;
  near(found!.observation, R);
  near(found!.forecast, B);
  near(found!.analysis, (B * R) / (B + R));
  near(found!.innovation, B + R);
  // Products of Gaussians: var(d²) = 2 (B + R)².
  const exact = ((B + R) * Math.SQRT2) / Math.sqrt(forecast.length);
  expect(Math.abs(found!.innovation.standardError / exact - 1)).toBeLessThan(0.1);
});

test("with a wrong gain: shares of the whole, in closed form", () => {
  const [B, R, k] = [2, 0.5, 0.4];
  const { forecast, analysis } = residuals(B, R, k);
  const [found] = desroziers(forecast, analysis).columns;
  near(found!.observation, (1 - k) * (B + R));
  near(found!.forecast, k * (B + R));
});

test("gaps, and columns that were hardly seen", () => {
  const gap = Number.NaN;
  const { columns, mean } = desroziers(
    [
      [1, gap],
      [2, gap],
      [gap, 1],
      [-1, gap],
    ],
    [
      [0.5, gap],
      [1, gap],
      [gap, 1],
      [-0.5, gap],
    ],
  );
  const [a, b] = columns;
  expect(a!.innovation.value).toBe(2);
  expect(a!.observation.value).toBe(1);
  expect(b).toBeNull();
  // Of the times: 1, 4, 1 and 1.
  expect(mean!.innovation.value).toBe(7 / 4);
  expect(() => desroziers([[1]], [])).toThrow(/1 and 0 times/);
});
