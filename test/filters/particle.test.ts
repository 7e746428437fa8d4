/** Particle filters against the Kalman filter, and what their parts must hold. */
import { describe, expect, test } from "vitest";
import {
  capture,
  cast,
  comoments,
  exp,
  full,
  index,
  indices,
  logsumexp,
  mean,
  mul,
  positiveDefinite,
  reshape,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
  UsageError,
} from "../../src/engine/index.js";
import {
  assimilate,
  type Cycle,
  cycleKeys,
  type Filter,
  kalman,
  kalmanAnalysis,
  optimalParticle,
  type ParticleState,
  particle,
  runCycle,
} from "../../src/filters/index.js";
import { addNoise, linearTransition, withNoise } from "../../src/models/index.js";
import {
  type Observation,
  observeComponents,
  observeExp,
  observeIndices,
  observeMatrix,
} from "../../src/observe/index.js";
import { effectiveMembers, type Gaussian, logNormal } from "../../src/prob/index.js";
import { key, keyBatch } from "../../src/random/index.js";
import { expectClose } from "../support/close.js";
import { cycles, F, H, m0, prior, q, R } from "./linear-case.js";

const observation: Observation = {
  y: tensor([0.7, -1.1]),
  operator: observeMatrix(tensor(H)),
  variance: tensor(R),
  mask: null,
};
const transition = withNoise(linearTransition(tensor(F)), tensor(q));
const filters = { particle, optimalParticle };

