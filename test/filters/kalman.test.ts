import { describe, expect, test } from "vitest";
import { eye, mul, ShapeError, tensor, UsageError } from "../../src/engine/index.js";
import {
  assimilate,
  assimilateSeries,
  type Cycle,
  cycleKeys,
  kalman,
  kalmanAnalysis,
  kalmanForecast,
} from "../../src/filters/index.js";
import {
  bindModel,
  clohessyWiltshire,
  linear,
  linearTransition,
  localLevel,
  lotkaVolterra,
  propagations,
  withNoise,
} from "../../src/models/index.js";
import {
  observationAt,
  observationSeries,
  observeComponents,
  observeLog,
  observeMatrix,
} from "../../src/observe/index.js";
import { key } from "../../src/random/index.js";
import { distance, expectClose } from "../support/close.js";
import { diagonalOf, type Matrix } from "../support/dense.js";
import { type JointStep, joint, noNoise } from "./joint.js";
import { cycles, places, prior, problem, values } from "./linear-case.js";
import { nile } from "./nile.js";

/** Two exact computations in f64 of numbers of order one: rounding alone, some 10⁻¹⁴. */
const exact = 1e-10;
const filter = kalman();
const initial = filter.init(prior, key(0));

describe("kalman equals the conditional of the joint Gaussian", () => {
  const { series, logEvidence } = assimilateSeries(
    filter,
    initial,
    cycles(),
    cycleKeys(key(0), 0, values.length),
  );
  const oracle = joint(problem);

  test.each(values.map((_, k) => k))("analysis and forecast at observation %i", (k) => {
    const analysis = oracle.conditional(places[k]!, places[k]!);
    const forecast = oracle.conditional(places[k]!, places[k]! - 1);
    expectClose(series[k]!.analysis.mean, analysis.mean, exact);
    expectClose(series[k]!.analysis.covariance, analysis.covariance, exact);
    expectClose(series[k]!.forecast.mean, forecast.mean, exact);
    expectClose(series[k]!.forecast.covariance, forecast.covariance, exact);
  });

  test("log-likelihood, constants included", () => {
    expect(Math.abs(logEvidence.item() - oracle.logLikelihood())).toBeLessThan(exact);
  });

  test("an all-missing row leaves the forecast as it is, with no evidence", () => {
    expect(series[3]!.evidence!.logEvidence.item()).toBeCloseTo(0, 14);
    expect(distance(series[3]!.analysis.mean, series[3]!.forecast.mean)).toBe(0);
  });
});

test("a continuous model at irregular times: exp(A h) with noise q h/τ", () => {
  const times = [0, 7, 30, 40];
  const rows = [[1], [0.8], [Number.NaN], [0.2]];
  const record = observationSeries({ times, values: rows });
  const meanMotion = 0.02;
  const q = [0, 0, 0, 1e-4, 1e-4, 1e-4];
  const cw = bindModel(clohessyWiltshire, { meanMotion });
  const ways = propagations(cw, tensor(q), record.intervals, 10);
  expect(ways.map(({ steps }) => steps)).toEqual([0, 1, 3, 1]);
  const oneRow = observeMatrix(tensor([[1, 0.5, 0, 0, 0, 0]]));
  const run: Cycle[] = ways.map((way, k) => ({
    ...way,
    observation: observationAt(record, k, oneRow, 0.1),
  }));
  const start = {
    mean: tensor([1, 0.5, 1, 0, 0, 0]),
    covariance: tensor(diagonalOf([1, 1, 1, 0.1, 0.1, 0.1])),
  };
  const { state, logEvidence } = assimilate(filter, start, run, cycleKeys(key(0), 0, 4));

  const step = (h: number, y: number[] | null): JointStep => ({
    F: cw.step(h).matrix!.toArray() as Matrix,
    Q: diagonalOf(q.map((v) => (v * h) / 10)),
    y,
  });
  const third = 23 / 3;
  const oracle = joint({
    mean: [1, 0.5, 1, 0, 0, 0],
    covariance: diagonalOf([1, 1, 1, 0.1, 0.1, 0.1]),
    H: [[1, 0.5, 0, 0, 0, 0]],
    R: [0.1],
    steps: [
      { F: null, Q: noNoise(6), y: rows[0]! },
      step(7, rows[1]!),
      step(third, null),
      step(third, null),
      step(third, rows[2]!),
      step(10, rows[3]!),
    ],
  });
  const end = oracle.conditional(5, 5);
  expectClose(state.mean, end.mean, exact);
  // Variances reach 10³ here, so rounding is 10⁻¹³ of that.
  expectClose(state.covariance, end.covariance, 1e-9);
  expect(Math.abs(logEvidence.item() - oracle.logLikelihood())).toBeLessThan(exact);
});

