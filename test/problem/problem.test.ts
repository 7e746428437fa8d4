/** The problem layer as a library user calls it. */
import { describe, expect, test } from "vitest";
import { enkf, enkfRecord, etkf, kalman } from "../../src/filters/index.js";
import { linear, lorenz96 } from "../../src/models/index.js";
import { learned, use, type Value } from "../../src/parts/index.js";
import {
  columnOf,
  fit,
  openFilter,
  rowsOf,
  runFilter,
  type StateSpaceOptions,
  simulate,
  stateSpace,
} from "../../src/problem/index.js";
import { key } from "../../src/random/index.js";
import { rtsRecord } from "../../src/smoothers/index.js";
import { nile as values } from "../filters/nile.js";

const rowsOfNile = values.map((y) => [y]);

const nile = () =>
  stateSpace({
    model: linear,
    parameters: { transition: [[1]] },
    processNoise: 1469,
    noise: 15099,
    prior: { mean: [0], variance: 1e7 },
  });

describe("runFilter", () => {
  test("is the Kalman filter's closed form on a local level of one value", () => {
    const run = runFilter(kalman(), nile(), { times: [1871], values: [[1120]] });
    const S = 1e7 + 15099;
    expect(run.analysis.mean.data[0]).toBeCloseTo((1e7 / S) * 1120, 9);
    expect(run.logLikelihood).toBeCloseTo(
      -0.5 * (1120 ** 2 / S + Math.log(S) + Math.log(2 * Math.PI)),
      9,
    );
  });

  test("tracks a twin, and forecasts beyond it", () => {
    const system = stateSpace({
      model: lorenz96,
      parameters: { dimension: 8, forcing: 8 },
      noise: 1,
      step: 0.05,
    });
    const twin = simulate(system, { cycles: 60, key: key(1) });
    const run = runFilter(etkf({ members: 12, inflation: 1.04 }), system, twin.record, {
      key: key(1),
    });
    const error = rowsOf(run.analysis.mean)
      .slice(20)
      .map(
        (row, k) => Math.hypot(...row.map((x, i) => x - twin.truth[k + 20]![i]!)) / Math.sqrt(8),
      );
    const mean = error.reduce((sum, e) => sum + e, 0) / error.length;
    expect(mean).toBeLessThan(0.8);
    const ahead = run.forecast(5);
    expect(ahead.times).toHaveLength(5);
    expect(columnOf(ahead.mean, 0).every(Number.isFinite)).toBe(true);
  });
});

describe("openFilter", () => {
  const system = stateSpace({
    model: lorenz96,
    parameters: { dimension: 6, forcing: 8 },
    observe: [0, 1, 3],
    noise: 1,
    step: 0.05,
    seed: 3,
  });
  const twin = simulate(system, { cycles: 12, every: 2, key: key(3) });
  const { times, values } = twin.record.record;
  const withGap = values.map((row, k) => (k === 4 ? [Number.NaN, row[1]!, row[2]!] : row));
  const own = { times, values: withGap };
  const method = enkf({ members: 9, covarianceInflation: 0.1 });
  const whole = runFilter(method, system, own, { key: key(3) });

  test("gives the numbers of a run to the bit, piece by piece, saved and opened between", () => {
    let filter = openFilter(method, system, { key: key(3) });
    const means: number[] = [];
    const evidence: number[] = [];
    for (const [k, time] of times.entries()) {
      const update = filter.update(time, withGap[k]!);
      means.push(...update.analysis.mean);
      evidence.push(update.logEvidence);
      if (k === 5) {
        const saved = JSON.parse(JSON.stringify(filter.save()));
        filter.close();
        filter = openFilter(method, system, { key: key(3), saved });
      }
    }
    expect(means).toEqual([...whole.analysis.mean.data]);
    expect(evidence).toEqual([...whole.logEvidence]);
    expect(filter.logLikelihood).toBe(whole.logLikelihood);
    expect([...filter.forecast(4).mean.data]).toEqual([...whole.forecast(4).mean.data]);
    filter.close();
  });

  test("refuses times that do not increase, and rows of another length", () => {
    const filter = openFilter(method, system, { key: key(3) });
    filter.update(1, [0, 0, 0]);
    expect(() => filter.update(1, [0, 0, 0])).toThrow("time 1 after 1");
    expect(() => filter.update(2, [0, 0])).toThrow("the record has 2 values at time 2");
    filter.close();
  });
});