describe.each(Object.entries(filters))("%s", (name, make) => {
  const filter = make({ members: 50 }) as Filter<ParticleState>;
  const before = filter.forecast(filter.init(prior, key(1)), transition, key(2));
  const after = filter.analyse(before, observation, key(3));

  test("comes to the Kalman filter as 1/√N: mean, variance and likelihood", () => {
    const best = assimilate(
      kalman(),
      kalman().init(prior, key(0)),
      cycles(),
      cycleKeys(key(0), 0, 6),
    );
    const exact = kalman().moments(best.state);
    // 64 trajectories, each with keys of its own.
    const keys = keyBatch(key(7), 64);
    const rms = (x: Tensor, y: Tensor) => Math.sqrt(mean(square(sub(x, y))).item());
    const errorsOf = capture((members: number, batch: Tensor) => {
      const some = make({ members }) as Filter<ParticleState>;
      const start = some.init(prior, batch);
      const { state, logEvidence } = assimilate(some, start, cycles(), cycleKeys(batch, 1, 6));
      return { ...some.moments(state), logEvidence };
    });
    const sizes = [64, 256, 1024, 4096];
    const errors = sizes.map((N) => {
      const { mean: m, variance, logEvidence } = errorsOf(N, keys);
      return [
        rms(m, exact.mean),
        rms(variance, exact.variance),
        rms(logEvidence, best.logEvidence),
      ];
    });
    const slopes = [0, 1, 2].map((i) =>
      slope(
        sizes.map(Math.log),
        errors.map((e) => Math.log(e[i]!)),
      ),
    );
    console.info(name, errors, slopes);
    // A root mean square of 64 is known to 9 %, the slope over a factor of 64 to 0.03.
    for (const s of slopes) expect(Math.abs(s + 0.5)).toBeLessThan(0.1);
  });

  test("weights sum to 1, and the analysis stays weighted", () => {
    expect(sum(exp(after.state.logWeights)).item()).toBeCloseTo(1, 12);
    expect(effectiveMembers(after.state.logWeights).item()).toBeLessThan(49);
  });

  test("resampled where weights are uneven, and only there", () => {
    const always = make({ members: 50, resampleBelow: 1 }) as Filter<ParticleState>;
    const never = make({ members: 50, resampleBelow: 0 }) as Filter<ParticleState>;
    const equal = always.analyse(before, observation, key(3)).state.resampled;
    expectClose(equal.logWeights, full([50], -Math.log(50)), 1e-14);
    const kept = never.analyse(before, observation, key(3)).state;
    expect(kept.resampled.logWeights.data()).toEqual(kept.logWeights.data());
  });

  test("a missing entry gives exactly what dropping its row gives", () => {
    const masked = { ...observation, mask: tensor([0, 1]) };
    const dropped = {
      y: tensor([-1.1]),
      operator: observeMatrix(tensor([H[1]!])),
      variance: tensor([R[1]!]),
      mask: null,
    };
    const a = filter.analyse(before, masked, key(3));
    const b = filter.analyse(before, dropped, key(3));
    expectClose(a.state.logWeights, b.state.logWeights, 1e-13);
    expectClose(a.logEvidence, b.logEvidence, 1e-13);
    expectClose(a.chiSquare, b.chiSquare, 1e-12);
    expectClose(index(a.innovation, -1, 1), index(b.innovation, -1, 0), 1e-13);
  });

  test("nothing observed: weights as they were, no evidence", () => {
    const { state, logEvidence, chiSquare } = filter.analyse(
      before,
      { ...observation, mask: tensor([0, 0]) },
      key(3),
    );
    expectClose(state.logWeights, before.logWeights, 1e-13);
    expectClose(logEvidence, 0, 1e-13);
    expectClose(chiSquare, 0, 1e-13);
  });

  test("an observation far from all particles leaves finite numbers, and goes on", () => {
    const regular = make({ members: 50, regularisation: 1 }) as Filter<ParticleState>;
    const far = { ...observation, y: tensor([3000, -2000]) };
    const { state, logEvidence } = regular.analyse(before, far, key(3));
    expect(logEvidence.item()).toBeLessThan(-1e4);
    const cycle: Cycle = { transition, steps: 1, observation };
    const next = runCycle(regular, state, cycle, key(4));
    expect(next.evidence!.logEvidence.item()).toBeGreaterThan(-Infinity);
    // Copies of one particle, told apart by the kernel of the forecast.
    const spread = regular.moments({ ...state, ...state.resampled }).variance.data();
    for (const v of spread) expect(v).toBeGreaterThan(1e-3);
  });

  test("a batch of keys gives each trajectory what it gets alone, places observed included", () => {
    const keys = keyBatch(key(21), 3);
    const positions = reshape(indices([0, 2, 1, 0, 2, 1]), [3, 2]);
    const some = make({ members: 40, regularisation: 0.5, resampleBelow: 1 });
    const run = (from: Tensor, y: Tensor, at: Tensor) => {
      const method = some as Filter<ParticleState>;
      const seen = { y, mask: null, variance: 0.4, operator: observeIndices(at, 3) };
      const cycle: Cycle = { transition, steps: 2, observation: seen };
      return runCycle(method, method.init(prior, from), cycle, from);
    };
    const y = tensor([
      [0.7, -1.1],
      [0.2, 0.4],
      [-1, 2],
    ]);
    const together = run(keys, y, positions);
    for (let b = 0; b < 3; b++) {
      const [k, v, p] = [keys, y, positions].map((x) => index(x, 0, b)) as [Tensor, Tensor, Tensor];
      const alone = run(k, v, p);
      expectClose(
        index(together.analysis.resampled.particles, 0, b),
        alone.analysis.resampled.particles,
        1e-12,
      );
      expectClose(index(together.evidence!.logEvidence, 0, b), alone.evidence!.logEvidence, 1e-12);
      expectClose(index(together.evidence!.innovation, 0, b), alone.evidence!.innovation, 1e-12);
    }
  });

  test("f32, captured", () => {
    const short: Gaussian = {
      mean: cast(tensor(m0), "f32"),
      covariance: { kind: "diagonal", variance: 1 },
    };
    const step = withNoise(linearTransition(cast(tensor(F), "f32")), 0.2);
    const seen = { ...observation, variance: 0.4, operator: observeComponents([0, 2]) };
    const some = make({ members: 40, regularisation: 0.5 }) as Filter<ParticleState>;
    const run = capture((y: Tensor, from: Tensor) => {
      const cycle: Cycle = { transition: step, steps: 2, observation: { ...seen, y } };
      const { analysis, evidence } = runCycle(some, some.init(short, from), cycle, from);
      return { analysis, evidence };
    });
    const { analysis, evidence } = run(cast(observation.y, "f32"), key(5));
    expect(analysis.resampled.particles.dtype).toBe("f32");
    expect(evidence!.logEvidence.dtype).toBe("f32");
  });

  test("says what does not fit", () => {
    expect(() => make({ members: 1 })).toThrow(/members is 1/);
    expect(() => make({ members: 9, resampleBelow: 2 })).toThrow(/resampleBelow is 2/);
    expect(() => make({ members: 9, regularisation: -1 })).toThrow(/regularisation is -1/);
    const exactly = linearTransition(tensor(F));
    expect(() => filter.forecast(before, exactly, key(1))).toThrow(UsageError);
    expect(() => filter.forecast(before, exactly, key(1))).toThrow(/copies of a particle/);
  });
});

test("particle: the likelihood of a nonlinear operator, by hand", () => {
  const filter = particle({ members: 3 });
  const E = [
    [0.1, 2, 0],
    [-0.3, 1, 0],
    [0.8, 0, 1],
  ];
  const now = { particles: tensor(E), logWeights: full([3], -Math.log(3)) };
  const { logEvidence } = filter.analyse(
    { ...now, resampled: now },
    { y: tensor([1.2]), operator: observeExp([0]), variance: 0.25, mask: null },
    key(1),
  );
  const density = (x: number) =>
    Math.exp(-((1.2 - Math.exp(x)) ** 2) / 0.5) / Math.sqrt(Math.PI / 2);
  const expected = Math.log(E.reduce((t, [x]) => t + density(x!), 0) / 3);
  expect(logEvidence.item()).toBeCloseTo(expected, 12);
});

