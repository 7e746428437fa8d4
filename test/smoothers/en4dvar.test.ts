import { describe, expect, test } from "vitest";
import {
  add,
  index,
  matmul,
  mean,
  mul,
  neg,
  reshape,
  sub,
  sum,
  type Tensor,
  tensor,
} from "../../src/engine/index.js";
import { assimilate, assimilateSeries, cycleKeys, kalman } from "../../src/filters/index.js";
import { bindModel, lorenz96 } from "../../src/models/index.js";
import { observeExp } from "../../src/observe/index.js";
import type { Gaussian, Scalar } from "../../src/prob/index.js";
import { key, keyBatch } from "../../src/random/index.js";
import {
  type En4dvarParams,
  en4dvar,
  fourdvar,
  type InnerSolver,
  rts,
} from "../../src/smoothers/index.js";
import { expectClose } from "../support/close.js";
import { make } from "../support/dense.js";
import { gradientError, type Loss } from "../support/gradients.js";
import { prior, windowCycles } from "./linear-window.js";

const solvers: readonly InnerSolver[] = [
  { kind: "direct" },
  { kind: "conjugate-gradients", steps: 8 },
];
const keys = cycleKeys(key(0), 0, 6);
const shared = { covariance: prior.covariance, members: 7, lag: 2, iterations: 1 };
/** Exact in both; conditions of the matrices are below 10³. */
const exact = 1e-10;

const momentsOf = (E: Tensor) => {
  const A = sub(E, mean(E, -2, { keepDims: true }));
  return {
    mean: mean(E, -2),
    covariance: mul(1 / (E.shape.at(-2)! - 1), matmul(A, A, { transposeA: true })),
  };
};

describe.each(solvers)("a linear model, solved by $kind", (solver) => {
  test.each([1, 2, 6])("β = 0, lag %i: 4DVar", (lag) => {
    const still = fourdvar({ covariance: prior.covariance, lag, iterations: 1, solver });
    const method = en4dvar({ ...shared, lag, mixing: 0, solver });
    const expected = assimilateSeries(still, still.init(prior, key(0)), windowCycles(2), keys);
    const ours = assimilateSeries(method, method.init(prior, key(0)), windowCycles(2), keys);
    ours.series.forEach(({ forecast, analysis }, k) => {
      const best = expected.series[k]!;
      expectClose(method.moments(forecast).mean, still.moments(best.forecast).mean, 1e-12);
      expectClose(method.moments(analysis).mean, still.moments(best.analysis).mean, 1e-12);
    });
    expectClose(ours.logEvidence, expected.logEvidence, 1e-11);
  });

  test.each([
    [1, 0],
    [2, 2],
    [6, 2],
  ])("β = 1, lag %i: Kalman and RTS for the members' covariance", (lag, before) => {
    const method = en4dvar({ ...shared, lag, mixing: 1, solver });
    const initial = method.init(prior, key(0));
    const cycles = windowCycles(before);
    const best = assimilateSeries(kalman(), momentsOf(initial.window[0]!), cycles, keys);
    const ours = assimilateSeries(method, initial, cycles, keys);
    expectClose(ours.logEvidence, best.logEvidence, exact);
    ours.series.forEach(({ forecast, analysis }, k) => {
      for (const [a, b] of [
        [forecast, best.series[k]!.forecast],
        [analysis, best.series[k]!.analysis],
      ] as const) {
        const { mean: m, covariance } = momentsOf(a.window.at(-1)!);
        expectClose(m, b.mean, exact);
        expectClose(covariance, b.covariance, exact);
      }
    });
    const smoothed = rts(best.series, cycles);
    for (let back = 0; back <= lag && back < 6; back++) {
      expectClose(method.past(ours.state, back).mean, smoothed[5 - back]!.mean, exact);
    }
  });
});

