/** Library calls and `kalmia run` give the same numbers, to the bit, from the same seed. */
import { describe, expect, test } from "vitest";
import { enkf, etkf } from "../../src/filters/index.js";
import { lorenz96 } from "../../src/models/index.js";
import { learned, use } from "../../src/parts/index.js";
import {
  fit,
  openFilter,
  rowsOf,
  runFilter,
  simulate,
  stateSpace,
} from "../../src/problem/index.js";
import { enksRecord } from "../../src/smoothers/index.js";
import { runText } from "../run/load.js";

const file = (method: string, rest = "") => `
name: twin
seed: 7
model: { kind: lorenz96, dimension: 10, forcing: 8 }
time: { step: 0.05, observeEvery: 2, cycles: 30, forecast: 0.25 }
observations: { twin: { operator: { every: 2 }, variance: 0.5 } }
method: ${method}
${rest}`;

const system = stateSpace({
  model: lorenz96,
  parameters: { dimension: 10, forcing: 8 },
  observe: [0, 2, 4, 6, 8],
  noise: 0.5,
  step: 0.05,
  seed: 7,
});
const twin = simulate(system, { cycles: 30, every: 2 });

describe("runFilter", () => {
  test("an ETKF on a twin: record, states, evidence, innovations and forecast", async () => {
    const { states, observations, innovations, result } = await runText(
      file("{ kind: etkf, members: 12, inflation: 1.04 }"),
    );
    expect(observations.values).toEqual(twin.record.record.values);
    expect(observations.times).toEqual(twin.record.record.times);
    const run = runFilter(etkf({ members: 12, inflation: 1.04 }), system, twin.record);
    const { observed } = states;
    expect(observed).toBe(30);
    expect(rowsOf(run.background.mean)).toEqual(states.forecast.mean.slice(0, observed));
    expect(rowsOf(run.background.sd)).toEqual(states.forecast.sd.slice(0, observed));
    expect(rowsOf(run.analysis.mean)).toEqual(states.analysis.mean.slice(0, observed));
    expect(rowsOf(run.analysis.sd)).toEqual(states.analysis.sd.slice(0, observed));
    expect(run.logLikelihood).toBe(result.logLikelihood);
    expect(rowsOf(run.innovations)).toEqual(innovations.standardised);
    expect([...run.chiSquare]).toEqual(innovations.chiSquare);
    const ahead = run.forecast(5);
    expect(rowsOf(ahead.mean)).toEqual(states.analysis.mean.slice(observed));
    expect(ahead.times).toEqual(states.times.slice(observed));
  });

  test("a smoother", async () => {
    const { states } = await runText(file("{ kind: enks, members: 9, lag: 3 }"));
    const run = runFilter(use(enksRecord, { members: 9, lag: 3 }), system, twin.record);
    expect(rowsOf(run.smoothed!.mean)).toEqual(states.smoothed!.mean.slice(0, 30));
    expect(rowsOf(run.smoothed!.sd)).toEqual(states.smoothed!.sd.slice(0, 30));
  });
});

test("openFilter, told the time at which the prior of a twin holds", () => {
  const method = enkf({ members: 9, covarianceInflation: 0.1 });
  const run = runFilter(method, system, twin.record);
  const filter = openFilter(method, system, { time: 0 });
  const { times, values } = twin.record.record;
  const means = times.flatMap((time, k) => [...filter.update(time, values[k]!).analysis.mean]);
  // Intervals are differences of times here: whole steps to rounding, and the steps are the same.
  expect(means).toEqual([...run.analysis.mean.data]);
  filter.close();
});

test("fit learns what `learn` of a file learns", async () => {
  const { result } = await runText(
    file(
      "{ kind: enkf, members: 9, covarianceInflation: 0.1 }",
      "learn: { epochs: 3, refine: false }",
    ).replace("forcing: 8", "forcing: { learn: true, start: 7, truth: 8 }"),
  );
  const learns = stateSpace({
    model: lorenz96,
    parameters: { dimension: 10, forcing: learned(7, { truth: 8 }) },
    ...{ observe: [0, 2, 4, 6, 8], noise: 0.5, step: 0.05, seed: 7 },
  });
  const { record } = simulate(learns, { cycles: 30, every: 2 });
  const fitted = await fit(learns, record, {
    method: enkf({ members: 9, covarianceInflation: 0.1 }),
    learn: { epochs: 3, refine: false },
  });
  expect(fitted.parameters).toEqual(result.parameters);
  expect(fitted.run(record).logLikelihood).toBe(result.logLikelihood);
});
