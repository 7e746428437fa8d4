import { expect, test } from "vitest";
import { crpsEnsemble, crpsGaussian } from "../../src/diagnostics/index.js";
import { normalDistribution, normalQuantile } from "../../src/prob/index.js";
import { gaussianNumbers } from "../support/dense.js";

test("the fair ensemble score is its double sum", () => {
  const E = [0.3, -1, 2.5, 2.5, 0.9];
  const x = 0.7;
  const N = E.length;
  const error = E.reduce((t, v) => t + Math.abs(v - x), 0) / N;
  const pairs = E.flatMap((a) => E.map((b) => Math.abs(a - b))).reduce((t, v) => t + v, 0);
  expect(crpsEnsemble(E, x)).toBeCloseTo(error - pairs / (2 * N * (N - 1)), 14);
});

test("the Gaussian score is ∫ (Φ − 1{x ≤ ·})²", () => {
  const [m, s, x] = [1, 2, 2.5];
  // Trapezoidal rule on both sides of the jump, h = 0.001: error h²/12 times slopes of order one.
  const piece = (from: number, to: number, below: number) => {
    const n = 20000;
    const h = (to - from) / n;
    let total = 0;
    for (let i = 0; i <= n; i++) {
      const F = normalDistribution((from + i * h - m) / s);
      total += (i === 0 || i === n ? 0.5 : 1) * (F - below) ** 2;
    }
    return total * h;
  };
  expect(crpsGaussian(m, s, x)).toBeCloseTo(piece(-17, x, 0) + piece(x, 19, 1), 6);
});

test("an ensemble of Gaussian quantiles scores nearly as the Gaussian", () => {
  const N = 2000;
  const E = Array.from({ length: N }, (_, i) => normalQuantile((i + 0.5) / N));
  // Midpoint quantiles miss terms of order 1/N.
  expect(Math.abs(crpsEnsemble(E, 0.4) - crpsGaussian(0, 1, 0.4))).toBeLessThan(1 / N);
});

test("limits and errors", () => {
  expect(crpsGaussian(1, 0, 3)).toBe(2);
  expect(crpsGaussian(0, 1, 0)).toBeCloseTo((Math.SQRT2 - 1) / Math.sqrt(Math.PI), 14);
  expect(() => crpsEnsemble([1], 0)).toThrow(/1 members; need at least 2/);
  expect(() => crpsEnsemble([1, Number.NaN], 0)).toThrow(/is NaN/);
  expect(() => crpsGaussian(0, -1, 0)).toThrow(/standard deviation is -1/);
});

test("weights: the double sum, copies of members, and one member alone", () => {
  const E = [0.3, -1, 2.5, 0.9];
  const w = [0.1, 0.2, 0.3, 0.4];
  const x = 0.7;
  const error = E.reduce((t, v, i) => t + w[i]! * Math.abs(v - x), 0);
  const pairs = E.flatMap((a, i) => E.map((b, j) => w[i]! * w[j]! * Math.abs(a - b)));
  const free = 1 - w.reduce((t, v) => t + v * v, 0);
  const sum = pairs.reduce((a, b) => a + b, 0);
  expect(crpsEnsemble(E, x, w)).toBeCloseTo(error - sum / (2 * free), 14);
  expect(crpsEnsemble(E, x, [0.25, 0.25, 0.25, 0.25])).toBeCloseTo(crpsEnsemble(E, x), 14);
  expect(crpsEnsemble(E, x, [0, 1, 0, 0])).toBeCloseTo(1.7, 14);
  expect(() => crpsEnsemble(E, x, [1])).toThrow(/4 members and 1 weights/);
});

test("nearly all the weight on one member: the pair that is left, whichever member it is", () => {
  // Of two members the fair score is Σ wᵢ |Eᵢ − x| − ½ |E₁ − E₂|, whatever their weights.
  for (const small of [1e-3, 1e-7, 1e-11]) {
    for (const w of [
      [small, 1 - small],
      [1 - small, small],
    ]) {
      const expected = w[0]! * 1 + w[1]! * 2 - 1.5;
      expect(crpsEnsemble([0, 3], 1, w)).toBeCloseTo(expected, 13);
    }
  }
});

test("the score does not depend on the number of members, on average", () => {
  const z = gaussianNumbers(8);
  const repetitions = 40000;
  const scores = [2, 5, 30].map((N) => {
    const all = Array.from({ length: repetitions / N }, () =>
      crpsEnsemble(
        Array.from({ length: N }, () => z()),
        z(),
      ),
    );
    const mean = all.reduce((a, b) => a + b, 0) / all.length;
    const variance = all.reduce((t, v) => t + (v - mean) ** 2, 0) / all.length;
    return { mean, error: Math.sqrt(variance / all.length) };
  });
  // E|X − Y| − ½ E|X − X′| = ½ · 2/√π for X, X′, Y alike.
  for (const { mean, error } of scores) {
    expect(Math.abs(mean - 1 / Math.sqrt(Math.PI))).toBeLessThan(4 * error);
  }
});
