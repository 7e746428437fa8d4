/** Standard errors of likelihoods that jump or ripple, against those of the exact likelihood. */
import { describe, expect, test } from "vitest";
import { kalman, particleRecord } from "../../src/filters/index.js";
import { fitCurvature, risesAsCurved } from "../../src/learn/finite-curvature.js";
import { findMaximum } from "../../src/learn/maximum.js";
import type { Objective } from "../../src/learn/newton.js";
import { linear } from "../../src/models/index.js";
import { learned, use } from "../../src/parts/index.js";
import { fit, simulate, stateSpace } from "../../src/problem/index.js";
import { key } from "../../src/random/index.js";

/** ½ (u − m)ᵀ C⁻¹ (u − m) with ripples: its derivatives at a point are those of the ripples. */
function rippled(m: readonly number[], C: readonly [number, number, number], height: number) {
  const [a, b, c] = C;
  const det = a * c - b * b;
  const P = [
    [c / det, -b / det],
    [-b / det, a / det],
  ];
  const k = 40;
  const J = (u: readonly number[]) => {
    const d = u.map((v, i) => v - m[i]!);
    const bowl = d.reduce((sum, v, i) => sum + v * (P[i]![0]! * d[0]! + P[i]![1]! * d[1]!), 0) / 2;
    return bowl + height * u.reduce((sum, v) => sum - Math.cos(k * v), 0);
  };
  const objective: Objective = {
    value: J,
    curvature: (u) => {
      const d = u.map((v, i) => v - m[i]!);
      const gradient = u.map(
        (v, i) => P[i]![0]! * d[0]! + P[i]![1]! * d[1]! + height * k * Math.sin(k * v),
      );
      const hessian = u.map((v, i) =>
        P[i]!.map((p, j) => p + (i === j ? height * k * k * Math.cos(k * v) : 0)),
      );
      return { value: J(u), gradient, hessian };
    },
  };
  return objective;
}

describe("ripples of known height on a bowl of known width", () => {
  const m = [1.3, -0.7];
  const C = [0.3, 0.1, 0.2] as const;
  const options = { iterations: 50, tolerance: 1e-9, floor: Number.NEGATIVE_INFINITY };

  test("are seen, and the fitted curvature is that of the bowl", () => {
    const f = rippled(m, C, 0.1);
    const { point, curvature, converged } = findMaximum(f, [4, 3], [false, false], options);
    expect(converged).toBe(true);
    expect(Math.hypot(point[0]! - m[0]!, point[1]! - m[1]!)).toBeGreaterThan(0.1); // at a ripple
    expect(risesAsCurved(f, point, curvature, [0, 1])).toBe(false);
    const fitted = fitCurvature(f, point, [0, 1])!;
    const [[p, q], [, r]] = fitted.curvature.hessian as [[number, number], [number, number]];
    const det = p * r - q * q;
    // Ripples of ±0.1 beside steps that change J by 1: a tenth or two of the variances, and of the errors.
    expect(r / det / C[0]).toBeGreaterThan(0.7);
    expect(r / det / C[0]).toBeLessThan(1.4);
    expect(p / det / C[2]).toBeGreaterThan(0.7);
    expect(p / det / C[2]).toBeLessThan(1.4);
    fitted.point.forEach((u, i) => {
      expect(Math.abs(u - m[i]!)).toBeLessThan(0.5 * Math.sqrt(C[2 * i]!));
    });
  });

  test("a smooth bowl rises as it is curved, a saddle does not say", () => {
    const smooth = rippled(m, C, 0);
    expect(risesAsCurved(smooth, m, smooth.curvature(m), [0, 1])).toBe(true);
    const ridge = {
      value: 0,
      gradient: [0, 0],
      hessian: [
        [1, 2],
        [2, 1],
      ],
    };
    expect(risesAsCurved(smooth, m, ridge, [0, 1])).toBeNull();
  });

  test("ripples of ±3 have no curvature", () => {
    expect(fitCurvature(rippled(m, C, 1.5), m, [0, 1])).toBeNull();
  });
});

describe("particle filters", () => {
  const system = (noise: Parameters<typeof learned>[0]) =>
    stateSpace({
      ...{ model: linear, parameters: { transition: [[1]] } },
      ...{ processNoise: learned(noise), noise: 1 },
      prior: { mean: [0], variance: 4 },
    });
  const twin = (seed: number) =>
    simulate(
      stateSpace({
        ...{ model: linear, parameters: { transition: [[1]] }, processNoise: 0.5, noise: 1 },
        prior: { mean: [0], variance: 4 },
      }),
      { cycles: 60, key: key(seed) },
    ).record;

  test.each([1, 2, 3])("the error of a level's variance, record %d", async (seed) => {
    const record = twin(seed);
    const options = { learn: { epochs: 20 }, key: key(seed) };
    const exact = await fit(system(1), record, { ...options, method: kalman() });
    const particles = await fit(system(1), record, {
      ...options,
      method: use(particleRecord, { members: 300 }),
    });
    const [a, b] = [exact, particles].map(({ parameters }) => parameters["processNoise.variance"]!);
    // Roughness of 0.3 beside rises of about 2: some 20 % of the error, and twice that at the worst.
    expect(particles.uncertainty).toMatch(/not smooth \(it is rough by about 0\.\d\)/);
    expect(b!.standardError! / a!.standardError!).toBeGreaterThan(1 / 1.5);
    expect(b!.standardError! / a!.standardError!).toBeLessThan(1.5);
    expect(Math.abs(b!.learned - a!.learned)).toBeLessThan(a!.standardError!);
  });
});
