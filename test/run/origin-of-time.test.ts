/** Results do not depend on the origin of time, nor on how many decimals times are written with. */
import { describe, expect, test } from "vitest";
import { enkf, kalman } from "../../src/filters/index.js";
import { parseExperiment } from "../../src/io/index.js";
import { linear, lotkaVolterra } from "../../src/models/index.js";
import { lognormalNoise } from "../../src/observe/index.js";
import { use } from "../../src/parts/index.js";
import { openFilter, runFilter, stateSpace } from "../../src/problem/index.js";
import { key } from "../../src/random/index.js";
import { runExperiment } from "../../src/run/index.js";
import { quiet } from "./load.js";

const origins = [0, 1e6, 1e7, 1e8, 1_700_000_000];

/** Log-likelihoods of an AR(1) process, from its joint normal distribution with 60 digits. */
const known = { seconds: -8.71745368731, months: -16.3382416681 };

const seconds = [1, 1.5, null, 0.4, -0.2, 0.3, 1.1];
const months = [1, 1.5, null, 0.4, -0.2, 0.3, 1.1, 0.5, 0.2, 0.9, 1.4, 1.2, 0.7];
const prey = [31, 31.5, null, 30.4, 33.2, 36];

const textOf = (times: readonly (string | number)[], values: readonly (number | null)[]) =>
  `t,y\n${values.map((y, k) => `${times[k]},${y ?? ""}\n`).join("")}`;

const ofFile = async (body: string, csv: string) => {
  const data = async (name: string) => ({ name, text: csv });
  const { specification } = await parseExperiment(`name: a\n${body}`, "a.yaml", data);
  return (await runExperiment(specification, quiet)).result.logLikelihood;
};

const level = (step: string) =>
  `
model: { kind: linear, transition: [[0.9]], processNoise: { variance: 1 } }
time: { step: ${step}, forecast: ${2 * Number(step)} }
observations: { file: { path: t.csv, time: t, columns: { y: 0 }, noise: { kind: normal, variance: 0.5 } } }
method: { kind: kalman, initial: { mean: [0], variance: 5 } }
`;

const rates = { preyGrowth: 0.5, predation: 0.025, predatorDeath: 0.8, conversion: 0.025 };
const predators = `
model: ${JSON.stringify({ kind: "lotka-volterra", ...rates, processNoise: { variance: 0.01 } })}
time: { step: 0.1, forecast: 0.2 }
observations: { file: { path: t.csv, time: t, columns: { y: 0 }, noise: { kind: lognormal, sd: 0.2 } } }
method: { kind: enkf, members: 50, initial: { mean: [30, 4], variance: 0.1 } }
`;

/** Times as they would be written: the origin and tenths. */
const tenths = (origin: number, n: number) =>
  Array.from({ length: n }, (_, k) => `${origin + Math.floor(k / 10)}.${k % 10}`);

describe("a linear model", () => {
  test.each(origins)("a file of tenths of a second from %d on", async (origin) => {
    const found = await ofFile(level("0.1"), textOf(tenths(origin, 7), seconds));
    expect(found).toBeCloseTo(known.seconds, 10);
  });

  test.each([3, 4, 6])("a file of months as decimal years with %d decimals", async (digits) => {
    const times = months.map((_, k) => (2015 + k / 12).toFixed(digits));
    const found = await ofFile(level("0.0833333333333"), textOf(times, months));
    expect(found).toBeCloseTo(known.months, 9);
  });

  test.each(origins)("library calls from %d on", (origin) => {
    const system = stateSpace({
      model: linear,
      parameters: { transition: [[0.9]] },
      processNoise: 1,
      noise: 0.5,
      prior: { mean: [0], variance: 5 },
      step: 0.1,
    });
    const times = tenths(origin, 7).map(Number);
    const values = seconds.map((y) => y ?? Number.NaN);
    const run = runFilter(kalman(), system, { times, values });
    expect(run.logLikelihood).toBeCloseTo(known.seconds, 10);
    const filter = openFilter(kalman(), system);
    for (const [k, time] of times.entries()) filter.update(time, [values[k]!]);
    expect(filter.logLikelihood).toBe(run.logLikelihood);
    filter.close();
  });
});

describe("a continuous model", () => {
  /** That of the times 0, 0.1 … 0.5, as it was before times of other origins gave the same. */
  const logLikelihood = -15.856;

  test("a file and library calls give the same to the bit from any origin", async () => {
    const found: number[] = [];
    for (const origin of origins) {
      found.push((await ofFile(predators, textOf(tenths(origin, 6), prey)))!);
    }
    const system = stateSpace({
      model: lotkaVolterra,
      parameters: rates,
      processNoise: 0.01,
      noise: use(lognormalNoise, { sd: 0.2 }),
      observe: [0],
      prior: { mean: [30, 4], variance: 0.1 },
      step: 0.1,
    });
    for (const origin of origins) {
      const times = tenths(origin, 6).map(Number);
      const values = prey.map((y) => [y ?? Number.NaN]);
      const run = runFilter(enkf({ members: 50 }), system, { times, values }, { key: key(1) });
      found.push(run.logLikelihood!);
    }
    expect(new Set(found).size).toBe(1);
    expect(found[0]).toBeCloseTo(logLikelihood, 3);
  });

  test("irregular times give the same from any origin", async () => {
    const parts = ["0", "0.123", "0.31", "0.55", "0.551", "1.7"];
    const found: number[] = [];
    for (const origin of [0, 1e7, 1_700_000_000]) {
      const times = parts.map(
        (part) => `${origin + Math.floor(Number(part))}.${part.split(".")[1] ?? 0}`,
      );
      found.push((await ofFile(predators, textOf(times, prey)))!);
    }
    expect(new Set(found).size).toBe(1);
  });

  test("months as decimal years take one step each, whatever their decimals", async () => {
    const monthly = predators.replace("step: 0.1, forecast: 0.2", "step: 0.083333333333");
    const found: number[] = [];
    for (const digits of [3, 12]) {
      const times = prey.map((_, k) => (2015 + k / 12).toFixed(digits));
      found.push((await ofFile(monthly, textOf(times, prey)))!);
    }
    // The same random numbers over intervals that differ by at most 1 %.
    expect(Math.abs(found[0]! - found[1]!)).toBeLessThan(0.05);
  });
});