describe("fit", () => {
  test("finds the maximum of the Nile's likelihood, with standard errors", async () => {
    const { readFileSync } = await import("node:fs");
    const rows = readFileSync(new URL("../../data/nile.csv", import.meta.url), "utf8")
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => line.split(",").map(Number));
    const record = { times: rows.map((row) => row[0]!), values: rows.map((row) => [row[1]!]) };
    const system = stateSpace({
      model: linear,
      parameters: { transition: [[1]] },
      processNoise: learned(1000),
      noise: learned(10000),
      prior: { mean: [0], variance: 1e7 },
    });
    const fitted = await fit(system, record, { method: kalman(), learn: { epochs: 400 } });
    // Durbin & Koopman (2012), 2.2.5: 1469.1 and 15099; -641.5856 with the diffuse term counted.
    expect(fitted.parameters["processNoise.variance"]!.learned).toBeCloseTo(1469.1, -0.5);
    expect(fitted.parameters["observations.variance"]!.learned).toBeCloseTo(15099, -1);
    expect(fitted.logLikelihood).toBeCloseTo(-641.5856, 3);
    expect(fitted.parameters["processNoise.variance"]!.standardError).toBeGreaterThan(1000);
    expect(fitted.run(record).logLikelihood).toBeCloseTo(fitted.logLikelihood!, 8);
  });

  test("refuses a problem in which nothing is to be learned", async () => {
    const record = { times: [1, 2], values: [[1], [2]] };
    await expect(fit(nile(), record, { method: kalman() })).rejects.toThrow(
      "nothing is to be learned",
    );
  });
});

describe("an exact diffuse start", () => {
  const flow = { times: rowsOfNile.map((_, k) => 1871 + k), values: rowsOfNile };
  const level = (noises: { q: Value; r: Value }, prior: StateSpaceOptions["prior"]) =>
    stateSpace({
      model: linear,
      parameters: { transition: [[1]] },
      processNoise: noises.q,
      noise: noises.r,
      prior: prior!,
    });
  const fixed = { q: 1469.1, r: 15099 };

  test("a run: the likelihood of statsmodels, an infinite forecast, finite states", () => {
    const run = runFilter(use(rtsRecord, {}), level(fixed, { diffuse: true }), flow);
    // statsmodels 0.13.5, use_exact_diffuse=True
    expect(run.logLikelihood).toBeCloseTo(-633.4645636488787, 9);
    expect(run.background.sd.data[0]).toBe(Number.POSITIVE_INFINITY);
    expect(run.background.sd.data.slice(1).every(Number.isFinite)).toBe(true);
    expect(run.smoothed!.mean.data[0]).toBeCloseTo(1111.6683191267957, 8);
  });

  test("learning through it finds the maximum of the diffuse likelihood", async () => {
    const system = level({ q: learned(1000), r: learned(10000) }, { diffuse: true });
    const options = { method: kalman(), learn: { epochs: 400 } };
    const fitted = await fit(system, flow, options);
    // Durbin & Koopman (2012), 2.2.5 and 2.10.3: 1469.1 and 15099 to the digits given.
    expect(fitted.parameters["processNoise.variance"]!.learned).toBeCloseTo(1469.1, -0.5);
    expect(fitted.parameters["observations.variance"]!.learned).toBeCloseTo(15099, -1);
    expect(fitted.logLikelihood).toBeCloseTo(-633.4645636, 5);
  });

  test("piece by piece it gives the same, saved between too", () => {
    const system = level(fixed, { diffuse: true });
    const whole = runFilter(kalman(), system, flow);
    const first = openFilter(kalman(), system);
    first.update(1871, rowsOfNile[0]!);
    const second = openFilter(kalman(), system, { saved: first.save() });
    second.update(1872, rowsOfNile[1]!);
    expect(second.logLikelihood).toBe(whole.logEvidence[0]! + whole.logEvidence[1]!);
    first.close();
    second.close();
  });

  test("what does not fit is refused", () => {
    const diffuse = level(fixed, { diffuse: true });
    expect(() => runFilter(use(enkfRecord, { members: 5 }), diffuse, flow)).toThrow(
      /enkf needs a mean and a variance of each variable.*take kalman or rts/,
    );
    expect(() => simulate(diffuse, { cycles: 3 })).toThrow(/diffuse/);
    expect(() => level(fixed, { mean: [0], variance: 1, diffuse: [true, false] })).toThrow(
      /diffuse of the prior has 2 values; need true, or 1 of true and false/,
    );
    const gaps = { times: [1, 2], values: [[Number.NaN], [Number.NaN]] };
    expect(() => runFilter(kalman(), diffuse, gaps)).toThrow(/does not determine variable 0/);
  });

  test("learning from a record that does not determine a variable names it, before it begins", async () => {
    const two = stateSpace({
      model: linear,
      parameters: {
        transition: [
          [1, 0],
          [0, 1],
        ],
      },
      observe: [0],
      ...{ processNoise: learned(1000), noise: learned(10000), prior: { diffuse: true } },
    });
    const told: number[] = [];
    const options = {
      method: kalman(),
      progress: ({ epoch }: { epoch: number }) => void told.push(epoch),
    };
    await expect(fit(two, flow, options)).rejects.toThrow(
      /Learning cannot begin: the record does not determine variable 1, which has a diffuse start\. Give it a mean and a variance, or observe more\./,
    );
    expect(told).toEqual([]);
  });

  test("a variable that only the part kept for validation determines is not learned with", async () => {
    const system = level({ q: learned(1000), r: learned(10000) }, { diffuse: true });
    const values = rowsOfNile.map((row, k) => (k < 80 ? [Number.NaN] : row));
    const options = { method: kalman(), learn: { validation: 0.3 } };
    await expect(fit(system, { ...flow, values }, options)).rejects.toThrow(
      /the record does not determine variable 0/,
    );
  });
});
