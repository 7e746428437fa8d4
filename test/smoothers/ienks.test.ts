/** The iterative ensemble Kalman smoother: exact where all is linear, stationary where it is not. */
import { describe, expect, test } from "vitest";
import {
  add,
  capture,
  cast,
  grad,
  index,
  matmul,
  mean,
  mul,
  neg,
  ones,
  positiveDefinite,
  solve,
  square,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
  transpose,
} from "../../src/engine/index.js";
import {
  assimilate,
  assimilateSeries,
  type Cycle,
  cycleKeys,
  enkfN,
  runCycle,
} from "../../src/filters/index.js";
import { bindModel, linearTransition, lorenz96, withNoise } from "../../src/models/index.js";
import {
  type Operator,
  observeAll,
  observeComponents,
  observeLog,
  observeMatrix,
} from "../../src/observe/index.js";
import type { Gaussian } from "../../src/prob/index.js";
import { key, keyBatch, normal } from "../../src/random/index.js";
import { type IenksParams, type IenksState, ienks } from "../../src/smoothers/index.js";
import { prior } from "../filters/linear-case.js";
import { expectClose } from "../support/close.js";
import { gradientError, type Parameters } from "../support/gradients.js";
import {
  cycles,
  exact,
  given,
  keys,
  momentsOf,
  N,
  transition,
  variancesOf,
} from "./linear-record.js";

/** Exact algebra in f64; the matrices' conditions are below 10³. */
const rounding = 1e-10;

const seriesOf = (params: Omit<IenksParams, "members">) => {
  const method = ienks({ members: N, ...params });
  return { method, ...assimilateSeries(method, method.init(prior, key(1)), cycles, keys) };
};

describe("a linear model without noise", () => {
  const variants: [string, Omit<IenksParams, "members">][] = [
    ["lag 0, one iteration", { lag: 0, iterations: 1 }],
    ["lag 1, one iteration", { lag: 1, iterations: 1 }],
    ["lag 1, four iterations", { lag: 1, iterations: 4 }],
    ["lag 2, rotated", { lag: 2, iterations: 2, rotate: true }],
    ["a lag beyond the record", { lag: 9, iterations: 2 }],
    [
      "observation weights of two cycles",
      { lag: 2, iterations: 2, observationWeights: [0.3, 0.7] },
    ],
    [
      "observation weights of lag + 1 cycles",
      { lag: 2, iterations: 3, observationWeights: [0.2, 0.5, 0.3] },
    ],
  ];
  test.each(variants)("%s: the Kalman filter of the members' own moments", (_, params) => {
    const { series } = seriesOf(params);
    series.forEach(({ forecast, analysis, evidence }, k) => {
      const expected = exact.series[k]!;
      for (const [a, b] of [
        [forecast, expected.forecast],
        [analysis, expected.analysis],
      ] as const) {
        const { mean: m, covariance } = momentsOf(a.window[0]!);
        expectClose(m, b.mean, rounding);
        expectClose(covariance, b.covariance, rounding);
      }
      expectClose(evidence!.logEvidence, expected.evidence!.logEvidence, rounding);
      expectClose(evidence!.innovation, expected.evidence!.innovation, rounding);
      expectClose(evidence!.chiSquare, expected.evidence!.chiSquare, rounding);
    });
  });

  test.each(variants)("%s: the past of the RTS smoother", (_, params) => {
    const { method, series } = seriesOf(params);
    series.forEach(({ analysis }, k) => {
      for (let back = 0; back <= Math.min(k, method.lag); back++) {
        const { mean: m, variance } = variancesOf(given(k - back, k));
        expectClose(method.past(analysis, back).mean, m, rounding);
        expectClose(method.past(analysis, back).variance, variance, rounding);
      }
    });
  });

  test("slopes of a bundle are those of the transform", () => {
    const a = seriesOf({ lag: 2, iterations: 2 });
    const b = seriesOf({ lag: 2, iterations: 2, linearisation: { bundle: 1e-4 } });
    // rounding of differences of members 10⁻⁴ apart
    expectClose(b.state.window[0]!, a.state.window[0]!, 1e-9);
    expectClose(b.logEvidence, a.logEvidence, 1e-9);
  });

  test("a cycle without observation is a forecast, and the window slides", () => {
    const method = ienks({ members: N, lag: 1, iterations: 2 });
    const blind = cycles.map((c, k) => (k === 3 ? { ...c, observation: null } : c)); // all gaps
    const run = (all: readonly Cycle[]) =>
      assimilateSeries(method, method.init(prior, key(1)), all, keys);
    expectClose(run(blind).state.window[0]!, run(cycles).state.window[0]!, rounding);
    expect(run(blind).series[3]!.evidence).toBeNull();
  });
});

