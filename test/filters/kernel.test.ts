/** The covariance of the kernel of particles: by weights, or where they have degenerated without. */
import { describe, expect, test } from "vitest";
import { exp, full, grad, index, log, stack, sum, tensor } from "../../src/engine/index.js";
import { type ParticleState, particle } from "../../src/filters/index.js";
import { kernelRoots } from "../../src/filters/kernel.js";
import { observeComponents } from "../../src/observe/index.js";
import { degenerateWeights, weightedRoots } from "../../src/prob/index.js";
import { key, normal } from "../../src/random/index.js";

const [N, d] = [800, 3];
const particles = normal(key(1), [N, d]);

/** Weights of which `count` are equal and hold all but ε. */
function held(count: number, epsilon: number) {
  const rest = epsilon / (N - count);
  return log(
    tensor(Array.from({ length: N }, (_, i) => (i < count ? (1 - epsilon) / count : rest))),
  );
}
const equal = full([N], -Math.log(N));
const few = held(3, 1e-6); // 3 effective members of 4 that span the state, far from one alone
const enough = held(5, 1e-6);

describe("degenerateWeights", () => {
  test.each([
    [800, 3, 4], // d + 1
    [800, 10, 8], // one in a hundred
    [100, 10, 2],
    [3, 10, 1.5], // half of all
  ])("of %i particles in %i variables, fewer than %d effective members", (n, dimension, fewest) => {
    // Two values of weights with 1/Σ w² = target: (1 − a)² + a²/(n − 1) = 1/target for the first.
    const flagged = (target: number) => {
      const [p, q, r] = [n / (n - 1), -2 / (n - 1), 1 / (n - 1) - 1 / target];
      const first = (-q + Math.sqrt(q * q - 4 * p * r)) / (2 * p);
      const w = Array.from({ length: n }, (_, i) => (i === 0 ? first : (1 - first) / (n - 1)));
      const logWeights = log(tensor(w));
      return degenerateWeights({ particles: full([n, dimension], 0), logWeights }).item();
    };
    expect(flagged(0.99 * fewest)).toBe(1);
    expect(flagged(1.01 * fewest)).toBe(0);
  });
});

describe("kernelRoots", () => {
  test("degenerate weights: the roots of equal weights; others: of the weights, to the bit", () => {
    const plain = weightedRoots({ particles, logWeights: equal });
    expect(kernelRoots({ particles, logWeights: few }).data()).toEqual(plain.data());
    for (const logWeights of [equal, enough]) {
      const weighted = weightedRoots({ particles, logWeights });
      expect(kernelRoots({ particles, logWeights }).data()).toEqual(weighted.data());
    }
  });

  test("decided trajectory by trajectory, with finite derivatives", () => {
    const both = { particles: stack([particles, particles]), logWeights: stack([few, enough]) };
    const roots = kernelRoots(both);
    for (const [b, logWeights] of [few, enough].entries()) {
      const alone = kernelRoots({ particles, logWeights });
      expect(index(roots, 0, b).data()).toEqual(alone.data());
    }
    const slopes = grad((logWeights: typeof few) => sum(exp(kernelRoots({ ...both, logWeights }))))(
      both.logWeights,
    );
    expect(slopes.data().every(Number.isFinite)).toBe(true);
    // Equal weights do not depend on the weights given.
    expect(
      index(slopes, 0, 0)
        .data()
        .every((v) => v === 0),
    ).toBe(true);
    expect(
      index(slopes, 0, 1)
        .data()
        .some((v) => v !== 0),
    ).toBe(true);
  });
});

test("copies of one particle are spread as all particles were, and the analysis says so", () => {
  const filter = particle({ members: N, regularisation: 0.9, resampleBelow: 0.2 });
  const now = { particles, logWeights: equal };
  const state: ParticleState = { ...now, resampled: now };
  const seen = (y: number) => {
    const operator = observeComponents([0, 1, 2]);
    const far = { y: tensor([y, y, y]), operator, variance: 0.1, mask: null };
    return filter.analyse(state, far, key(2));
  };
  const { state: after, degenerate } = seen(20);
  expect(degenerate!.item()).toBe(1);
  const h = 0.9 * N ** (-1 / (d + 4));
  const spread = filter.moments({ ...after, ...after.resampled }).variance.data();
  // h² = .12 of a variance of 1; of 800 draws to 5 %, and of particles to 5 %: four standard errors.
  for (const v of spread) expect(Math.abs(v / h ** 2 - 1)).toBeLessThan(0.28);
  expect(seen(0.1).degenerate!.item()).toBe(0);
});
