import { expect, test } from "vitest";
import { cast, full, log, matmul, tensor } from "../../src/engine/index.js";
import {
  effectiveMembers,
  freeWeightOf,
  sampleMoments,
  weightedMean,
  weightedMoments,
  weightedRoots,
} from "../../src/prob/index.js";
import { key, normal } from "../../src/random/index.js";
import { expectClose } from "../support/close.js";

/** A few roundings of numbers near 1. */
const rounding = 1e-14;
const [N, d] = [6, 3];
const particles = normal(key(1), [N, d]);
const w = [0.1, 0.3, 0.05, 0.25, 0.2, 0.1];
const logWeights = log(tensor(w));

test("equal weights: the sample's moments", () => {
  const equal = { particles, logWeights: full([N], -Math.log(N)) };
  const { mean, variance } = weightedMoments(equal);
  const expected = sampleMoments(particles);
  expectClose(mean, expected.mean, rounding);
  expectClose(variance, expected.variance, rounding);
  expect(effectiveMembers(equal.logWeights).item()).toBeCloseTo(N, 12);
});

test("uneven weights: sums by hand, and roots that multiply to the covariance", () => {
  const rows = particles.toArray() as number[][];
  const mean = rows[0]!.map((_, j) => rows.reduce((t, row, i) => t + w[i]! * row[j]!, 0));
  const left = 1 - w.reduce((t, v) => t + v * v, 0);
  const C = mean.map((_, a) =>
    mean.map(
      (_, b) =>
        rows.reduce((t, r, i) => t + w[i]! * (r[a]! - mean[a]!) * (r[b]! - mean[b]!), 0) / left,
    ),
  );
  const B = weightedRoots({ particles, logWeights });
  expectClose(weightedMean({ particles, logWeights }), mean, rounding);
  expectClose(matmul(B, B, { transposeA: true }), C, rounding);
  expectClose(
    weightedMoments({ particles, logWeights }).variance,
    C.map((row, i) => row[i]!),
    rounding,
  );
  expect(effectiveMembers(logWeights).item()).toBeCloseTo(1 / (1 - left), 12);
});

test("all weight on one particle: no variance, and roots of the particles with equal weights", () => {
  const alone = tensor([-900, -900, 0, -900, -900, -900]);
  const { mean, variance } = weightedMoments({ particles, logWeights: alone });
  expectClose(mean, (particles.toArray() as number[][])[2]!, 0);
  expectClose(variance, [0, 0, 0], 0);
  const equal = weightedRoots({ particles, logWeights: full([N], -Math.log(N)) });
  expectClose(weightedRoots({ particles, logWeights: alone }), equal, rounding);
});

/** Weights are whole numbers over 2⁶⁰, values whole numbers: moments in exact arithmetic. */
function exactMoments(weights: readonly bigint[], values: readonly bigint[]) {
  const sum = (terms: readonly bigint[]) => terms.reduce((a, b) => a + b, 0n);
  const [S, m] = [sum(weights), sum(weights.map((w, i) => w * values[i]!))];
  const squares = S * sum(weights.map((w, i) => w * values[i]! ** 2n)) - m ** 2n;
  const free = S ** 2n - sum(weights.map((w) => w ** 2n));
  const ratio = (a: bigint, b: bigint) => Number((a << 80n) / b) / 2 ** 80;
  return { variance: ratio(squares, free), free: ratio(free, S ** 2n) };
}

// Down to 1 − Σ w² = 5e-10; below 1e-10 all weight counts as lying on one particle. The mean is rounded, by
// 2ε of its size or less: its square against the variance of the weighted squares, some 1e-9, is 1e-22 in f64
// and 1e-4 in f32. exp(log w) has |log w| = 24 roundings.
test.each([
  ["f64", 1e-13],
  ["f32", 1e-3],
] as const)("nearly all the weight on one particle: exact arithmetic, %s", (dtype, tolerance) => {
  const values = [3n, -2n, 5n, 1n];
  for (let bits = 2; bits <= 32; bits += 5) {
    const small = 1n << BigInt(60 - bits);
    for (const large of [0, 2, 3]) {
      const weights = [small / 2n, small / 4n, small / 4n];
      weights.splice(large, 0, (1n << 60n) - small);
      const exact = exactMoments(weights, values);
      const w = weights.map((each) => Number(each) / 2 ** 60);
      expect(Math.abs(freeWeightOf(w) / exact.free - 1)).toBeLessThan(1e-15 * w.length);
      // log(1 − s) as log1p(−s): 1 − s itself is rounded in f32.
      const logs = w.map((v, i) =>
        i === large ? Math.log1p(-Number(small) / 2 ** 60) : Math.log(v),
      );
      const logWeights = cast(tensor(logs), dtype);
      const at = tensor(
        values.map((v) => [Number(v)]),
        { dtype },
      );
      const { variance } = weightedMoments({ particles: at, logWeights });
      expect(Math.abs(variance.item() / exact.variance - 1)).toBeLessThan(tolerance);
      const B = weightedRoots({ particles: at, logWeights });
      const square = matmul(B, B, { transposeA: true }).item();
      expect(Math.abs(square / exact.variance - 1)).toBeLessThan(tolerance);
    }
  }
});