test("trajectories together are trajectories alone, captured", () => {
  const method = ienks({ members: 5, lag: 2, iterations: 2, inflation: 1.1, rotate: true, xN: 1 });
  const together = keyBatch(key(4), 2);
  const run = capture((k: Tensor) => {
    const initial = method.init(prior, k);
    const from = cycleKeys(k, 10, cycles.length);
    return assimilate(method, initial, cycles, from);
  });
  const all = run(together);
  for (const b of [0, 1]) {
    const alone = run(index(together, 0, b));
    expectClose(index(all.state.window[2]!, 0, b), alone.state.window[2]!, rounding);
    expectClose(index(all.logEvidence, 0, b), alone.logEvidence, rounding);
  }
});

test("recomputed cycles and single precision give the same", () => {
  const method = ienks({
    members: 5,
    lag: 2,
    iterations: 3,
    observationWeights: [0.5, 0.5],
    xN: 1,
  });
  const E = normal(key(7), [5, 3]);
  const run = (start: Tensor, recompute: boolean) => {
    const { dtype } = start;
    const all = cycles.slice(1).map(({ steps, observation }): Cycle => {
      const { y, mask, operator } = observation!;
      const matrix = operator.matrix(3)!;
      return {
        transition: linearTransition(cast(transition.matrix!, dtype)),
        steps,
        observation: {
          y: cast(y, dtype),
          mask: mask && cast(mask, dtype),
          operator: observeMatrix(cast(matrix, dtype)),
          variance: 0.4,
        },
      };
    });
    const before = { start, window: [start], steps: [], observations: [] };
    return assimilate(method, before, all, keys.slice(1), { recompute }).logEvidence;
  };
  const gradient = (recompute: boolean) => grad((x: Tensor) => run(x, recompute))(E);
  expectClose(gradient(true), gradient(false), rounding);
  // some 10⁻⁷ for each of a hundred operations, of an evidence of about 10
  expectClose(cast(run(cast(E, "f32"), false), "f64"), run(E, false), 1e-3);
});

test("an inflated start spreads the next window, and not the present one", () => {
  const plain = ienks({ members: N, lag: 1 });
  const wide = ienks({ members: N, lag: 1, inflation: 1.5 });
  const before = plain.init(prior, key(1));
  const [a, b] = [plain, wide].map(
    (method) => runCycle(method, before, cycles[1]!, keys[1]!).analysis,
  ) as [IenksState, IenksState];
  expectClose(b.window[0]!, a.window[0]!, 0);
  const [p, q] = [momentsOf(a.start), momentsOf(b.start)];
  expectClose(q.mean, p.mean, 1e-14);
  expectClose(q.covariance, mul(2.25, p.covariance), 1e-14);
});

const d = 8;
const ringPrior: Gaussian = {
  mean: normal(key(20), [d]),
  covariance: { kind: "diagonal", variance: 1 },
};