test("in between: the mixed covariance is that of one analysis with it", () => {
  const method = en4dvar({ ...shared, lag: 1, mixing: 0.3 });
  const [cycle] = windowCycles(2);
  const initial = method.init(prior, key(0));
  const { covariance } = momentsOf(initial.window[0]!);
  const still = kalman().init(prior, key(0)).covariance;
  const mixed = add(mul(0.7, still), mul(0.3, covariance));
  const best = assimilate(kalman(), { mean: prior.mean, covariance: mixed }, [cycle!], [keys[0]!]);
  const ours = assimilate(method, initial, [cycle!], [keys[0]!]);
  expectClose(method.moments(ours.state).mean, best.state.mean, exact);
  expectClose(ours.logEvidence, best.logEvidence, exact);
});

const d = 5;
const x0 = make(2, d, (i, j) => 2 * Math.sin(1 + 2 * i + 3 * j));
const ys = make(3, 3, (i, j) => Math.exp(0.5 * Math.sin(i + 2 * j)));
const variance = { kind: "diagonal", variance: 0.2 } as const;
const cyclesOf = ({ forcing, r }: { forcing: Scalar; r: Scalar }) =>
  ys.map((y, k) => ({
    transition: bindModel(lorenz96, { dimension: d, forcing }).step(0.05),
    steps: 2,
    observation: {
      ...{ operator: observeExp([0, 2, 3]), y: tensor(y), variance: r },
      mask: k === 1 ? tensor([1, 0, 1]) : null,
    },
  }));
const curved: En4dvarParams = {
  ...{ covariance: variance, members: 6, lag: 2, mixing: 0.4, iterations: 2 },
};

test("trajectories with keys of their own as if alone, rotated", () => {
  const method = en4dvar({ ...curved, rotate: true, inflation: 1.1 });
  const cycles = cyclesOf({ forcing: 8, r: 0.5 }).map((cycle) => ({
    ...cycle,
    observation: {
      ...cycle.observation,
      y: tensor([0, 1].map(() => cycle.observation.y.toArray() as number[])),
    },
  }));
  const both = keyBatch(key(4), 2);
  const start: Gaussian = { mean: tensor(x0), covariance: variance };
  const { state } = assimilate(method, method.init(start, both), cycles, cycleKeys(both, 0, 3));
  x0.forEach((x, b) => {
    const own = index(both, 0, b);
    const alone = method.init({ ...start, mean: tensor(x) }, own);
    const run = cyclesOf({ forcing: 8, r: 0.5 });
    const one = assimilate(method, alone, run, cycleKeys(own, 0, 3));
    [0, 1, 2].forEach((back) => {
      expectClose(
        index(method.past(state, back).mean, 0, b),
        method.past(one.state, back).mean,
        1e-12,
      );
    });
  });
});

test.each(solvers)("gradients by $kind: R, B, β, the inflation and the forcing", (solver) => {
  const loss: Loss = ({ r, v, beta, lambda, forcing }) => {
    const method = en4dvar({
      ...{ ...curved, solver, mixing: beta!, inflation: lambda! },
      covariance: { kind: "diagonal", variance: v! },
    });
    const start = method.init({ mean: tensor(x0[0]!), covariance: variance }, key(2));
    const run = cyclesOf({ forcing: forcing!, r: r! });
    const { state, logEvidence } = assimilate(method, start, run, cycleKeys(key(1), 0, 3));
    return neg(add(reshape(logEvidence, []), sum(method.moments(state).variance)));
  };
  const at = { r: 0.5, v: 0.2, beta: 0.4, lambda: 1.1, forcing: 8 };
  // Differences of order four with steps of 10⁻³ leave some 10⁻¹⁰.
  expect(gradientError(`en4dvar, ${solver.kind}`, loss, at)).toBeLessThan(1e-6);
});

test("what does not fit is refused", () => {
  expect(() => en4dvar({ ...curved, mixing: 1.2 })).toThrow(/mixing is 1.2/);
  expect(() => en4dvar({ ...curved, members: 1 })).toThrow(/members is 1/);
  expect(() => en4dvar({ ...curved, lag: 0 })).toThrow(/lag is 0/);
});
