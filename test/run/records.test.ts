/** Real records against what others have published of them. */
import { describe, expect, test } from "vitest";
import { parseExperiment } from "../../src/io/index.js";
import { normalNoise } from "../../src/observe/index.js";
import { use, type Value } from "../../src/parts/index.js";
import { runExperiment } from "../../src/run/index.js";
import { rtsRecord } from "../../src/smoothers/index.js";
import { example, quiet } from "./load.js";

describe("the Nile, local level", () => {
  // Durbin & Koopman (2012), table 2.1 and section 2.10: σ²_ε = 15099, σ²_η = 1469.1, rounded as
  // printed; −641.5856 is the likelihood with the prior N(0, 10⁷), first term included.
  const published = { observation: 15099, level: 1469.1, logLikelihood: -641.5856 };

  test.each([
    [1000, 10000],
    [10, 50000],
    [30000, 300],
    [100000, 100000],
    [5, 20],
  ])("from %d and %d to the published maximum", async (level, observation) => {
    const specification = await example("nile");
    const learned = (start: number): Value => ({ learn: true, start, positive: true });
    const { result } = await runExperiment(
      {
        ...specification,
        processNoise: { variance: learned(level) },
        observations: {
          ...specification.observations,
          noise: use(normalNoise, { variance: learned(observation) }),
        } as typeof specification.observations,
      },
      quiet,
    );
    expect(result.logLikelihood).toBeCloseTo(published.logLikelihood, 4);
    const [q, r] = [
      result.parameters["processNoise.variance"]!,
      result.parameters["observations.variance"]!,
    ];
    expect(Math.abs(q.learned / published.level - 1)).toBeLessThan(5e-4); // printed digits
    expect(Math.abs(r.learned / published.observation - 1)).toBeLessThan(5e-4);
    // Harvey (1989), p. 181 and others: about 1280 and 3146.
    expect(Math.round(q.standardError! / 10)).toBe(128);
    expect(Math.round(r.standardError!)).toBe(3146);
  });

  test("the smoother's evidence is the filter's, and its band is narrower", async () => {
    const specification = await example("nile");
    const { states, result } = await runExperiment(
      { ...specification, method: use(rtsRecord) },
      quiet,
    );
    expect(result.logLikelihood).toBeCloseTo(published.logLikelihood, 4);
    states.smoothed!.sd.slice(0, -1).forEach((row, k) => {
      expect(row[0]).toBeLessThan(states.analysis.sd[k]![0]!);
    });
    expect(states.smoothed!.mean.at(-1)).toEqual(states.analysis.mean.at(-1));
  });
});

describe("hares and lynxes", () => {
  /** Posterior means and standard deviations of Carpenter (2018), the Stan case study. */
  const stan = {
    preyGrowth: [0.55, 0.06],
    predation: [0.028, 0.004],
    predatorDeath: [0.8, 0.09],
    conversion: [0.024, 0.004],
  } as const;

  // With the assumptions of the case study the maximum of the likelihood must lie well within its
  // posterior (the two differ by the priors and by mean against mode), and be about as sharp.
  test("noise-free dynamics give the published rates and initial state", async () => {
    const { result } = await runExperiment(await example("lynx-hare-deterministic"), quiet);
    for (const [name, [mean, sd]] of Object.entries(stan)) {
      const { learned, standardError } = result.parameters[name]!;
      expect(Math.abs(learned - mean)).toBeLessThan(0.5 * sd);
      expect(standardError! / sd).toBeGreaterThan(0.7);
      expect(standardError! / sd).toBeLessThan(1.3);
    }
    expect(Math.abs(result.parameters["initial.mean[0]"]!.learned - 34)).toBeLessThan(3);
    expect(Math.abs(result.parameters["initial.mean[1]"]!.learned - 5.9)).toBeLessThan(0.6);
  });

  test("the main job agrees within its standard errors, and forecasts five years", async () => {
    const { result, states } = await runExperiment(await example("lynx-hare"), quiet);
    for (const [name, [mean]] of Object.entries(stan)) {
      const { learned, standardError } = result.parameters[name]!;
      expect(Math.abs(learned - mean)).toBeLessThan(standardError!);
    }
    expect(result.diverged).toBe(false);
    expect(states.times.slice(states.observed)).toEqual([1921, 1922, 1923, 1924, 1925]);
    expect(states.variables).toEqual(["hare", "lynx"]);
  });
});

describe("gaps and irregular times", () => {
  const nile = (rows: readonly string[]) =>
    parseExperiment(
      `
name: gaps
model: { kind: linear, transition: [[1]], processNoise: { variance: 1469 } }
time: { step: 1 }
observations:
  file: { path: x.csv, time: year, columns: { flow: 0 }, noise: { kind: normal, variance: 15099 } }
method: { kind: kalman, initial: { mean: [0], variance: 1e7 } }
`,
      "gaps.yaml",
      async () => ({ name: "x.csv", text: ["year,flow", ...rows].join("\n") }),
    ).then(({ specification }) => runExperiment(specification, quiet));

  // A missing value and a missing row say the same; different steps, so equal up to rounding.
  test("an empty cell is as good as no row at all", async () => {
    const flows = [1120, 1160, 963, 1210, 1160, 1160, 813, 1230];
    const missing = [2, 3, 6];
    const row = (flow: number, i: number) => `${1871 + i},${missing.includes(i) ? "" : flow}`;
    const withCells = await nile(flows.map(row));
    const withoutRows = await nile(flows.map(row).filter((_, i) => !missing.includes(i)));
    expect(withCells.result.logLikelihood).toBeCloseTo(withoutRows.result.logLikelihood!, 10);
    expect(withCells.states.analysis.mean.at(-1)![0]).toBeCloseTo(
      withoutRows.states.analysis.mean.at(-1)![0]!,
      9,
    );
    expect(withCells.innovations.degrees).toEqual([1, 1, 0, 0, 1, 1, 0, 1]);
    expect(withCells.innovations.standardised[2]).toEqual([Number.NaN]);
  });
});