test("converged weights are a stationary point of the cost", () => {
  const n = 5;
  const R = 0.5;
  const step = bindModel(lorenz96, { dimension: d, forcing: 8 }).step(0.05);
  const operator = observeComponents([0, 2, 3, 6]);
  const y = tensor([1, 0.5, 2, -1]);
  const method = ienks({ members: n, iterations: 30, linearisation: { bundle: 1e-6 } });
  const before = method.init(ringPrior, key(2));
  const cycle = {
    transition: step,
    steps: 4,
    observation: { y, operator, variance: R, mask: null },
  };
  const { analysis } = runCycle(method, before, cycle, key(0));
  const xbar = mean(before.start, -2, { keepDims: true });
  const A = sub(before.start, xbar);
  const gram = positiveDefinite(add(matmul(A, transpose(A)), ones([n, n])));
  const shift = matmul(sub(mean(analysis.start, -2, { keepDims: true }), xbar), transpose(A));
  const w = transpose(solve(gram, transpose(shift))); // the one of sum 0
  const cost = (weights: Tensor) => {
    let x = add(xbar, matmul(weights, A));
    for (let i = 0; i < 4; i++) x = step.map(x);
    const misfit = sum(square(sub(y, operator.apply(x))));
    return mul(0.5, add(mul(n - 1, sum(square(weights))), mul(1 / R, misfit)));
  };
  const along = (at: Tensor) => (grad(cost)(at).toArray() as number[][])[0]!;
  const size = Math.max(...along(mul(0, w)).map(Math.abs));
  expect(size).toBeGreaterThan(1);
  // slopes of a bundle err by its width, 10⁻⁶ of some 10
  expect(Math.max(...along(w).map(Math.abs))).toBeLessThan(1e-5);
  // iterations after convergence change nothing
  const longer = ienks({ members: n, iterations: 60, linearisation: { bundle: 1e-6 } });
  const again = runCycle(longer, before, cycle, key(0)).analysis;
  expectClose(again.start, analysis.start, 1e-7);
});

test("nonlinear observations: the iterations find the mode where one step does not", () => {
  const operator = observeLog([0]);
  const before: Gaussian = {
    mean: tensor([3]),
    covariance: { kind: "diagonal", variance: 0.25 },
  };
  const y = tensor([Math.log(1.5)]);
  const at = (iterations: number) => {
    const method = ienks({ members: 30, lag: 0, iterations, linearisation: { bundle: 1e-5 } });
    const state = method.init(before, key(3));
    const cycle = {
      transition,
      steps: 0,
      observation: { y, operator, variance: 0.01, mask: null },
    };
    const { mean: m, covariance } = momentsOf(state.start);
    const { analysis } = runCycle(method, state, cycle, key(0));
    const x = momentsOf(analysis.start).mean.toArray() as number[];
    const [m0, v0] = [(m.toArray() as number[])[0]!, (covariance.toArray() as number[][])[0]![0]!];
    return Math.abs((x[0]! - m0) / v0 + (Math.log(x[0]!) - Math.log(1.5)) / (0.01 * x[0]!));
  };
  expect(at(1)).toBeGreaterThan(1);
  expect(at(12)).toBeLessThan(1e-3);
});

describe("the finite size", () => {
  const seen = (y: number, variance: number): Cycle => ({
    transition,
    steps: 1,
    observation: { y: tensor([y, -1]), operator: observeComponents([0, 2]), variance, mask: null },
  });
  const run = (cycle: Cycle, xN?: number) => {
    const method = ienks({ members: 6, lag: 0, iterations: 60, ...(xN && { xN }) });
    return runCycle(method, method.init(prior, key(1)), cycle, key(0));
  };

  test.each([
    [2, 1],
    [15, 1],
    [15, 3],
  ])("where h is linear, the inflation of the EnKF-N: y = %f, x_N = %f", (y, xN) => {
    const filter = enkfN({ members: 6, xN });
    const { forecast, analysis } = run(seen(y, 0.5), xN);
    const expected = runCycle(filter, filter.init(prior, key(1)), seen(y, 0.5), key(0));
    // both draw no noise; iterations towards ζ shrink the error by a factor each
    expectClose(forecast.window[0]!, expected.forecast, rounding);
    expectClose(analysis.window[0]!, expected.analysis, 1e-9);
  });

  test("a sure one inflates nothing where little is seen", () => {
    const far = 1e9;
    expectClose(run(seen(2, far), 1e9).analysis.start, run(seen(2, far)).analysis.start, 1e-7);
  });
});

