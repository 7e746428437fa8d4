import { describe, expect, test } from "vitest";
import { flatness, type ResidualCovariances } from "../../src/diagnostics/index.js";
import { tensor } from "../../src/engine/index.js";
import { particle } from "../../src/filters/index.js";
import { naturalState } from "../../src/problem/index.js";
import { expectClose } from "../support/close.js";
import { runText } from "./load.js";

const linear = (method: string, cycles = 600) => `
name: twin
seed: 3
model:
  kind: linear
  transition: [[0.9362, -0.2896], [0.2896, 0.9362]]
  processNoise: { variance: 0.01 }
time: { step: 1, cycles: ${cycles}, spinup: 50 }
observations: { twin: { operator: identity, variance: 0.04 } }
method: ${method}`;

const ring = (operator: string, method: string) => `
name: ring
seed: 2
model: { kind: lorenz96, dimension: 8, forcing: 8 }
time: { step: 0.05, cycles: 60, spinup: 10 }
observations: { twin: { operator: ${operator}, variance: 1 } }
method: ${method}`;

const total = (power: readonly number[]) => power.reduce((a, b) => a + b, 0);

/** Within four standard errors. */
const near = (found: ResidualCovariances["observation"], expected: number) =>
  expect(Math.abs(found.value - expected)).toBeLessThan(4 * found.standardError);

describe("diagnostics of a run", () => {
  test("Kalman: residuals give R and the forecast's variance, no members and no ranks", async () => {
    const { diagnostics, states, result } = await runText(
      linear("{ kind: kalman, initial: { mean: [0, 0], variance: 1 } }"),
    );
    const { ranks, residuals, spectra } = diagnostics;
    expect([ranks, spectra]).toEqual([null, null]);
    expect(residuals!.assumed).toEqual([0.04, 0.04]);
    const variance = states.forecast.sd.at(-1)![0]! ** 2;
    for (const found of [...residuals!.columns, residuals!.mean]) {
      near(found!.observation, 0.04);
      near(found!.forecast, variance);
      near(found!.innovation, 0.04 + variance);
    }
    expect(result.rmseError!.analysis).toBeGreaterThan(0.005 * result.rmse!.analysis);
    expect(result.rmseError!.analysis).toBeLessThan(0.1 * result.rmse!.analysis);
  });

  test("a large ensemble of a linear model has flat ranks", async () => {
    const { diagnostics } = await runText(
      linear("{ kind: enkf, members: 200, initial: { mean: [0, 0], variance: 1 } }"),
    );
    const { counts, cases } = diagnostics.ranks!;
    expect([counts.length, cases]).toEqual([20, 1100]);
    const { pValue, slope, convexity } = flatness(diagnostics.ranks!);
    for (const p of [pValue, slope.pValue, convexity.pValue]) expect(p).toBeGreaterThan(0.001);
  });

  test("on a ring the powers of error and spread add up to their mean squares", async () => {
    const { diagnostics, result, states } = await runText(
      ring("identity", "{ kind: enkf, members: 20, covarianceInflation: 0.1 }"),
    );
    const { truth, error, spread } = diagnostics.spectra!;
    expect(truth.length).toBe(5);
    expect(total(error)).toBeCloseTo(result.rmsePooled!.analysis ** 2, 12);
    const variances = states.analysis.sd.slice(10).flatMap((row) => row.map((s) => s * s));
    expect(total(spread!)).toBeCloseTo(total(variances) / variances.length, 12);
    expect(diagnostics.ranks!.counts.length).toBe(21);
  });

  test("variables drawn anew at each time: columns with gaps", async () => {
    const { diagnostics } = await runText(
      ring("{ random: 0.5, everyStep: true }", "{ kind: 3dvar-c, background: { identity: 1 } }"),
    );
    const { columns, mean, assumed } = diagnostics.residuals!;
    expect(columns.length).toBe(8);
    expect(assumed).toEqual(new Array(8).fill(1));
    expect(mean!.innovation.value).toBeGreaterThan(0);
    // C + R = 2 with the gain ½: half of what the innovations have.
    expect(mean!.observation.value).toBeCloseTo(mean!.innovation.value / 2, 10);
  });

  test("observations that are not linear in the state leave no residual covariances", async () => {
    const { diagnostics } = await runText(`
name: pelts
seed: 1
model: { kind: lotka-volterra, preyGrowth: 0.55, predation: 0.028, predatorDeath: 0.84, conversion: 0.026, coordinates: abundance }
time: { step: 1, substeps: 10 }
observations:
  file: { path: ../data/lynx_hare.csv, time: year, columns: { hare: 0, lynx: 1 }, noise: { kind: lognormal, sd: 0.2 } }
method: { kind: enkf, members: 30, initial: { mean: [30, 4], variance: [9, 1] }, processNoise: { variance: 1 } }`);
    expect(diagnostics.residuals).toBeNull();
  });
});

test("particles are described with their weights", () => {
  const now = {
    particles: tensor([[1], [2], [4]]),
    logWeights: tensor([0.2, 0.5, 0.3].map(Math.log)),
  };
  const state = naturalState(particle({ members: 3 }), { ...now, resampled: now }, false);
  const mean = 0.2 + 1 + 1.2;
  const squares = 0.2 * (1 - mean) ** 2 + 0.5 * (2 - mean) ** 2 + 0.3 * (4 - mean) ** 2;
  expectClose([...state.mean], [mean], 1e-14);
  expectClose([...state.sd], [Math.sqrt(squares / (1 - 0.38))], 1e-14);
  expectClose([...state.members!.weights!], [0.2, 0.5, 0.3], 1e-15);
});
