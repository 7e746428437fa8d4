import { describe, expect, test } from "vitest";
import {
  cast,
  diagonal,
  index,
  matmul,
  mul,
  neg,
  square,
  stack,
  type Tensor,
  tensor,
  UsageError,
} from "../../src/engine/index.js";
import {
  assimilate,
  assimilateSeries,
  type Cycle,
  cycleKeys,
  type FactorState,
  type Filter,
  type KalmanState,
  kalman,
  type UnscentedKalmanParams,
  unscentedKalman,
} from "../../src/filters/index.js";
import { bindModel, lorenz96, withNoise } from "../../src/models/index.js";
import { observeComponents, observeExp, observePower } from "../../src/observe/index.js";
import type { Gaussian, Scalar } from "../../src/prob/index.js";
import { key } from "../../src/random/index.js";
import { expectClose } from "../support/close.js";
import { make } from "../support/dense.js";
import { gradientError, type Loss } from "../support/gradients.js";
import { cycles, prior, values } from "./linear-case.js";

const d = 5;
const ring = (forcing: Scalar) => bindModel(lorenz96, { dimension: d, forcing });
const x0 = make(2, d, (i, j) => 3 + Math.sin(1 + 2 * i + 3 * j));
const seen = observeExp([0, 2, 3]);
const start = { mean: tensor(x0), covariance: { kind: "diagonal", variance: 0.04 } } as const;
const ys = make(3, 3, (i, j) => Math.exp(3 + 0.2 * Math.sin(i + 2 * j)));
const mask = tensor([1, 0, 1]);

function windowOf({ forcing, r, q }: Record<string, Scalar>): Cycle[] {
  const transition = withNoise(ring(forcing!).step(0.05), q!);
  return ys.map((y, k) => ({
    ...{ transition, steps: 2 },
    observation: { operator: seen, y: tensor(y), variance: r!, mask: k === 1 ? mask : null },
  }));
}
const at = { forcing: 8, r: 4, q: 0.01 };

/** P of either form. */
const covarianceOf = (state: KalmanState | FactorState): Tensor =>
  "factor" in state ? matmul(state.factor, state.factor, { transposeB: true }) : state.covariance;

const filterOf = (params: UnscentedKalmanParams) =>
  unscentedKalman(params as { form: "square-root" }) as unknown as Filter<
    KalmanState | FactorState
  >;

const forms = ["covariance", "square-root"] as const;

/** With weights of the centre that are 0, positive and negative. */
const points = [
  {},
  { alpha: 1, beta: 0, kappa: 0 },
  { alpha: 0.5, beta: 2, kappa: 0 },
  { alpha: 0.1, beta: 2, kappa: -1 },
  { alpha: 1, beta: 0, kappa: -2 },
];

