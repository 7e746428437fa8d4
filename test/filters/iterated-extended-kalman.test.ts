import { describe, expect, test } from "vitest";
import { index, neg, tensor, UsageError } from "../../src/engine/index.js";
import {
  assimilate,
  assimilateSeries,
  type Cycle,
  cycleKeys,
  extendedKalman,
  iteratedExtendedKalman,
  kalman,
} from "../../src/filters/index.js";
import { bindModel, lorenz96, withNoise } from "../../src/models/index.js";
import { observeExp, observePower } from "../../src/observe/index.js";
import type { Scalar } from "../../src/prob/index.js";
import { key } from "../../src/random/index.js";
import { distance, expectClose } from "../support/close.js";
import { make } from "../support/dense.js";
import { gradientError, type Loss } from "../support/gradients.js";
import { cycles, prior, values } from "./linear-case.js";

const d = 5;
const ring = (forcing: Scalar) => bindModel(lorenz96, { dimension: d, forcing });
const x0 = make(2, d, (i, j) => 3 + Math.sin(1 + 2 * i + 3 * j));
const start = { mean: tensor(x0), covariance: { kind: "diagonal", variance: 0.04 } } as const;
const ys = make(3, 3, (i, j) => Math.exp(3 + 0.2 * Math.sin(i + 2 * j)));
const mask = tensor([1, 0, 1]);

function windowOf({ forcing, r, q }: Record<string, Scalar>): Cycle[] {
  const transition = withNoise(ring(forcing!).step(0.05), q!);
  const operator = observeExp([0, 2, 3]);
  return ys.map((y, k) => ({
    ...{ transition, steps: 2 },
    observation: { operator, y: tensor(y), variance: r!, mask: k === 1 ? mask : null },
  }));
}
const at = { forcing: 8, r: 4, q: 0.01 };
const keys = cycleKeys(key(0), 0, 3);

test("one iteration is the extended Kalman filter, bit for bit", () => {
  const [ours, theirs] = [
    iteratedExtendedKalman({ iterations: 1, inflation: 1.1 }),
    extendedKalman({ inflation: 1.1 }),
  ].map((filter) => assimilate(filter, filter.init(start, key(0)), windowOf(at), keys));
  expect(distance(ours!.logEvidence, theirs!.logEvidence)).toBe(0);
  expect(distance(ours!.state.mean, theirs!.state.mean)).toBe(0);
  expect(distance(ours!.state.covariance, theirs!.state.covariance)).toBe(0);
});

test("of a linear model it is the Kalman filter, gaps included", () => {
  const all = cycleKeys(key(0), 0, values.length);
  const filter = iteratedExtendedKalman({ iterations: 4 });
  const exact = assimilateSeries(kalman(), kalman().init(prior, key(0)), cycles(), all);
  const ours = assimilateSeries(filter, filter.init(prior, key(0)), cycles(), all);
  expectClose(ours.logEvidence, exact.logEvidence, 1e-12);
  ours.series.forEach(({ analysis }, k) => {
    expectClose(analysis.mean, exact.series[k]!.analysis.mean, 1e-12);
    expectClose(analysis.covariance, exact.series[k]!.analysis.covariance, 1e-12);
  });
});

describe("one component through an h that is not linear", () => {
  const [m, P, R] = [1.2, 0.5, 0.1];
  const kinds = [
    {
      name: "x²",
      operator: observePower([0], 2),
      y: 2.6,
      slopes: (x: number) => [x * x, 2 * x, 2],
    },
    {
      name: "eˣ",
      operator: observeExp([0]),
      y: 5,
      slopes: (x: number) => [Math.exp(x), Math.exp(x), Math.exp(x)],
    },
  ];
  const analyse = (kind: (typeof kinds)[number], iterations: number) => {
    const filter = iteratedExtendedKalman({ iterations });
    const covariance = { kind: "diagonal", variance: tensor([P]) } as const;
    const state = filter.init({ mean: tensor([m]), covariance }, key(0));
    const { operator, y } = kind;
    return filter.analyse(state, { operator, y: tensor([y]), variance: R, mask: null }, key(0));
  };

  test.each(kinds)("$name: the mean is the most probable state", (kind) => {
    // Newton's method on ½ (x − m)²/P + ½ (y − h(x))²/R.
    let x = m;
    for (let i = 0; i < 50; i++) {
      const [h, h1, h2] = kind.slopes(x) as [number, number, number];
      const gradient = (x - m) / P - ((kind.y - h) * h1) / R;
      x -= gradient / (1 / P + h1 ** 2 / R - ((kind.y - h) * h2) / R);
    }
    const { state, logEvidence } = analyse(kind, 60);
    // Gauss and Newton's method shrinks the error by a factor each time: after sixty it is rounding.
    expectClose(state.mean, [x], 1e-12);
    const [, H] = kind.slopes(x) as [number, number];
    expectClose(state.covariance, [[1 / (1 / P + H ** 2 / R)]], 1e-12);
    // ℓ is that of the forecast, with the tangent there.
    const [h0, H0] = kind.slopes(m) as [number, number];
    const S = H0 ** 2 * P + R;
    const l = -0.5 * ((kind.y - h0) ** 2 / S + Math.log(2 * Math.PI * S));
    expectClose(logEvidence, l, 1e-12);
    // The extended Kalman filter is far from it.
    expect(distance(analyse(kind, 1).state.mean, [x])).toBeGreaterThan(0.01);
  });
});

test("trajectories are filtered as if alone", () => {
  const filter = iteratedExtendedKalman({ iterations: 3 });
  const together = assimilate(filter, filter.init(start, key(0)), windowOf(at), keys);
  x0.forEach((x, b) => {
    const alone = filter.init({ ...start, mean: tensor(x) }, key(0));
    const one = assimilate(filter, alone, windowOf(at), keys);
    expectClose(index(together.state.mean, 0, b), one.state.mean, 1e-13);
    expectClose(index(together.state.covariance, 0, b), one.state.covariance, 1e-13);
  });
});

test("gradients of a window: the model, Q, R and the inflation", () => {
  const loss: Loss = ({ lambda, prior: variance, ...p }) => {
    const filter = iteratedExtendedKalman({ inflation: lambda!, iterations: 3 });
    const covariance = { kind: "diagonal", variance: variance! } as const;
    const initial = filter.init({ mean: tensor(x0[0]!), covariance }, key(0));
    return neg(assimilate(filter, initial, windowOf(p), keys).logEvidence);
  };
  // Differences of order four with steps of 10⁻³ leave some 10⁻¹⁰.
  const error = gradientError("iterated-extended-kalman", loss, {
    ...at,
    lambda: 1.1,
    prior: 0.04,
  });
  expect(error).toBeLessThan(1e-6);
});

test("no iteration at all is refused", () => {
  expect(() => iteratedExtendedKalman({ iterations: 0 })).toThrow(UsageError);
  expect(() => iteratedExtendedKalman({ iterations: 1.5 })).toThrow(/need a whole number/);
});