test("nile, local level: log-likelihood at the variances of Durbin and Koopman", () => {
  const model = bindModel(linear, localLevel);
  const record = observationSeries({
    times: nile.map((_, k) => 1871 + k),
    values: nile.map((v) => [v]),
  });
  const ways = propagations(model, 1469.1, record.intervals, 1);
  const run: Cycle[] = ways.map((way, k) => ({
    ...way,
    observation: observationAt(record, k, observeComponents([0]), 15099),
  }));
  const start = filter.init(
    { mean: tensor([0]), covariance: { kind: "diagonal", variance: 1e7 } },
    key(0),
  );
  const { logEvidence } = assimilate(filter, start, run, cycleKeys(key(0), 0, nile.length));
  console.info(`nile: log-likelihood ${logEvidence.item()}`);
  expect(logEvidence.item()).toBeCloseTo(-641.5856, 4);
});

test("members of a batch are filtered as if alone", () => {
  const all = cycles();
  const batched = all.map(({ observation, ...way }) => ({
    ...way,
    observation: { ...observation!, y: tensor([0, 1].map((b) => shifted(observation!.y, b))) },
  }));
  const keys = cycleKeys(key(0), 0, all.length);
  const together = assimilate(filter, initial, batched, keys);
  [0, 1].forEach((b) => {
    const alone = all.map(({ observation, ...way }) => ({
      ...way,
      observation: { ...observation!, y: tensor(shifted(observation!.y, b)) },
    }));
    const one = assimilate(filter, initial, alone, keys);
    expectClose((together.state.mean.toArray() as number[][])[b]!, one.state.mean, 1e-13);
    expectClose((together.logEvidence.toArray() as number[])[b]!, one.logEvidence, 1e-12);
  });
});

const shifted = (y: { toArray(): unknown }, b: number): number[] =>
  (y.toArray() as number[]).map((v) => v + b);

test("what does not fit is refused with advice", () => {
  const observation = cycles()[0]!.observation!;
  expect(() => kalmanAnalysis(initial, { ...observation, y: tensor([1, 2, 3]) })).toThrow(
    ShapeError,
  );
  expect(() => kalmanAnalysis(initial, { ...observation, y: tensor([1, 2, 3]) })).toThrow(
    /y is \[3\]; need 2 along axis -1/,
  );
  expect(() => kalmanAnalysis(initial, { ...observation, variance: tensor([1, 2, 3]) })).toThrow(
    /one variance per entry of y/,
  );
  expect(() =>
    kalmanAnalysis(initial, {
      ...observation,
      variance: tensor([
        [1, 0],
        [0, 1],
      ]),
    }),
  ).toThrow(/variance is \[2,2\]; need one number, \[\] or \[2\].*correlated/);
  const doubled = { ...initial, covariance: mul(2, initial.covariance) };
  expect(() => kalmanAnalysis(doubled, observation)).toThrow(/not that of the factor beside it/);
  const { mean } = initial;
  expect(() => kalmanAnalysis({ mean, covariance: tensor([[1]]) }, observation)).toThrow(
    /mean is \[3\], the covariance \[1,1\]; need \[..., 3, 3\]/,
  );
  const steady = linearTransition(eye(3));
  expect(() => withNoise(steady, eye(3))).toThrow(
    /variance is \[3,3\]; need one number, \[\] or \[d\]/,
  );
  expect(() => kalmanForecast(initial, withNoise(steady, tensor([1, 2])))).toThrow(
    /noise is \[2\]; need 3/,
  );
  expect(() => kalmanForecast(initial, linearTransition(eye(2)))).toThrow(ShapeError);
  const narrow = observeMatrix(
    tensor([
      [1, 0],
      [0, 1],
    ]),
  );
  expect(() => kalmanAnalysis(initial, { ...observation, operator: narrow })).toThrow(
    /state has 3 components/,
  );
  const logged = { ...observation, operator: observeLog([0, 1]) };
  expect(() => kalmanAnalysis(initial, logged)).toThrow(UsageError);
  const rates = { preyGrowth: 1, predation: 1, predatorDeath: 1, conversion: 1 };
  const curved = bindModel(lotkaVolterra, rates).step(0.1);
  expect(() => kalmanForecast(initial, curved)).toThrow(/not linear.*enkf/);
});
