import { expect, test } from "vitest";
import { full, log, matmul, tensor } from "../../src/engine/index.js";
import {
  effectiveMembers,
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
