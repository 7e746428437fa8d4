import { expect, test } from "vitest";
import { index, mean, scope, square, sub } from "../../src/engine/index.js";
import { bindModel, lorenz96, propagateThrough } from "../../src/models/index.js";
import { key, normal } from "../../src/random/index.js";
import {
  attractorVariance,
  badStarts,
  endsWell,
  errorWithoutModel,
  starts,
} from "../../src/reproductions/adrian2026/bad-starts.js";
import { runTrial } from "../../src/reproductions/adrian2026/run.js";
import { type Done, lorenzTrial } from "../../src/reproductions/adrian2026/settings.js";
import type { Trial, TrialResult } from "../../src/reproductions/adrian2026/trial.js";
import type { TrialHost } from "../../src/reproductions/reproduction.js";

const quiet: TrialHost = { progress: () => {}, checkpoint: async () => {}, resume: null };
const trial = lorenzTrial("paper", "enkf", {});

const done = (recoveries: readonly number[], error: number, late: number | null): Done => {
  const epochs = recoveries.map((each) => ({
    ...{ training: 1, validation: 1, errors: [error], filter: {}, rate: 1, recoveries: each },
  }));
  const test = late === null ? null : { pooled: late, late };
  const rest = { rates: { dynamics: 1, filter: 1 }, series: null, grid: [] };
  return { trial, result: { ...rest, initial: [1], epochs, test } as TrialResult };
};

test("a model starts if nothing fails in its first epoch", () => {
  expect(starts(done([0, 3], 1, 1))).toBe(true);
  expect(starts(done([3, 0], 1, 1))).toBe(false);
});

test("learning ends well with half of the error gone, and a filter that knows something", () => {
  const known = errorWithoutModel(trial);
  expect(endsWell(done([0], 0.49, known - 0.01))).toBe(true);
  expect(endsWell(done([0], 0.51, known - 0.01))).toBe(false);
  expect(endsWell(done([0], 0.49, known + 0.01))).toBe(false);
  expect(endsWell(done([0], 0.49, null))).toBe(false);
});

// 400 times, 0.5 apart, of 40 components: several thousand that are nearly independent.
test("the variance of the climate is that of a long run", () => {
  const transition = bindModel(lorenz96, { dimension: 40, forcing: 8 }).step(0.05);
  const crossing = Array.from({ length: 440 }, () => ({ transition, steps: 10 }));
  const variance = scope(() => {
    const states = propagateThrough(normal(key(1), [40]), crossing, key(2));
    const late = Array.from({ length: 400 }, (_, t) => index(states, 0, 40 + t));
    const centre = late.map((x) => mean(x).item()).reduce((a, b) => a + b, 0) / late.length;
    const squares = late.map((x) => mean(square(sub(x, centre))).item());
    return squares.reduce((a, b) => a + b, 0) / late.length;
  });
  expect(Math.abs(variance / attractorVariance - 1)).toBeLessThan(0.03);
});

test("of results a table and a line for every draw", async () => {
  const trials = badStarts.trials("quick") as unknown as Trial[];
  const results = trials.map(({ model }) => ({
    ...done(model % 2 === 0 ? [2, 0] : [0, 0], model / 10, 1).result,
  }));
  const { comparisons, figures } = badStarts.assemble("quick", results);
  const rows = new Map(comparisons.map(({ what, ours }) => [what, ours]));
  expect(rows.get("EnKF: models that start")).toBe(4);
  expect(rows.get("EnKF: recoveries, all models and epochs")).toBe(8);
  expect(rows.get("EnKF: end well, of those that start")).toBe(2); // 1 and 3 of 1, 3, 5, 7
  expect(rows.get("EnKF: end well, of the others")).toBe(2);
  expect(rows.get("EnKF: forecast RMSE of those that start")).toBeCloseTo(0.4, 12);
  const [figure] = figures;
  if (figure?.kind !== "curves") throw new Error("no curves");
  const [plain, anew] = figure.panels[2]!.series;
  expect([plain!.name, anew!.name]).toEqual(["EnKF", "EnKF, restarted"]);
  expect(plain!.points.filter(({ y }) => Number.isNaN(y))).toHaveLength(4);
});

// Model 2 blows up under 3DVar-C: recoveries, gradients of one size from then on, and a good end.
test("a bad start is survived", async () => {
  const bad = lorenzTrial("quick", "3dvar-c", { cycles: 240, epochs: 6, model: 2 });
  const one: Done = { trial: bad, result: await runTrial(bad, quiet) };
  expect(starts(one)).toBe(false);
  expect(endsWell(one)).toBe(true);
});
