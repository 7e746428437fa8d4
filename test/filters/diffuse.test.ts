/** The exact diffuse start: the limit of prior variances that grow without bound. */
import { describe, expect, test } from "vitest";
import { grad, hessian, mul, type Tensor, tensor, UsageError } from "../../src/engine/index.js";
import {
  assimilate,
  assimilateSeries,
  type Cycle,
  cycleKeys,
  enkf,
  extendedKalman,
  kalman,
} from "../../src/filters/index.js";
import { linearTransition, withNoise } from "../../src/models/index.js";
import { observationAt, observationSeries, observeMatrix } from "../../src/observe/index.js";
import type { Gaussian, Scalar } from "../../src/prob/index.js";
import { key } from "../../src/random/index.js";
import { rts } from "../../src/smoothers/index.js";
import { expectClose } from "../support/close.js";
import { slopeOf } from "../support/differences.js";
import { nile } from "./nile.js";

interface Model {
  readonly F: number[][];
  readonly q: Scalar;
  readonly H: number[][];
  readonly R: Scalar;
  readonly values: number[][];
}

function cyclesOf({ F, q, H, R, values }: Model): Cycle[] {
  const record = observationSeries({ times: values.map((_, k) => k), values });
  const transition = withNoise(linearTransition(tensor(F)), q);
  return values.map((_, k) => ({
    transition,
    steps: k === 0 ? 0 : 1,
    observation: observationAt(record, k, observeMatrix(tensor(H)), R),
  }));
}

const priorOf = (d: number, diffuse: boolean[], variance: number[]): Gaussian => ({
  mean: tensor(new Array<number>(d).fill(0)),
  covariance: { kind: "diagonal", variance: tensor(variance) },
  diffuse,
});

function run(model: Model, prior: Gaussian) {
  const cycles = cyclesOf(model);
  const start = kalman().init(prior, key(0));
  const passed = assimilateSeries(kalman(), start, cycles, cycleKeys(key(0), 0, cycles.length));
  return { ...passed, smoothed: () => rts(passed.series, cycles) };
}

test("nile, local level: what statsmodels gives with its exact diffuse start", () => {
  const model = { F: [[1]], q: 1469.1, H: [[1]], R: 15099, values: nile.map((y) => [y]) };
  const { logEvidence, smoothed } = run(model, priorOf(1, [true], [1]));
  // UnobservedComponents(…, "llevel", use_exact_diffuse=True) of statsmodels 0.13.5. R's KFAS gives
  // −632.5456, without the constant −½ log 2π of the value that determines the level.
  expect(logEvidence.item()).toBeCloseTo(-633.4645636488787, 9);
  expect(logEvidence.item() + 0.5 * Math.log(2 * Math.PI)).toBeCloseTo(-632.5456, 3);
  expect(smoothed()[0]!.mean.item()).toBeCloseTo(1111.6683191267957, 8);
});

test("a trend: moments and likelihood of the joint normal in the limit", () => {
  const levels = [6.96, 7.04, 7.05, 6.99, 6.76, Number.NaN, 6.69, 6.56, 6.41, 6.48];
  const model = {
    F: [
      [1, 1],
      [0, 1],
    ],
    q: tensor([0.002, 0.0005]),
    H: [[1, 0]],
    R: 0.004,
    values: levels.map((y) => [y]),
  };
  const { logEvidence, smoothed } = run(model, priorOf(2, [true, true], [1, 1]));
  // Joint normal in 60 digits at κ = 10¹³, where the limit is reached to κ⁻¹.
  expect(logEvidence.item()).toBeCloseTo(-28.0489293363 + Math.log(1e13), 9);
  const [first] = smoothed();
  const covariance = first!.covariance.toArray() as number[][];
  expectClose(first!.mean, [7.02457372146, -0.037728168369], 1e-10);
  expect(Math.sqrt(covariance[0]![0]!)).toBeCloseTo(0.0515839782971, 11);
  expect(Math.sqrt(covariance[1]![1]!)).toBeCloseTo(0.0336130196447, 11);
});

/** Systems of three variables, two values with gaps, and different flat directions. */
const general: Model = {
  F: [
    [0.9, 0.2, -0.1],
    [-0.3, 0.8, 0.1],
    [0.05, -0.1, 1.02],
  ],
  q: tensor([0.3, 0.1, 0.2]),
  H: [
    [1, 0, 0.5],
    [0, 1, -1],
  ],
  R: tensor([0.4, 0.9]),
  values: [
    [0.7, Number.NaN],
    [1.9, Number.NaN],
    [-0.4, 0.3],
    [Number.NaN, Number.NaN],
    [Number.NaN, 1.2],
    [2.1, -0.6],
  ],
};

/** One variable by two sensors, the same row twice, beside one that is seen late. */
const twice: Model = {
  ...general,
  H: [
    [1, 0, 0],
    [0.3, 0, 0],
    [0, 1, 1],
  ],
  R: tensor([0.4, 0.2, 0.9]),
  values: [
    [0.7, 0.2, Number.NaN],
    [1.9, 0.6, Number.NaN],
    [-0.4, 0.3, 0.1],
    [0.3, 0.1, 1.4],
  ],
};