describe.each(forms)("%s form", (form) => {
  test.each(points)("of a linear model it is the Kalman filter, gaps included: %o", (choice) => {
    const keys = cycleKeys(key(0), 0, values.length);
    const exact = assimilateSeries(kalman(), kalman().init(prior, key(0)), cycles(), keys);
    const filter = filterOf({ form, ...choice });
    const ours = assimilateSeries(filter, filter.init(prior, key(0)), cycles(), keys);
    // Rounding; a small alpha divides differences of size alpha by it.
    const atol = 1e-12 / (choice.alpha ?? 1) ** 2;
    expectClose(ours.logEvidence, exact.logEvidence, atol);
    ours.series.forEach(({ analysis, evidence }, k) => {
      const expected = exact.series[k]!;
      expectClose(analysis.mean, expected.analysis.mean, atol);
      expectClose(covarianceOf(analysis), expected.analysis.covariance, atol);
      expectClose(filter.moments(analysis).variance, diagonal(expected.analysis.covariance), atol);
      expectClose(evidence!.innovation, expected.evidence!.innovation, atol);
      expectClose(evidence!.chiSquare, expected.evidence!.chiSquare, atol);
    });
  });

  test("trajectories are filtered as if alone", () => {
    const run = windowOf(at);
    const keys = cycleKeys(key(0), 0, run.length);
    const filter = filterOf({ form, inflation: 1.1 });
    const together = assimilate(filter, filter.init(start, key(0)), run, keys);
    x0.forEach((x, b) => {
      const alone = filter.init({ ...start, mean: tensor(x) }, key(0));
      const one = assimilate(filter, alone, run, keys);
      expectClose(index(together.state.mean, 0, b), one.state.mean, 1e-13);
      expectClose(index(covarianceOf(together.state), 0, b), covarianceOf(one.state), 1e-13);
      expectClose(index(together.logEvidence, 0, b), one.logEvidence, 1e-11);
    });
  });

  test("inflation multiplies the analysed covariance by its square", () => {
    const { observation } = windowOf(at)[0]!;
    const [plain, inflated] = [{}, { inflation: 1.3 }].map((more) => {
      const filter = filterOf({ form, ...more });
      return covarianceOf(filter.analyse(filter.init(start, key(0)), observation!, key(0)).state);
    });
    expectClose(inflated!, mul(1.69, plain!), 1e-14);
  });

  test("in f32 to its rounding", () => {
    const run = (dtype: "f64" | "f32") => {
      const filter = filterOf({ form });
      const initial = filter.init({ ...start, mean: cast(tensor(x0[0]!), dtype) }, key(0));
      const [first] = windowOf(at);
      const forecast = filter.forecast(initial, first!.transition, key(0));
      const observation = { ...first!.observation!, y: cast(first!.observation!.y, dtype) };
      return filter.analyse(forecast, observation, key(0)).state;
    };
    expect(run("f32").mean.dtype).toBe("f32");
    // Observations of size 20 with errors of 2, states of size 3: some roundings of 10⁻⁶.
    expectClose(cast(run("f32").mean, "f64"), run("f64").mean, 2e-5);
    expectClose(cast(covarianceOf(run("f32")), "f64"), covarianceOf(run("f64")), 2e-6);
  });

  test.each([
    ["default points", {}],
    ["a negative weight of the centre", { alpha: 0.5 }],
  ])("gradients of a window, %s: the model, Q, R and the inflation", (name, choice) => {
    const loss: Loss = ({ lambda, prior: variance, ...p }) => {
      const filter = filterOf({ form, inflation: lambda!, ...choice });
      const mean = tensor(x0[0]!);
      const covariance = { kind: "diagonal", variance: variance! } as const;
      const initial = filter.init({ mean, covariance }, key(0));
      return neg(assimilate(filter, initial, windowOf(p), cycleKeys(key(0), 0, 3)).logEvidence);
    };
    // Differences of order four with steps of 10⁻³ leave some 10⁻¹⁰.
    const error = gradientError(`${form}, ${name}`, loss, { ...at, lambda: 1.1, prior: 0.04 });
    expect(error).toBeLessThan(1e-6);
  });
});

test.each(points)("both forms agree where nothing is linear: %o", (choice) => {
  const keys = cycleKeys(key(0), 0, 3);
  const [a, b] = forms.map((form) => {
    const filter = filterOf({ form, ...choice });
    return assimilateSeries(filter, filter.init(start, key(0)), windowOf(at), keys);
  });
  const atol = 1e-11 / (choice.alpha ?? 1) ** 2;
  expectClose(a!.logEvidence, b!.logEvidence, atol);
  a!.series.forEach(({ forecast, analysis, evidence }, k) => {
    const other = b!.series[k]!;
    expectClose(covarianceOf(forecast), covarianceOf(other.forecast), atol);
    expectClose(analysis.mean, other.analysis.mean, atol);
    expectClose(covarianceOf(analysis), covarianceOf(other.analysis), atol);
    expectClose(evidence!.innovation, other.evidence!.innovation, atol);
  });
});

test("the square-root form takes a singular prior, as the Kalman filter does", () => {
  const still: Gaussian = {
    mean: prior.mean,
    covariance: { kind: "diagonal", variance: tensor([2, 0, 1]) },
  };
  const keys = cycleKeys(key(0), 0, values.length);
  const exact = assimilate(kalman(), kalman().init(still, key(0)), cycles(), keys);
  const filter = unscentedKalman({ form: "square-root" });
  const ours = assimilate(filter, filter.init(still, key(0)), cycles(), keys);
  expectClose(ours.state.mean, exact.state.mean, 1e-12);
  expectClose(covarianceOf(ours.state), exact.state.covariance, 1e-12);
});

