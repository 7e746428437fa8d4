import { expect, test } from "vitest";
import { timeMean } from "../../src/diagnostics/index.js";
import { gaussianNumbers } from "../support/dense.js";

/** x_t = φ x_{t−1} + z_t from its stationary distribution. */
function autoregression(phi: number, n: number, z: () => number): number[] {
  let x = z() / Math.sqrt(1 - phi * phi);
  return Array.from({ length: n }, () => {
    x = phi * x + z();
    return x;
  });
}

/** n var(x̄) = Σ_k (1 − |k|/n) γ_k, γ_k = φᵏ/(1 − φ²). */
function varianceOfMean(phi: number, n: number): number {
  const sum = Array.from({ length: n - 1 }, (_, i) => 2 * (1 - (i + 1) / n) * phi ** (i + 1));
  return sum.reduce((a, b) => a + b, 1) / (1 - phi * phi) / n;
}

test.each([-0.5, 0, 0.6, 0.9])(
  "AR(1), φ = %d: the variance of the mean, and its coverage",
  (phi) => {
    const [n, repetitions] = [4000, 300];
    const z = gaussianNumbers(11);
    const all = Array.from({ length: repetitions }, () => timeMean(autoregression(phi, n, z)));
    const exact = varianceOfMean(phi, n);
    const mean = all.reduce((t, { standardError }) => t + standardError ** 2, 0) / repetitions;
    // The cut adds and leaves out a few lags: 10 %. One estimate scatters by less than 40 %.
    expect(Math.abs(mean / exact - 1)).toBeLessThan(0.1);
    const within =
      all.filter((s) => Math.abs(s.mean) < 1.96 * s.standardError).length / repetitions;
    // Four standard errors of a share of 0.95, and one percent for the error's own error.
    expect(Math.abs(within - 0.95)).toBeLessThan(4 * Math.sqrt((0.95 * 0.05) / repetitions) + 0.01);
    const size = all.reduce((t, { effectiveSize }) => t + effectiveSize, 0) / repetitions;
    expect(Math.abs((size / n) * ((1 + phi) / (1 - phi)) - 1)).toBeLessThan(0.15);
  },
);

test("constants, alternations and what is too short", () => {
  expect(timeMean([2, 2, 2])).toEqual({ mean: 2, standardError: 0, effectiveSize: 3 });
  const alternating = timeMean(Array.from({ length: 1000 }, (_, t) => (t % 2 === 0 ? 1 : -1)));
  expect(alternating.standardError).toBeGreaterThan(0);
  expect(alternating.effectiveSize).toBeCloseTo(3000, 8);
  expect(() => timeMean([1])).toThrow(/1 values; need at least 2/);
  expect(() => timeMean([1, Number.NaN])).toThrow(/is NaN/);
});
