import { describe, expect, test } from "vitest";
import {
  add,
  capture,
  index,
  mul,
  neg,
  sum,
  type Tensor,
  tensor,
  UsageError,
  valueAndGrad,
} from "../../src/engine/index.js";
import {
  assimilate,
  cycleKeys,
  extendedKalman,
  kalman,
  kalmanAnalysis,
  staticGain,
  threedvar,
  threedvarAnalysis,
  threedvarC,
} from "../../src/filters/index.js";
import { linearTransition, withNoise } from "../../src/models/index.js";
import {
  type Observation,
  observeComponents,
  observeExp,
  observeLog,
  observeMatrix,
} from "../../src/observe/index.js";
import type { Covariance } from "../../src/prob/index.js";
import { key } from "../../src/random/index.js";
import { expectClose } from "../support/close.js";
import { covariances } from "../support/covariances.js";
import { factor as choleskyFactor, make, solveLower } from "../support/dense.js";
import { slopeOf } from "../support/differences.js";
import { gradientError, type Loss } from "../support/gradients.js";

const [d, p] = [5, 3];
const B = make(d, p, (i, j) => Math.sin(1 + 2 * i + 3 * j));
const factor = tensor(B);
const C: Covariance = { kind: "dense", factor };
const H = make(2, d, (i, j) => Math.cos(i + 2 * j));
const F = make(d, d, (i, j) => 0.4 * Math.sin(i - 2 * j) + (i === j ? 0.5 : 0));
const states = (n: number) => make(n, d, (i, j) => Math.cos(2 + i + 3 * j));
const operators = [observeMatrix(tensor(H)), observeComponents([0, 3])];

const seen = (operator: Observation["operator"], y: Tensor): Observation => ({
  ...{ operator, y, variance: tensor([0.4, 0.9]), mask: null },
});

describe.each([
  ["fewer states than components", 2],
  ["more states than components", 9],
])("%s", (_, n) => {
  const x = tensor(states(n));
  const y = tensor(make(n, 2, (i, j) => Math.sin(i + j)));

  test.each(operators)("$name: mean and evidence are the Kalman filter's with P = B Bᵀ", (op) => {
    const observation = seen(op, y);
    const ours = threedvarAnalysis(x, observation, staticGain(C, observation));
    states(n).forEach((_, i) => {
      const covariance = kalman().init({ mean: index(x, 0, i), covariance: C }, key(0)).covariance;
      const alone = { ...observation, y: index(y, 0, i) };
      const best = kalmanAnalysis({ mean: index(x, 0, i), covariance }, alone);
      expectClose(index(ours.state, 0, i), best.state.mean, 1e-13);
      expectClose(index(ours.logEvidence, 0, i), best.logEvidence, 1e-13);
      expectClose(index(ours.innovation, 0, i), best.innovation, 1e-13);
      expectClose(index(ours.chiSquare, 0, i), best.chiSquare, 1e-12);
    });
  });

  test("gaps of their own in every trajectory", () => {
    const mask = tensor(make(n, 2, (i, j) => Number((i + j) % 3 !== 0)));
    const observation = { ...seen(operators[1]!, y), mask };
    const ours = threedvarAnalysis(x, observation, staticGain(C, observation));
    states(n).forEach((_, i) => {
      const covariance = kalman().init({ mean: index(x, 0, i), covariance: C }, key(0)).covariance;
      const alone = { ...observation, y: index(y, 0, i), mask: index(mask, 0, i) };
      const best = kalmanAnalysis({ mean: index(x, 0, i), covariance }, alone);
      expectClose(index(ours.state, 0, i), best.state.mean, 1e-13);
      expectClose(index(ours.logEvidence, 0, i), best.logEvidence, 1e-13);
    });
  });
});

describe.each(covariances)("with $name", ({ C: covariance, matrix }) => {
  const x = states(1)[0]!;

  test.each(operators)("$name: the analysis is the Kalman filter's with P = C", (operator) => {
    const observation = seen(operator, tensor([0.3, -0.2]));
    const ours = threedvarAnalysis(tensor(x), observation, staticGain(covariance, observation));
    const best = kalmanAnalysis({ mean: tensor(x), covariance: tensor(matrix) }, observation);
    expectClose(ours.state, best.state.mean, 1e-13);
    expectClose(ours.logEvidence, best.logEvidence, 1e-13);
  });

  test("the spread is its diagonal", () => {
    const { variance } = threedvarC({ covariance }).moments(tensor([x, x]));
    const diagonal = matrix.map((row, i) => row[i]!);
    expectClose(variance, [diagonal, diagonal], 1e-14);
  });
});