describe("moments of quadratic maps of a Gaussian", () => {
  const m = [0.7, -1.2];
  const P = [
    [0.5, 0.2],
    [0.2, 0.8],
  ];
  const gaussian: Gaussian = {
    mean: tensor(m),
    covariance: { kind: "matrix", matrix: tensor(P) },
  };

  const ofTwo = points.filter(({ kappa = 0 }) => 2 + kappa > 0);
  test.each(ofTwo)("their means are exact: %o", (choice) => {
    // (x², x y): means m₁² + P₁₁ and m₁ m₂ + P₁₂.
    const map = (x: Tensor) => {
      const [u, v] = [index(x, -1, 0), index(x, -1, 1)];
      return stack([square(u), mul(u, v)], -1);
    };
    const filter = filterOf({ form: "covariance", ...choice });
    const { mean } = filter.forecast(filter.init(gaussian, key(0)), { map, noise: null }, key(0));
    const expected = [m[0]! ** 2 + P[0]![0]!, m[0]! * m[1]! + P[0]![1]!];
    expectClose(mean, expected, 1e-13 / (choice.alpha ?? 1) ** 2);
  });

  // var x² = 4 m² P + 2 P²; with β = 2 of one component whatever α. Rounding, over α².
  test.each([1, 0.5, 1e-2])("of one component β = 2 gives their variance too, α = %d", (alpha) => {
    const filter = unscentedKalman({ alpha, beta: 2 });
    const covariance = { kind: "diagonal", variance: tensor([0.3]) } as const;
    const one = filter.init({ mean: tensor([1.1]), covariance }, key(0));
    const moved = filter.forecast(one, { map: square, noise: 0.05 }, key(0));
    expectClose(moved.mean, [1.1 ** 2 + 0.3], 1e-15 / alpha ** 2);
    expectClose(moved.covariance, [[4 * 1.1 ** 2 * 0.3 + 2 * 0.3 ** 2 + 0.05]], 1e-14 / alpha ** 2);
  });

  test("the analysis through h(x) = x² has Kalman's gain of the exact moments", () => {
    // Of N(m, P): ȳ = m² + P, S = 4m²P + 2P² + R, cov(x, y) = 2mP.
    const [mean, V, R, y] = [1.1, 0.3, 0.2, 2];
    const filter = unscentedKalman();
    const covariance = { kind: "diagonal", variance: tensor([V]) } as const;
    const observation = {
      ...{ y: tensor([y]), operator: observePower([0], 2), variance: R, mask: null },
    };
    const initial = filter.init({ mean: tensor([mean]), covariance }, key(0));
    const { state, logEvidence } = filter.analyse(initial, observation, key(0));
    const S = 4 * mean ** 2 * V + 2 * V ** 2 + R;
    const r = y - (mean ** 2 + V);
    expectClose(state.mean, [mean + (2 * mean * V * r) / S], 1e-14);
    expectClose(state.covariance, [[V - (2 * mean * V) ** 2 / S]], 1e-14);
    expectClose(logEvidence, -0.5 * (r ** 2 / S + Math.log(2 * Math.PI * S)), 1e-14);
  });
});

test("what is no set of sigma points is refused", () => {
  const state = {
    mean: tensor([1, 2]),
    covariance: tensor([
      [1, 0],
      [0, 1],
    ]),
  };
  const observation = { y: tensor([1]), operator: observeComponents([0]), variance: 1, mask: null };
  for (const choice of [{ alpha: 0 }, { kappa: -2 }, { beta: Number.NaN }]) {
    const analyse = () => unscentedKalman(choice).analyse(state, observation, key(0));
    expect(analyse).toThrow(UsageError);
    expect(analyse).toThrow(/need alpha > 0, kappa > −2/);
  }
});