describe("the limit of large variances", () => {
  // The filter with κ = 10⁹ lies 1/κ from the limit, and rounds to ε √κ = 10⁻¹¹ of the largest entries.
  test.each<[string, Model, boolean[]]>([
    ["all variables", general, [true, true, true]],
    ["two of them", general, [true, false, true]],
    ["one", general, [false, true, false]],
    ["two sensors of one variable", twice, [true, true, true]],
    ["observations without error", { ...general, R: 0 }, [true, true, true]],
  ])("%s", (_, model, flags) => {
    const kappa = 1e9;
    const variance = [2, 1.5, 1];
    const wide = variance.map((v, i) => (flags[i] ? kappa : v));
    const near = run(model, { ...priorOf(3, flags, wide), diffuse: [] });
    const exact = run(model, priorOf(3, flags, variance));
    const q = flags.filter((flag) => flag).length;
    const limit = near.logEvidence.item() + (q / 2) * Math.log(kappa);
    expect(Math.abs(exact.logEvidence.item() - limit)).toBeLessThan(1e-7);
    expectClose(exact.state.mean, near.state.mean, 1e-7);
    expectClose(exact.state.covariance, near.state.covariance, 1e-7);
    const [smoothed, nearly] = [exact.smoothed(), near.smoothed()];
    smoothed.forEach(({ mean, covariance }, k) => {
      expectClose(mean, nearly[k]!.mean, 1e-6);
      expectClose(covariance, nearly[k]!.covariance, 1e-6);
    });
  });
});

test("units of the variables change nothing but the units", () => {
  // Powers of 2, so that rounding is the same; the columns of A are those of other units.
  const unit = [2 ** 30, 2 ** -20, 1];
  const scaled: Model = {
    ...general,
    F: general.F.map((row, i) => row.map((f, j) => (f * unit[i]!) / unit[j]!)),
    q: tensor([0.3, 0.1, 0.2].map((q, i) => q * unit[i]! ** 2)),
    H: general.H.map((row) => row.map((h, j) => h / unit[j]!)),
  };
  const flags = [true, true, true];
  const [plain, other] = [general, scaled].map((model) => run(model, priorOf(3, flags, [1, 1, 1])));
  // Each δ is flat in its own unit: ℓ moves by the logarithms of the units, the states do not.
  const change = unit.reduce((sum, u) => sum + Math.log(u), 0);
  expect(other!.logEvidence.item() - change).toBeCloseTo(plain!.logEvidence.item(), 10);
  const [first, second] = [plain!, other!].map(
    (each) => each.smoothed()[0]!.mean.toArray() as number[],
  );
  first!.forEach((x, i) => {
    expect(second![i]! / unit[i]!).toBeCloseTo(x, 10);
  });
});

test("gradient and second derivatives through the start equal differences", () => {
  const loss = ([a, q, R]: readonly Tensor[]): Tensor => {
    const transition = withNoise(linearTransition(mul(a!, tensor(general.F))), q!);
    const cycles = cyclesOf(general).map((cycle) => ({
      ...cycle,
      transition,
      observation: { ...cycle.observation!, variance: R! },
    }));
    const start = kalman().init(priorOf(3, [true, false, true], [1, 1, 1]), key(0));
    return assimilate(kalman(), start, cycles, cycleKeys(key(0), 0, cycles.length)).logEvidence;
  };
  const at = [1, 0.3, 0.5];
  const tensors = (values: readonly number[]) => values.map((v) => tensor(v));
  const gradient = grad((x: readonly Tensor[]) => loss(x));
  const slopes = gradient(tensors(at));
  at.forEach((_, i) => {
    const along = (value: number) => tensors(at.with(i, value));
    const slope = slopeOf((v) => loss(along(v)).item(), at[i]!, 1e-3);
    // Differences of fourth order with h = 10⁻³: 10⁻¹² of derivatives of order five, and rounding/h.
    expect(Math.abs(slopes[i]!.item() - slope)).toBeLessThan(1e-8 * (1 + Math.abs(slope)));
    const second = hessian((x: Tensor) => loss(along(0).with(i, x)))(tensor(at[i]!)).item();
    const change = slopeOf((v) => gradient(along(v))[i]!.item(), at[i]!, 1e-3);
    expect(Math.abs(second - change)).toBeLessThan(1e-7 * (1 + Math.abs(change)));
  });
});

test("what the record does not determine is named", () => {
  const unseen: Model = {
    ...general,
    F: [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ],
    H: [[1, 0, 1]],
    R: 0.5,
    values: [[1], [2], [1.5]],
  };
  const { smoothed, state } = run(unseen, priorOf(3, [true, true, false], [1, 1, 1]));
  expect(kalman().moments(state).unknown!.toArray()).toEqual([0, 1, 0]);
  expect(smoothed).toThrow(/does not determine variable 1, which has a diffuse start/);
});

test("methods that need a covariance or draws refuse a diffuse start", () => {
  const prior = priorOf(2, [true, false], [1, 1]);
  for (const method of [extendedKalman(), enkf({ members: 5 })]) {
    expect(() => method.init(prior, key(0))).toThrow(UsageError);
    expect(() => method.init(prior, key(0))).toThrow(/Only kalman and rts take a diffuse start/);
  }
});