test("a diagonal C is the dense C with its root as factor", () => {
  const v = [0.5, 1, 2, 0.1, 3];
  const root = tensor(make(d, d, (i, j) => (i === j ? Math.sqrt(v[i]!) : 0)));
  const observation = seen(operators[1]!, tensor([0.3, -0.2]));
  const [a, b] = (
    [
      { kind: "diagonal", variance: tensor(v) },
      { kind: "dense", factor: root },
    ] as const
  ).map((each) =>
    threedvarAnalysis(tensor(states(1)[0]!), observation, staticGain(each, observation)),
  );
  expectClose(a!.state, b!.state, 1e-14);
  expectClose(a!.logEvidence, b!.logEvidence, 1e-14);
});

/** A window of three cycles; with the gain of the window, or one of each step. */
function loss(operator: Observation["operator"], once: boolean, n: number) {
  const ys = make(3 * n, 2, (i, j) => Math.sin(2 * i + j));
  const x = tensor(states(n));
  return ({ factor: B, a }: { factor: Tensor; a: Tensor }): Tensor => {
    const variance = tensor([0.4, 0.9]);
    const covariance: Covariance = { kind: "dense", factor: B };
    const filter = threedvarC(
      once ? { covariance, observing: { operator, variance } } : { covariance },
    );
    const transition = withNoise(linearTransition(add(a, tensor(F))), 1);
    const cycles = [0, 1, 2].map((t) => ({
      ...{ transition, steps: 1 },
      observation: { operator, variance, mask: null, y: tensor(ys.slice(t * n, (t + 1) * n)) },
    }));
    return neg(sum(assimilate(filter, x, cycles, cycleKeys(key(0), 0, 3)).logEvidence));
  };
}

test("H and R known beforehand: with gaps, and with another R, the filter still gives the same", () => {
  const [operator, y] = [operators[1]!, tensor([0.3, -0.2])];
  const observing = { operator, variance: tensor([0.4, 0.9]) };
  const x = tensor(states(1)[0]!);
  for (const change of [{ mask: tensor([0, 1]) }, { variance: 0.2 }, { operator: operators[0]! }]) {
    const observation = { ...seen(operator, y), ...change };
    const [a, b] = [threedvarC({ covariance: C, observing }), threedvarC({ covariance: C })].map(
      (filter) => filter.analyse(x, observation, key(0)),
    );
    expectClose(a!.state, b!.state, 1e-15);
    expectClose(a!.logEvidence, b!.logEvidence, 1e-14);
  }
});

describe.each(operators)("a window seen through $name", (operator) => {
  const at = { factor, a: tensor(0) };

  test.each([2, 9])("one gain for %d states gives the value and gradient of a gain a step", (n) => {
    const [fast, plain] = [true, false].map((once) => {
      const captured = capture(valueAndGrad(loss(operator, once, n)));
      return captured(at);
    });
    expectClose(fast!.value, plain!.value, 1e-12);
    expectClose(fast!.gradient.factor, plain!.gradient.factor, 1e-12);
    expectClose(fast!.gradient.a, plain!.gradient.a, 1e-12);
  });

  test("gradient in B equals differences", () => {
    const f = loss(operator, true, 2);
    const slopes = valueAndGrad(f)(at).gradient.factor.toArray() as number[][];
    const along = (v: number) =>
      f({ ...at, factor: tensor(B.map((row, i) => (i === 3 ? row.with(1, v) : row))) }).item();
    expect(slopes[3]![1]!).toBeCloseTo(slopeOf(along, B[3]![1]!, 1e-3), 8);
  });
});

