/** What is learned, and how surely, does not depend on the units of the data or on the scale of the starts. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { extendedKalman, kalman } from "../../src/filters/index.js";
import { linear, lotkaVolterra } from "../../src/models/index.js";
import { lognormalNoise } from "../../src/observe/index.js";
import { learned, use } from "../../src/parts/index.js";
import { fit, stateSpace } from "../../src/problem/index.js";

/** The columns of a file of data/, without its header. */
function dataOf(name: string): number[][] {
  const text = readFileSync(new URL(`../../data/${name}.csv`, import.meta.url), "utf8");
  const rows = text.trim().split("\n").slice(1);
  return rows.map((row) => row.split(",").map(Number));
}

const factors = [1, 10, 100, 1e3, 1e4, 1e6, 1e12, 1e-8, 1e-14];
const epochs = 5; // Training hardly moves: the rest is Newton's method.

/** A local level, both of whose variances are learned from `start`, for data in another unit. */
const level = (
  values: readonly number[],
  c: number,
  [q, r]: readonly [number, number],
  variance = 1e7,
) =>
  fit(
    stateSpace({
      ...{ model: linear, parameters: { transition: [[1]] } },
      ...{ processNoise: learned(q), noise: learned(r) },
      prior: { mean: [0], variance: variance * c * c },
    }),
    { times: values.map((_, t) => t), values: values.map((y) => [y * c]) },
    { method: kalman(), learn: { epochs } },
  );

const [qName, rName] = ["processNoise.variance", "observations.variance"] as const;

describe("the Nile", () => {
  const flows = dataOf("nile").map(([, flow]) => flow!);

  // durbin2012, section 2: 1469 and 15099 at −641.5856; the digits are of another program's optimiser.
  // A decrement of 1e-9 is 4e-5 of a standard error; figures agree to 1e-6 of themselves.
  test.each(factors.flatMap((c) => [[c, true] as const, [c, false] as const]))(
    "times %d, starts scaled: %s",
    async (c, scaled) => {
      const starts = scaled ? ([1000 * c * c, 1e4 * c * c] as const) : ([1, 1] as const);
      const { parameters, logLikelihood, concerns } = await level(flows, c, starts);
      const { [qName]: q, [rName]: r } = parameters;
      expect(q!.learned / c ** 2 / 1468.5).toBeCloseTo(1, 4);
      expect(r!.learned / c ** 2 / 15099.7).toBeCloseTo(1, 5);
      expect(logLikelihood! + 100 * Math.log(c)).toBeCloseTo(-641.585578, 6);
      expect(q!.standardError! / c ** 2 / 1280.243).toBeCloseTo(1, 5);
      expect(r!.standardError! / c ** 2 / 3146.019).toBeCloseTo(1, 5);
      expect(concerns).toEqual([]);
    },
  );

  // Of one of the scale of the data and one in wrong units: starts need not be wrong together.
  test.each([
    [1e-6, 1e4],
    [1000, 1e-6],
    [1e9, 1e-3],
  ])("from %d and %d", async (q, r) => {
    const { logLikelihood } = await level(flows, 1, [q, r]);
    expect(logLikelihood).toBeCloseTo(-641.585578, 6);
  });
});

describe("hares and lynxes", () => {
  const rows = dataOf("lynx_hare");

  /** Rates are learned with the noise, in units of which c make one of the file's (thousand pelts). */
  const fitIn = (c: number, starts: readonly [number, number, number, number]) => {
    const [a, b, g, d] = starts.map((start) => learned(start, { positive: true }));
    const system = stateSpace({
      model: lotkaVolterra,
      parameters: {
        ...{ coordinates: "log", preyGrowth: a!, predation: b! },
        ...{ predatorDeath: g!, conversion: d! },
      },
      processNoise: learned(0.01, { positive: true }),
      noise: use(lognormalNoise, { sd: 0.2 }),
      prior: { mean: [30 * c, 4 * c], variance: 0.1 },
      ...{ step: 1, substeps: 10 },
    });
    const times = rows.map(([year]) => year!);
    const values = rows.map(([, hare, lynx]) => [hare! * c, lynx! * c]);
    return fit(system, { times, values }, { method: extendedKalman(), learn: { epochs } });
  };

  test.each([1, 1e3, 1e-6])("times %d", async (c) => {
    const one = await fitIn(1, [0.6, 0.03, 0.8, 0.025]);
    const other = await fitIn(c, [0.6, 0.03 / c, 0.8, 0.025 / c]);
    const powers = { preyGrowth: 0, predation: -1, predatorDeath: 0, conversion: -1 };
    for (const [name, power] of Object.entries(powers)) {
      const [a, b] = [one.parameters[name]!, other.parameters[name]!];
      expect(b.learned / c ** power / a.learned).toBeCloseTo(1, 5);
      expect(b.standardError! / c ** power / a.standardError!).toBeCloseTo(1, 4);
    }
    const values = 2 * rows.length;
    expect(other.logLikelihood! + values * Math.log(c)).toBeCloseTo(one.logLikelihood!, 6);
  });
});

describe("a series that is constant", () => {
  test("all of it: the likelihood has no maximum, in words", async () => {
    for (const c of [1, 1e6, 1e-6]) {
      await expect(level(Array(30).fill(5), c, [0.1, 0.1], 100)).rejects.toThrow(
        /the likelihood has no maximum: .* processNoise.variance and observations.variance .* constant/,
      );
    }
  });

  // The figures are of Nelder and Mead's method on the same likelihood, written apart.
  test("part of it: one variance rests at its bound", async () => {
    const part = [4.8, 5.4, 4.9, 5.2, 4.7, 5.1, 5.3];
    const values = [...part, ...Array(18).fill(5), ...part.slice(4), ...part, ...part.slice(0, 5)];
    for (const start of [0.1, 1e-9, 1e9]) {
      const { parameters, logLikelihood, concerns } = await level(values, 1, [start, start], 100);
      expect(parameters[qName]!.learned).toBeLessThan(1e-8);
      expect(parameters[qName]!.standardError).toBeNull();
      expect(parameters[rName]!.learned).toBeCloseTo(0.0356346, 7);
      expect(logLikelihood).toBeCloseTo(4.49084, 6);
      expect(concerns).toEqual([
        "processNoise.variance came to rest at a bound and was held there.",
      ]);
    }
  });
});
