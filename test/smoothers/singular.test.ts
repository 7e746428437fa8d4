/**
 * The Kalman filter and its smoother where covariances are singular, nearly so, or of very different sizes.
 * Right values are of the joint normal of all states and observations, conditioned in 60 digits.
 */
import { describe, expect, test } from "vitest";
import { type FloatType, NumericError, tensor } from "../../src/engine/index.js";
import { assimilateSeries, type Cycle, cycleKeys, kalman } from "../../src/filters/index.js";
import {
  bindModel,
  linear,
  linearTransition,
  propagations,
  withNoise,
} from "../../src/models/index.js";
import { observationAt, observationSeries, observeComponents } from "../../src/observe/index.js";
import { key } from "../../src/random/index.js";
import { rts } from "../../src/smoothers/index.js";

interface Smoothed {
  readonly logLikelihood: number;
  readonly mean: number[][];
  readonly sd: number[][];
}

function smooth(start: { mean: number[]; covariance: number[][] }, cycles: Cycle[]): Smoothed {
  const dtype = cycles[0]!.transition.matrix!.dtype as FloatType;
  const initial = {
    mean: tensor(start.mean, { dtype }),
    covariance: tensor(start.covariance, { dtype }),
  };
  const run = assimilateSeries(kalman(), initial, cycles, cycleKeys(key(0), 0, cycles.length));
  const states = rts(run.series, cycles);
  return {
    logLikelihood: run.logEvidence.item(),
    mean: states.map(({ mean }) => mean.toArray() as number[]),
    sd: states.map(({ covariance }) =>
      (covariance.toArray() as number[][]).map((row, i) => Math.sqrt(row[i]!)),
    ),
  };
}

const relative = (given: number, right: number): number => Math.abs(given / right - 1);

const cyclesOf = (
  transition: number[][],
  q: number[],
  values: number[][],
  components: number[],
  R: number | number[],
): Cycle[] => {
  const record = observationSeries({ times: values.map((_, k) => k + 1), values });
  const ways = propagations(bindModel(linear, { transition }), tensor(q), record.intervals, 1);
  const variance = typeof R === "number" ? R : tensor(R);
  return ways.map((way, k) => ({
    ...way,
    observation: observationAt(record, k, observeComponents(components), variance),
  }));
};

describe("a trend with a nearly diffuse start", () => {
  const levels = [6.96, 7.04, 7.05, 6.99, 6.76, Number.NaN, 6.69, 6.56, 6.41, 6.48];
  const trend = [
    [1, 1],
    [0, 1],
  ];
  const cycles = cyclesOf(
    trend,
    [0.002, 0.0005],
    levels.map((y) => [y]),
    [0],
    0.004,
  );
  // The smallest pivots are 10⁻¹ beside entries of √κ: rounding is ε √κ of them, 10⁻⁹ at κ = 10¹³.
  test.each([
    [1e4, -7.32813099123, 0.0515839707759, 0.0336130167357, 6.7449321191, 0.0491834939059],
    [1e7, -14.2334212459, 0.0515839782896, 0.0336130196417, 6.74493203718, 0.049183493969],
    [1e10, -21.1411740598, 0.0515839782971, 0.0336130196446, 6.7449320371, 0.0491834939691],
    [1e13, -28.0489293363, 0.0515839782971, 0.0336130196447, 6.7449320371, 0.0491834939691],
  ])("an initial variance of %g", (kappa, logLikelihood, level, slope, later, laterSd) => {
    const covariance = [
      [kappa, 0],
      [0, kappa],
    ];
    const run = smooth({ mean: [0, 0], covariance }, cycles);
    const tolerance = 1e-11 + 1e-14 * Math.sqrt(kappa);
    expect(Math.abs(run.logLikelihood - logLikelihood)).toBeLessThan(100 * tolerance);
    expect(relative(run.sd[0]![0]!, level)).toBeLessThan(tolerance);
    expect(relative(run.sd[0]![1]!, slope)).toBeLessThan(tolerance);
    expect(relative(run.mean[5]![0]!, later)).toBeLessThan(tolerance);
    expect(relative(run.sd[5]![0]!, laterSd)).toBeLessThan(tolerance);
  });
});