test("the forecast is the map without noise, and the first state the mean of the prior", () => {
  const filter = threedvarC({ covariance: C });
  const mean = tensor(states(1)[0]!);
  const x = filter.init({ mean, covariance: C }, key(1));
  expectClose(x, mean, 0);
  const transition = withNoise(linearTransition(tensor(F)), 1);
  expectClose(filter.forecast(x, transition, key(2)), transition.map(x), 0);
  const variance = B.map((row) => row.reduce((t, b) => t + b * b, 0));
  expectClose(filter.moments(x).variance, variance, 1e-14);
});

test("what does not fit is refused with advice", () => {
  const nonlinear = seen(observeLog([0, 1]), tensor([1, 2]));
  expect(() => staticGain(C, nonlinear)).toThrow(UsageError);
  const one = { kind: "diagonal", variance: 2 } as const;
  expect(() => staticGain(one, seen(operators[1]!, tensor([1, 2])))).toThrow(/need \[d\]/);
});

describe("through an operator that is not linear", () => {
  const operator = observeExp([0, 3]);
  const mean = [0.3, -0.5, 1, 0.2, 0.7];
  const y = [2.1, 0.8];
  const observation = { operator, y: tensor(y), variance: tensor([0.4, 0.9]), mask: null };
  const S = make(d, d, (i, j) => (i === j ? 1 : 0.4 / (1 + Math.abs(i - j))));
  const covariance: Covariance = { kind: "matrix", matrix: tensor(S) };

  /** The gradient of the cost, R⁻¹ and C⁻¹ in plain numbers: ∇J = C⁻¹(x − x_b) + Hᵀ R⁻¹ (h(x) − y). */
  const slope = (x: readonly number[], seen: readonly number[] = [1, 1]): number[] => {
    const L = choleskyFactor(S);
    const inner = solveLower(
      L,
      x.map((v, i) => [v - mean[i]!]),
    );
    const upper = solveLower(
      make(d, d, (i, j) => L[d - 1 - j]![d - 1 - i]!),
      inner.toReversed(),
    ).toReversed();
    return upper.map(([v], i) => {
      const k = [0, 3].indexOf(i);
      if (k < 0) return v!;
      return v! + (seen[k]! * Math.exp(x[i]!) * (Math.exp(x[i]!) - y[k]!)) / [0.4, 0.9][k]!;
    });
  };

  test.each([
    ["all observed", null, [1, 1]],
    ["a gap", tensor([0, 1]), [0, 1]],
  ])("%s: the analysis is where the cost is flat", (_, mask, seen) => {
    const filter = threedvar({ covariance, iterations: 30 });
    const { state } = filter.analyse(tensor(mean), { ...observation, mask }, key(0));
    // Linear convergence of Gauss and Newton: 30 steps leave rounding.
    expectClose(
      slope(state.toArray() as number[], seen),
      mean.map(() => 0),
      1e-10,
    );
  });

  test("one step, and the evidence, are the extended Kalman filter's", () => {
    const filter = threedvar({ covariance, iterations: 1 });
    const ours = filter.analyse(tensor([mean, mean]), observation, key(0));
    const state = { mean: tensor(mean), covariance: tensor(S) };
    const best = extendedKalman().analyse(state, observation, key(0));
    for (const b of [0, 1]) {
      expectClose(index(ours.state, 0, b), best.state.mean, 1e-13);
      expectClose(index(ours.logEvidence, 0, b), best.logEvidence, 1e-12);
    }
  });

  test("gradients in R and the scale of C", () => {
    const transition = withNoise(linearTransition(tensor(F)), 1);
    const value: Loss = ({ r, scale }) => {
      const filter = threedvar({ covariance: { kind: "matrix", matrix: mul(scale!, tensor(S)) } });
      const cycle = { transition, steps: 1, observation: { ...observation, variance: r! } };
      const run = [cycle, cycle, cycle];
      const { logEvidence } = assimilate(filter, tensor(mean), run, cycleKeys(key(0), 0, 3));
      return neg(logEvidence);
    };
    // Differences of order four with steps of 10⁻³ leave some 10⁻¹⁰.
    expect(gradientError("3dvar", value, { r: 0.6, scale: 0.8 })).toBeLessThan(1e-6);
  });

  test("no iterations are refused", () => {
    expect(() => threedvar({ covariance, iterations: 0 })).toThrow(/iterations is 0/);
  });
});