test("steps that would run away are cut", () => {
  const operator: Operator = {
    name: "tanh",
    size: 1,
    linear: false,
    components: null,
    apply: tanh,
    matrix: () => null,
  };
  const [R, y, m] = [0.03, -0.9, 2.5];
  const E = tensor([[m - Math.SQRT1_2], [m + Math.SQRT1_2]]); // of variance 1
  const method = ienks({ members: 2, lag: 0, iterations: 20, linearisation: { bundle: 1e-5 } });
  const state = { start: E, window: [E], steps: [], observations: [] };
  const observation = { y: tensor([y]), operator, variance: R, mask: null };
  const { analysis } = runCycle(method, state, { transition, steps: 0, observation }, key(0));
  const x = mean(analysis.start).item();
  const h = Math.tanh(x);
  // the slope of the cost; undamped steps go to 0.87, −1.77, 1.40, −3.20, …
  expect(Math.abs(x - m - ((y - h) * (1 - h * h)) / R)).toBeLessThan(1e-3);
});

test.each<[string, Omit<IenksParams, "members">]>([
  ["transform, lag 2", { lag: 2, iterations: 3 }],
  ["bundle, lag 1", { lag: 1, iterations: 3, linearisation: { bundle: 1e-2 } }],
  [
    "observation weights, rotated",
    { lag: 2, iterations: 2, observationWeights: [0.5, 0.5], rotate: true },
  ],
  ["finite size", { lag: 1, iterations: 3, xN: 1.5 }],
])("gradients of the evidence through all iterations: %s", (name, params) => {
  const operator = observeAll(d);
  const loss = ({ inflation, forcing, variance }: Parameters): Tensor => {
    const method = ienks({ members: 6, ...params, inflation: inflation! });
    const step = bindModel(lorenz96, { dimension: d, forcing: forcing! }).step(0.05);
    const all: Cycle[] = [0, 1, 2, 3, 4].map((k) => ({
      transition: step,
      steps: k === 0 ? 0 : 2,
      observation: {
        y: normal(key(30 + k), [d]),
        operator,
        variance: variance!,
        mask: k === 2 ? tensor([1, 0, 1, 1, 1, 0, 1, 1]) : null,
      },
    }));
    const initial = method.init(ringPrior, key(2));
    return neg(assimilate(method, initial, all, cycleKeys(key(5), 0, 5)).logEvidence);
  };
  // differences of order four with steps of 10⁻³ leave some 10⁻⁹ of the slope
  const error = gradientError(`ienks, ${name}`, loss, {
    inflation: 1.1,
    forcing: 8,
    variance: 0.5,
  });
  expect(error).toBeLessThan(1e-6);
});

describe("errors say what is needed", () => {
  const bad = (params: Omit<IenksParams, "members">) => () => ienks({ members: 5, ...params });
  test("of parameters", () => {
    expect(() => ienks({ members: 1 })).toThrow("ienks: members is 1; need a whole number");
    expect(bad({ lag: -1 })).toThrow("ienks: lag is -1; need a whole number of cycles, 0 or more");
    expect(bad({ iterations: 0 })).toThrow("ienks: iterations is 0; need a whole number");
    expect(bad({ linearisation: { bundle: 0 } })).toThrow("ienks: bundle is 0; need a positive");
    expect(bad({ xN: 0 })).toThrow("ienks: xN is 0; need a positive number");
    expect(bad({ observationWeights: [0.5, 0.6] })).toThrow(
      "observationWeights are [0.5, 0.6]; need positive numbers",
    );
    expect(bad({ lag: 0, observationWeights: [0.5, 0.5] })).toThrow("at most 1 for a lag of 0");
  });

  test("of cycles", () => {
    const method = ienks({ members: 5, lag: 2, observationWeights: [0.5, 0.5] });
    const start = method.init(prior, key(1));
    const noisy = { ...cycles[1]!, transition: withNoise(transition, 0.1) };
    expect(() => runCycle(method, start, noisy, key(0))).toThrow(
      /process noise.*lag 0 or the enks/,
    );
    expect(() => method.past(start, 1)).toThrow(
      "ienks: the state 1 cycles ago is not in the window; need 0 to 0 cycles",
    );
    const blind = runCycle(method, start, { ...cycles[1]!, observation: null }, key(0)).analysis;
    expect(() => runCycle(method, blind, cycles[2]!, key(0))).toThrow(
      /observationWeights need an observation/,
    );
  });
});