test("a known constant in the state: a prior variance of 0, and a singular forecast", () => {
  const cycles = cyclesOf(
    [
      [0.7, 1.8],
      [0, 1],
    ],
    [0.3, 0],
    [[5.1], [5.9], [Number.NaN], [6.6], [6.1], [5.4]],
    [0],
    0.05,
  );
  const covariance = [
    [0.6, 0],
    [0, 0],
  ];
  const run = smooth({ mean: [6, 1], covariance }, cycles);
  expect(run.logLikelihood).toBeCloseTo(-4.69950772382, 10);
  const right = [
    5.21369898469, 5.86250843285, 6.17228410399, 6.5042105885, 6.07991205013, 5.49370549073,
  ];
  right.forEach((x, k) => {
    expect(run.mean[k]![0]).toBeCloseTo(x, 10);
    expect(run.mean[k]![1]).toBe(1);
    expect(run.sd[k]![1]).toBe(0);
  });
  expect(run.sd[0]![0]).toBeCloseTo(0.208191376739, 11);
});

test("one variable seen by two sensors", () => {
  const values = [
    [0.9, Number.NaN],
    [1.4, 1.1],
    [Number.NaN, Number.NaN],
    [0.2, 0.6],
    [Number.NaN, -0.7],
    [-1.6, -1.2],
  ];
  const cycles = cyclesOf([[0.9]], [0.8], values, [0, 0], [0.3, 0.5]);
  const run = smooth({ mean: [0], covariance: [[2]] }, cycles);
  expect(run.logLikelihood).toBeCloseTo(-9.7152798351, 10);
  const right = [
    0.883234041161, 1.13778218471, 0.69519900595, 0.260340260592, -0.596679394619, -1.27664774465,
  ];
  right.forEach((x, k) => {
    expect(run.mean[k]![0]).toBeCloseTo(x, 10);
  });
});

describe("constant jerk, 400 steps, nearly exact observations", () => {
  const dt = 0.01;
  const jerk = [
    [1, dt, dt ** 2 / 2, dt ** 3 / 6],
    [0, 1, dt, dt ** 2 / 2],
    [0, 0, 1, dt],
    [0, 0, 0, 1],
  ];
  const unit = jerk.map((_, i) => jerk.map((_, j) => Number(i === j)));
  const run = (dtype: FloatType, variance: number) => {
    const transition = withNoise(
      linearTransition(tensor(jerk, { dtype })),
      tensor([0, 0, 0, 1e-3], { dtype }),
    );
    const cycles = Array.from({ length: 400 }, (_, k) => ({
      transition,
      steps: k === 0 ? 0 : 1,
      observation: {
        y: tensor([Math.sin(k * dt)], { dtype }),
        operator: observeComponents([0]),
        variance,
        mask: null,
      },
    }));
    return smooth({ mean: [0, 1, 0, -1], covariance: unit }, cycles);
  };
  const right = [5.4176586741e-5, 0.00114773573905, 0.0156487001795, 0.135207091138];

  test("f64", () => {
    const { logLikelihood, sd } = run("f64", 1e-8);
    expect(relative(logLikelihood, 3216.91427500305)).toBeLessThan(1e-12);
    right.forEach((x, i) => {
      expect(relative(sd[0]![i]!, x)).toBeLessThan(1e-9);
    });
  });

  // 400 steps in seven digits: errors of some hundred roundings, 10⁻⁴ of each.
  test("f32", () => {
    const { logLikelihood, sd } = run("f32", 1e-8);
    expect(relative(logLikelihood, 3216.91427500305)).toBeLessThan(1e-6);
    right.forEach((x, i) => {
      expect(relative(sd[0]![i]!, x)).toBeLessThan(1e-4);
    });
  });
});

describe("observations without error", () => {
  const exact = (values: number[][], components: number[]) =>
    cyclesOf(
      [
        [0.5, 0.2],
        [0, 0.9],
      ],
      [0.1, 0.2],
      values,
      components,
      0,
    );
  const start = {
    mean: [0, 0],
    covariance: [
      [1, 0.3],
      [0.3, 2],
    ],
  };

  test("they are met to the last bit, by the filter and by the smoother", () => {
    const { mean, sd } = smooth(start, exact([[0.4], [-0.2], [0.1]], [0]));
    expect(mean.map(([x]) => x)).toEqual([0.4, -0.2, 0.1].map((y) => expect.closeTo(y, 14)));
    for (const [x, other] of sd) {
      expect(x).toBeLessThan(1e-15);
      expect(other).toBeGreaterThan(0.1);
    }
  });

  test("the same variable twice without error is no observation with a density", () => {
    expect(() => smooth(start, exact([[0.4, 0.4]], [0, 0]))).toThrow(NumericError);
  });
});
