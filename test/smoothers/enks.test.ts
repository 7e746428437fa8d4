/** The ensemble Kalman smoother: the filter at present, the RTS smoother before it. */
import { describe, expect, test } from "vitest";
import { capture, index, indices, neg, type Tensor, tensor } from "../../src/engine/index.js";
import {
  assimilate,
  assimilateSeries,
  type Cycle,
  cycleKeys,
  denkf,
  eakf,
  enkf,
  etkf,
} from "../../src/filters/index.js";
import { bindModel, lorenz96 } from "../../src/models/index.js";
import { observeAll, observeIndices } from "../../src/observe/index.js";
import { key, keyBatch, normal } from "../../src/random/index.js";
import { type EnksParams, enks } from "../../src/smoothers/index.js";
import { joint } from "../filters/joint.js";
import { cycles as noisyCycles, places, prior, problem } from "../filters/linear-case.js";
import { expectClose } from "../support/close.js";
import { gradientError, type Parameters } from "../support/gradients.js";
import { cycles, exact, given, keys, momentsOf, N, variancesOf } from "./linear-record.js";

/** Exact algebra in f64; the matrices' conditions are below 10³. */
const rounding = 1e-10;

describe("a linear model without noise", () => {
  test.each<[string, Omit<EnksParams, "members">]>([
    ["the whole record", { lag: 9 }],
    ["a lag of 2", { lag: 2 }],
    ["rotated", { lag: 3, rotate: true }],
    ["serial", { lag: 3, analysis: "eakf" }],
  ])("%s: the RTS smoother of the members' own moments", (_, params) => {
    const method = enks({ members: N, ...params });
    const { series } = assimilateSeries(method, method.init(prior, key(1)), cycles, keys);
    series.forEach(({ forecast, analysis, evidence }, k) => {
      expectClose(
        momentsOf(forecast[0]!).covariance,
        exact.series[k]!.forecast.covariance,
        rounding,
      );
      expectClose(evidence!.logEvidence, exact.series[k]!.evidence!.logEvidence, rounding);
      for (let back = 0; back <= Math.min(k, method.lag); back++) {
        const expected = given(k - back, k);
        const { mean: m, covariance } = momentsOf(analysis[back]!);
        expectClose(m, expected.mean, rounding);
        expectClose(covariance, expected.covariance, rounding);
        expectClose(method.past(analysis, back).variance, variancesOf(expected).variance, rounding);
      }
    });
  });
});

const inflation = { inflation: 1.2, additiveInflation: 0.1 };
test.each([
  ["etkf", etkf({ members: 6, ...inflation })],
  ["eakf", eakf({ members: 6, ...inflation })],
  ["denkf", denkf({ members: 6, ...inflation })],
  ["enkf", enkf({ members: 6 })],
] as const)("the present is that of the filter: %s", (analysis, filter) => {
  const own = analysis === "enkf" ? {} : inflation;
  const all = noisyCycles();
  const smoother = enks({ members: 6, lag: 2, analysis, ...own });
  const a = assimilate(smoother, smoother.init(prior, key(1)), all, keys);
  const b = assimilate(filter, filter.init(prior, key(1)), all, keys);
  expectClose(a.state[0]!, b.state, rounding);
  expectClose(a.logEvidence, b.logEvidence, rounding);
});

test.each([
  ["etkf", 600], // its weights are N × N
  ["enkf", 20000],
] as const)(
  "with process noise, many members come to the states given the record: %s",
  (analysis, members) => {
    const smoother = enks({ members, lag: 9, analysis });
    const all = noisyCycles();
    const { state } = assimilate(smoother, smoother.init(prior, key(1)), all, keys);
    const last = problem.steps.length - 1;
    const oracle = joint(problem);
    for (const k of [0, 2, 5]) {
      const { mean: m, covariance } = oracle.conditional(places[k]!, last);
      const sampled = momentsOf(state[all.length - 1 - k]!);
      // moments of draws of variance about 1 err by 1/√N, through some six gains
      expectClose(sampled.mean, m, 6 / Math.sqrt(members));
      expectClose(sampled.covariance, covariance, 6 / Math.sqrt(members));
    }
  },
);

test("trajectories together are trajectories alone, captured", () => {
  const method = enks({ members: 5, lag: 2, inflation: 1.1, rotate: true });
  const run = capture((k: Tensor) =>
    assimilate(method, method.init(prior, k), cycles, cycleKeys(k, 10, cycles.length)),
  );
  const together = keyBatch(key(4), 2);
  const all = run(together);
  for (const b of [0, 1]) {
    const alone = run(index(together, 0, b));
    expectClose(index(all.state[2]!, 0, b), alone.state[2]!, rounding);
    expectClose(index(all.logEvidence, 0, b), alone.logEvidence, rounding);
  }
});

test("positions in a tensor are those of the present", () => {
  const method = enks({ members: 6, lag: 2 });
  const at = (operator: Cycle["observation"] & object) =>
    assimilate(
      method,
      method.init(prior, key(1)),
      cycles.map((c) => ({ ...c, observation: operator })),
      keys,
    ).state[1]!;
  const common = { y: tensor([1, 2, 3]), variance: 0.5, mask: null };
  const all = at({ ...common, operator: observeAll(3) });
  expectClose(at({ ...common, operator: observeIndices(indices([0, 1, 2]), 3) }), all, rounding);
});

test.each(["etkf", "enkf", "denkf", "eakf"] as const)("gradients of a window: %s", (analysis) => {
  const d = 8;
  const loss = ({ inflation, forcing, variance }: Parameters): Tensor => {
    const method = enks({ members: 6, lag: 2, analysis, inflation: inflation! });
    const all: Cycle[] = [0, 1, 2, 3].map((k) => ({
      transition: bindModel(lorenz96, { dimension: d, forcing: forcing! }).step(0.05),
      steps: k === 0 ? 0 : 2,
      observation: {
        y: normal(key(30 + k), [d]),
        operator: observeAll(d),
        variance: variance!,
        mask: k === 2 ? tensor([1, 0, 1, 1, 1, 0, 1, 1]) : null,
      },
    }));
    const before = {
      mean: normal(key(20), [d]),
      covariance: { kind: "diagonal", variance: 1 },
    } as const;
    const end = assimilate(method, method.init(before, key(2)), all, cycleKeys(key(5), 0, 4));
    return neg(end.logEvidence);
  };
  // differences of order four with steps of 10⁻³ leave some 10⁻⁹ of the slope
  const error = gradientError(`enks, ${analysis}`, loss, {
    inflation: 1.1,
    forcing: 8,
    variance: 0.5,
  });
  expect(error).toBeLessThan(1e-6);
});

test("errors say what is needed", () => {
  expect(() => enks({ members: 1 })).toThrow("enks: members is 1; need a whole number");
  expect(() => enks({ members: 5, lag: 1.5 })).toThrow("enks: lag is 1.5; need a whole number");
  const method = enks({ members: 5 });
  expect(() => method.past(method.init(prior, key(1)), 1)).toThrow(
    "enks: the state 1 cycles ago is not in the window; need 0 to 0 cycles",
  );
});
