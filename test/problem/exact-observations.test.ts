/** Values that are observed without error, R = 0: the closed forms, who may have them, and what cannot be. */
import { expect, test } from "vitest";
import { NumericError, UsageError } from "../../src/engine/index.js";
import {
  enkfRecord,
  extendedKalmanRecord,
  iteratedExtendedKalmanRecord,
  kalmanRecord,
  unscentedKalmanRecord,
} from "../../src/filters/index.js";
import { linear } from "../../src/models/index.js";
import { type Block, learned, use, type Value } from "../../src/parts/index.js";
import { fit, type Prior, runFilter, stateSpace } from "../../src/problem/index.js";
import { rtsRecord } from "../../src/smoothers/index.js";

const normal = (x: number, mean: number, variance: number): number =>
  -0.5 * ((x - mean) ** 2 / variance + Math.log(2 * Math.PI * variance));

/** x′ = 0.7 x + 1.8 c + noise of variance 0.3, with the constant c = 1 that is known. */
const constant = (noise: number) =>
  stateSpace({
    model: linear,
    parameters: { transition: [[0.7, 1.8], [0, 1]] }, // biome-ignore format: a matrix
    processNoise: [0.3, 0],
    observe: [0],
    noise,
    prior: { mean: [6, 1], variance: [0.6, 0] },
  });
const series = [5.1, 5.9, Number.NaN, 6.6, 6.1, 5.4];
const record = { times: [1, 2, 3, 4, 5, 6], values: series.map((y) => [y]) };

/** The record of a Markov chain that is seen as it is: each value given the one before. */
const next = (x: number) => 0.7 * x + 1.8;
const logLikelihood =
  normal(5.1, 6, 0.6) +
  normal(5.9, next(5.1), 0.3) +
  normal(6.6, next(next(5.9)), 0.3 * 1.49) +
  normal(6.1, next(6.6), 0.3) +
  normal(5.4, next(6.1), 0.3);

test.each([
  ["kalman", kalmanRecord, {}],
  ["rts", rtsRecord, {}],
  ["extended-kalman", extendedKalmanRecord, {}],
  ["iterated-extended-kalman", iteratedExtendedKalmanRecord, {}],
  ["unscented-kalman", unscentedKalmanRecord, { form: "square-root", alpha: 1 }],
] as const)("%s: likelihood and states are those of the closed form", (_, part, block) => {
  const run = runFilter(use(part as typeof kalmanRecord, block as Block), constant(0), record);
  // Rounding of a factor of d = 2 over six times.
  expect(run.logLikelihood).toBeCloseTo(logLikelihood, 11);
  for (const [k, y] of series.entries()) {
    if (Number.isNaN(y)) continue;
    expect(run.analysis.mean.data[2 * k]).toBeCloseTo(y, 12);
    expect(run.analysis.sd.data[2 * k]).toBeLessThan(1e-12);
  }
});

test("rts fills a gap between values without error", () => {
  const { smoothed } = runFilter(use(rtsRecord), constant(0), record);
  const variance = 0.3 / 1.49;
  const mean = (next(5.9) + 0.7 * (6.6 - 1.8)) / 1.49;
  expect(smoothed!.mean.data[4]).toBeCloseTo(mean, 11);
  expect(smoothed!.sd.data[4]).toBeCloseTo(Math.sqrt(variance), 11);
});

test("R = 0 is the limit of small variances", () => {
  const near = runFilter(use(kalmanRecord), constant(1e-10), record).logLikelihood!;
  expect(near).toBeCloseTo(logLikelihood, 8); // a change of order R/Q = 3e-10 for each value
});

test("one value without error beside another whose variance is learned", async () => {
  const system = (second: Value) =>
    stateSpace({
      model: linear,
      parameters: { transition: [[0.5, 0.2], [0, 0.8]] }, // biome-ignore format: a matrix
      processNoise: 0.3,
      noise: [0, second],
      prior: { mean: [0, 0], variance: 1 },
    });
  const values = Array.from({ length: 12 }, (_, k) => [Math.sin(k), Math.cos(1.3 * k)]);
  const many = { times: values.map((_, k) => k), values };
  const { parameters } = await fit(system(learned(1)), many, {
    method: use(kalmanRecord),
    learn: { window: 12, epochs: 10 },
  });
  const { learned: r } = Object.values(parameters)[0]!;
  const at = (variance: number) =>
    runFilter(use(kalmanRecord), system(variance), many).logLikelihood!;
  // The maximum: no change by a twentieth gains.
  expect(at(r)).toBeGreaterThan(Math.max(at(0.95 * r), at(1.05 * r)));
});

const known = (prior: Prior, transition: number[][], observe?: number[]) =>
  stateSpace({
    model: linear,
    parameters: { transition },
    noise: 0,
    ...(observe && { observe }),
    prior,
  });

test("what is known already cannot be observed without error: time, cause and remedy are told", () => {
  const walk = known({ mean: [3], variance: 2 }, [[1]]);
  const run = () => runFilter(use(kalmanRecord), walk, { times: [1, 2], values: [[3.25], [3.25]] });
  expect(run).toThrow(NumericError);
  expect(run).toThrow(
    /cycle 2 \(time 2\): a value that is observed without error .* known already/,
  );
});

test("a sum that is known by its rounding alone counts as known", () => {
  // x₁ + x₂ and x₁ − x₂ are kept by the model; seen at the first time, they are known at the second.
  const third = 1 / 3;
  const turn = [
    [third, 2 * third],
    [2 * third, third],
  ];
  const both = known({ mean: [0.1, 0.7], variance: [2, 0.3] }, turn);
  const y1 = [0.3, 0.9];
  const y2 = [third * 0.3 + 2 * third * 0.9, 2 * third * 0.3 + third * 0.9];
  const run = () => runFilter(use(kalmanRecord), both, { times: [1, 2], values: [y1, y2] });
  expect(run).toThrow(/cycle 2 .* known already/);
});

test("methods that need errors refuse R = 0 and name those that do not", () => {
  const run = () => runFilter(use(enkfRecord, { members: 10 }), constant(0), record);
  expect(run).toThrow(UsageError);
  expect(run).toThrow(/enkf needs errors of the observations above 0.* kalman or rts/);
  const covariances = () => runFilter(use(unscentedKalmanRecord), constant(0), record);
  expect(covariances).toThrow(/form: square-root/);
});