describe("optimalParticle", () => {
  const known: Gaussian = { mean: tensor(m0), covariance: { kind: "diagonal", variance: 0 } };

  test("one step from a known state: equal weights, exact likelihood, draws of the posterior", () => {
    const N = 20000;
    const filter = optimalParticle({ members: N });
    const forecast = filter.forecast(filter.init(known, key(1)), transition, key(2));
    const { state, logEvidence, chiSquare } = filter.analyse(forecast, observation, key(3));
    const start = kalman().init(known, key(0));
    const best = kalmanAnalysis(kalman().forecast(start, transition, key(0)), observation);
    // A sum of N roundings.
    expectClose(state.logWeights, full([N], -Math.log(N)), 1e-11);
    expectClose(logEvidence, best.logEvidence, 1e-11);
    expectClose(chiSquare, best.chiSquare, 1e-11);
    const { mean: m, variance } = filter.moments(state);
    const exact = kalman().moments(best.state);
    const [v, w] = [exact.variance.data(), variance.data()];
    sub(m, exact.mean)
      .data()
      .forEach((e, i) => {
        // Five standard errors of a mean and of a variance of N draws.
        expect(Math.abs(e)).toBeLessThan(5 * Math.sqrt(v[i]! / N));
        expect(Math.abs(w[i]! / v[i]! - 1)).toBeLessThan(5 * Math.sqrt(2 / N));
      });
  });

  test("has more even weights than the bootstrap filter", () => {
    const keys = keyBatch(key(9), 200);
    const effective = (filter: Filter<ParticleState>) => {
      const forecast = filter.forecast(
        filter.init(prior, keys),
        transition,
        keyBatch(key(10), 200),
      );
      const { state } = filter.analyse(forecast, observation, keyBatch(key(11), 200));
      return mean(effectiveMembers(state.logWeights)).item();
    };
    const [best, bootstrap] = [optimalParticle, particle].map((make) =>
      effective(make({ members: 100 }) as Filter<ParticleState>),
    );
    expect(best!).toBeGreaterThan(1.05 * bootstrap!);
  });

  test("without noise and without a kernel it is the bootstrap filter", () => {
    const still = { ...linearTransition(tensor(F)), noise: null };
    const params = { members: 30, resampleBelow: 0 };
    const ends = [optimalParticle, particle].map((make) => {
      const filter = make(params) as Filter<ParticleState>;
      const cycle: Cycle = { transition: still, steps: 2, observation };
      return runCycle(filter, filter.init(prior, key(1)), cycle, key(2));
    });
    expectClose(ends[0]!.analysis.particles, ends[1]!.analysis.particles, 1e-13);
    expectClose(ends[0]!.analysis.logWeights, ends[1]!.analysis.logWeights, 1e-12);
    expectClose(ends[0]!.evidence!.logEvidence, ends[1]!.evidence!.logEvidence, 1e-12);
  });

  test("the kernel: S = h² H Ĉ Hᵀ + R, and the likelihood of the mixture", () => {
    const [N, d, s] = [40, 3, 0.7];
    const still = { ...linearTransition(tensor(F)), noise: null };
    const filter = optimalParticle({ members: N, proposalRegularisation: s });
    const forecast = filter.forecast(filter.init(prior, key(1)), still, key(2));
    const { logEvidence } = filter.analyse(forecast, observation, key(3));
    const HE = observation.operator.apply(forecast.particles); // [N, m]
    const h = s * N ** (-1 / (d + 4));
    const S = addNoise(mul(h ** 2 / (N - 1), comoments(HE, HE)), tensor(R));
    const each = logNormal(sub(observation.y, HE), positiveDefinite(S));
    expectClose(logEvidence, sub(logsumexp(each), Math.log(N)), 1e-12);
  });

  test("says what it cannot do", () => {
    const filter = optimalParticle({ members: 5 });
    const start = filter.init(prior, key(1));
    const log = { ...observation, operator: observeExp([0, 1]) };
    expect(() => filter.analyse(start, log, key(2))).toThrow(/"exp" is not linear/);
    const folded = { ...transition, support: "positive" as const };
    expect(() => filter.forecast(start, folded, key(2))).toThrow(
      /must stay positive.*not Gaussian/,
    );
    expect(() => optimalParticle({ members: 5, proposalRegularisation: -1 })).toThrow(
      /proposalRegularisation is -1/,
    );
  });
});

function slope(x: readonly number[], y: readonly number[]): number {
  const average = (v: readonly number[]) => v.reduce((a, b) => a + b, 0) / v.length;
  const [a, b] = [average(x), average(y)];
  const over = x.reduce((t, v, i) => t + (v - a) * (y[i]! - b), 0);
  return over / x.reduce((t, v) => t + (v - a) ** 2, 0);
}
