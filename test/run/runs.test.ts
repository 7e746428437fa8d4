import { describe, expect, test } from "vitest";
import { SpecificationError } from "../../src/problem/index.js";
import { type Checkpoint, Interrupted, runExperiment } from "../../src/run/index.js";
import { example, quiet, runText, specificationOf } from "./load.js";

const twin = (extra = "", method = "{ kind: kalman, initial: { mean: [0, 0], variance: 1 } }") => `
name: twin
seed: 3
model:
  kind: linear
  transition: [[0.9362, -0.2896], [0.2896, 0.9362]]
  processNoise: { variance: 0.01 }
time: { step: 1, cycles: 300, spinup: 50 }
observations: { twin: { operator: identity, variance: 0.04 } }
method: ${method}
${extra}`;

describe("twins", () => {
  test("the Kalman filter's spread is its error, and the analysis better than the forecast", async () => {
    const { result, innovations } = await runText(twin());
    const { rmsePooled: rmse, spread } = result;
    expect(rmse!.analysis).toBeLessThan(rmse!.forecast);
    // 500 squared errors, correlated over some two cycles: a tenth is more than three deviations.
    expect(Math.abs(rmse!.analysis / spread!.analysis - 1)).toBeLessThan(0.1);
    const chi = innovations.chiSquare.reduce((a, b) => a + b, 0);
    const degrees = innovations.degrees.reduce((a, b) => a + b, 0);
    expect(Math.abs(chi / degrees - 1)).toBeLessThan(3 * Math.sqrt(2 / degrees));
  });

  test("a large ensemble scores as the Kalman filter does", async () => {
    const kalman = await runText(twin());
    const enkf = await runText(
      twin("", "{ kind: enkf, members: 1000, initial: { mean: [0, 0], variance: 1 } }"),
    );
    // Sampling errors of order 1/√1000 in the gain enter the error in second order.
    expect(Math.abs(enkf.result.rmse!.analysis / kalman.result.rmse!.analysis - 1)).toBeLessThan(
      0.03,
    );
    expect(Math.abs(enkf.result.crps! / kalman.result.crps! - 1)).toBeLessThan(0.03);
  });

  test("same seed, same numbers; another seed, another truth", async () => {
    const { seconds, cyclesPerSecond, ...first } = (await runText(twin())).result;
    const { seconds: s, cyclesPerSecond: c, ...second } = (await runText(twin())).result;
    expect(second).toEqual(first);
    const other = await runText(twin().replace("seed: 3", "seed: 4"));
    expect(other.result.rmse).not.toEqual(first.rmse);
  });

  test("a learned coefficient comes back within three standard errors", async () => {
    const { result } = await runExperiment(await example("oscillator-twin"), quiet);
    const [coefficient] = Object.values(result.parameters);
    const { learned, truth, standardError, interval } = coefficient!;
    expect(Math.abs(learned - truth!)).toBeLessThan(3 * standardError!);
    expect(interval![0]).toBeLessThan(learned);
  });

  test("initial distributions come from the model's climate when none is given", async () => {
    const { result } = await runText(twin("", "{ kind: enkf, members: 20 }"));
    expect(result.rmse!.analysis).toBeGreaterThan(0);
    const settling = twin("", "{ kind: enkf, members: 20 }").replace(
      "variance: 0.01",
      "variance: 0",
    );
    await expect(runText(settling)).rejects.toThrow(SpecificationError);
  });

  test.each([
    ["{ every: 2 }", ["x0"]],
    ["{ indices: [1] }", ["x1"]],
    ["{ matrix: [[1, 1]] }", ["y0"]],
  ])("operator %s", async (operator, columns) => {
    const { observations, result } = await runText(twin().replace("identity", operator));
    expect(observations.columns).toEqual(columns);
    expect(result.rmse!.analysis).toBeLessThan(1);
  });

  test("Lotka–Volterra in both coordinates, with lognormal noise", async () => {
    for (const coordinates of ["log", "abundance"]) {
      const { result, states } = await runText(`
name: lv
model:
  kind: lotka-volterra
  coordinates: ${coordinates}
  growth: [0.5, -0.5]
  interactions: [[0, -0.5], [0.5, 0]]
  processNoise: { variance: 1e-4 }
time: { step: 0.1, observeEvery: 5, cycles: 60 }
observations: { twin: { operator: { indices: [0] }, noise: { kind: lognormal, sd: 0.1 } } }
method: { kind: enkf, members: 50, initial: { mean: [1.5, 1], variance: 0.01 } }
`);
      expect(result.rmse!.analysis).toBeLessThan(0.15);
      expect(states.analysis.lower.flat().every((v) => v > 0)).toBe(true);
    }
  });
});

