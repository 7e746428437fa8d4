import { expect, test } from "vitest";
import { index, neg, sum, tensor } from "../../src/engine/index.js";
import {
  assimilate,
  climatology,
  cycleKeys,
  kalmanAnalysis,
  optimalInterpolation,
} from "../../src/filters/index.js";
import { formCovariance } from "../../src/prob/index.js";
import { key } from "../../src/random/index.js";
import { expectClose } from "../support/close.js";
import { gradientError, type Loss } from "../support/gradients.js";
import { cycles, cyclesWith, prior, values } from "./linear-case.js";

const keys = cycleKeys(key(0), 0, values.length);
const elsewhere = { ...prior, mean: tensor([7, 7, 7]) };
const still = { mean: prior.mean, covariance: formCovariance(prior.covariance, 3) };

const both = [
  ["climatology", climatology],
  ["optimal interpolation", optimalInterpolation],
] as const;

test("climatology is the same whatever comes, and optimal interpolation forgets what came before", () => {
  const [lost, plain] = [climatology, optimalInterpolation].map((make) => {
    const filter = make({ climatology: prior });
    let state = filter.init(elsewhere, key(0));
    return cycles().map((cycle, k) => {
      for (let i = 0; i < cycle.steps; i++) {
        state = filter.forecast(state, cycle.transition, key(i));
      }
      expectClose(state.mean, prior.mean, 0);
      const analysis = filter.analyse(state, cycle.observation!, keys[k]!);
      state = filter.forecast(analysis.state, cycle.transition, key(9));
      return analysis;
    });
  });
  cycles().forEach(({ observation }, k) => {
    const best = kalmanAnalysis(still, observation!);
    expectClose(plain![k]!.state.mean, best.state.mean, 1e-14);
    expectClose(plain![k]!.state.covariance, best.state.covariance, 1e-14);
    expectClose(lost![k]!.state.mean, prior.mean, 0);
    for (const { logEvidence } of [plain![k]!, lost![k]!]) {
      expectClose(logEvidence, best.logEvidence, 1e-13);
    }
  });
});

test.each(both)("%s: trajectories as if alone", (_, make) => {
  const filter = make({ climatology: prior });
  const mean = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  const initial = filter.init({ ...prior, mean }, key(0));
  const { state, logEvidence } = assimilate(filter, initial, cycles(), keys);
  const alone = assimilate(filter, filter.init(prior, key(0)), cycles(), keys);
  const moments = filter.moments(state);
  for (const b of [0, 1]) {
    expectClose(index(moments.mean, 0, b), filter.moments(alone.state).mean, 1e-13);
    expectClose(index(moments.variance, 0, b), filter.moments(alone.state).variance, 1e-13);
    expectClose(index(logEvidence, 0, b), alone.logEvidence, 1e-12);
  }
});

test.each(both)("%s: gradients in R and the variance", (name, make) => {
  const loss: Loss = ({ r, v }) => {
    const filter = make({
      climatology: { mean: prior.mean, covariance: { kind: "diagonal", variance: v! } },
    });
    const run = cyclesWith((k) => cycles()[k]!, r as never);
    return neg(sum(assimilate(filter, filter.init(prior, key(0)), run, keys).logEvidence));
  };
  // Differences of order four with steps of 10⁻³ leave some 10⁻¹⁰.
  expect(gradientError(name, loss, { r: 0.7, v: 2 })).toBeLessThan(1e-6);
});