describe("runs", () => {
  test("whose twin overflows are refused with the reason", async () => {
    const growing = `
name: wild
model: { kind: lotka-volterra, coordinates: abundance, growth: [5], interactions: [[1]] }
time: { step: 1, cycles: 20 }
observations: { twin: { operator: identity, variance: 0.01 } }
method: { kind: enkf, members: 10, initial: { mean: [1], variance: 0.01 } }
`;
    await expect(runText(growing)).rejects.toThrow(/model: the truth of the twin overflows/);
  });

  test("whose climate overflows are refused with the reason", async () => {
    const coarse = `
name: coarse
model: { kind: lorenz63 }
time: { step: 100, cycles: 3 }
observations: { twin: { operator: identity, variance: 2 } }
method: { kind: enkf, members: 10 }
`;
    await expect(runText(coarse)).rejects.toThrow(
      /model: a long run .* overflows: .*shorter steps/,
    );
  });

  // F P Fᵀ overflows at the first step after the first observation.
  test("that diverge say at which cycle, keep what came before, and give no score", async () => {
    const specification = await specificationOf(`
name: diverging
model: { kind: linear, transition: [[1e160]] }
time: { step: 1 }
observations:
  file: { path: ../data/nile.csv, time: year, columns: { flow: 0 }, noise: { kind: normal, variance: 1e4 } }
method: { kind: kalman, initial: { mean: [0], variance: 1e7 } }
`);
    const { result, states, innovations } = await runExperiment(specification, quiet);
    expect(result.diverged).toBe(true);
    expect(result.rmse).toBeNull();
    expect(result.logLikelihood).toBeNull();
    expect(result.warnings[0]).toMatch(
      /diverged at cycle 2 \(time 1872\): a number of the state .* overflowed .*Shorter steps/,
    );
    expect(states.times).toEqual([1871]);
    expect(innovations.chiSquare).toHaveLength(1);
    expect(JSON.stringify(result)).not.toMatch(/NaN/);
  });

  test("stop when the host asks, and go on to the same numbers", async () => {
    const text = twin("learn: { epochs: 30, window: 20 }").replace(
      "[[0.9362, -0.2896]",
      "[[0.9362, { learn: true, start: -0.2, truth: -0.2896 }]",
    );
    const whole = await runText(text);
    let last: Checkpoint | undefined;
    let epochs = 0;
    const stopping = {
      progress() {},
      checkpoint: (state: Checkpoint) => {
        last = JSON.parse(JSON.stringify(state));
        epochs++;
      },
      stopRequested: () => epochs === 7,
    };
    const specification = await specificationOf(text);
    await expect(runExperiment(specification, stopping)).rejects.toThrow(Interrupted);
    const resumed = await runExperiment(specification, quiet, last);
    expect(resumed.result.parameters).toEqual(whole.result.parameters);
    expect(resumed.learning).toEqual(whole.learning);
    expect(resumed.states).toEqual(whole.states);
  });

  test("validation keeps a share of the record and is reported", async () => {
    const text = twin("learn: { epochs: 10, window: 25, validation: 0.2 }").replace(
      "[[0.9362, -0.2896]",
      "[[0.9362, { learn: true, start: -0.2, truth: -0.2896 }]",
    );
    const { learning } = await runText(text);
    expect(learning!.losses.every(({ validation }) => validation !== null)).toBe(true);
  });

  // Learning from the first two thirds, or from a record that has no more, ends at one maximum.
  test("likelihoods of starts are those of the values learned from", async () => {
    const { observations, learn, ...lynx } = await example("lynx-hare-deterministic");
    if (observations.kind !== "record" || learn === null) throw new Error("not a record");
    const { record } = observations;
    const short = {
      ...record,
      times: record.times.slice(0, 14),
      values: record.values.slice(0, 14),
    };
    const likelihood = async (kept: typeof record, validation: number) => {
      const parts = {
        observations: { ...observations, record: kept },
        learn: { ...learn, validation },
      };
      const { learning } = await runExperiment({ ...lynx, ...parts }, quiet);
      return learning!.restarts[0]!.logLikelihood;
    };
    expect(await likelihood(record, 1 / 3)).toBeCloseTo(await likelihood(short, 0), 6);
  });
});

// With a growth of 60 a year abundances overflow within a year of the record: every window fails.
test("a start at which the filter overflows is learned from all the same, and it says so", async () => {
  const { model, learn, ...rest } = await example("lynx-hare");
  const preyGrowth = { learn: true, start: 60, positive: true };
  const specification = {
    ...rest,
    model: { ...model, block: { ...model.block, preyGrowth } },
    learn: { ...learn!, epochs: 30, refine: false },
  };
  const { result, learning } = await runExperiment(specification, quiet);
  expect(result.warnings.join()).toMatch(
    /failed numerically \d+ times and was restarted from the observations/,
  );
  expect(learning!.losses).toHaveLength(30);
  expect(learning!.losses.at(-1)!.training).toBeLessThan(learning!.losses[0]!.training);
});
