/** Experiments that would hang or exhaust the memory are refused before anything of them is made. */
import { describe, expect, test } from "vitest";
import { advise } from "../../src/advice/index.js";
import { InputError, parseExperiment } from "../../src/io/index.js";

const twin = `name: a
model: { kind: lorenz96, dimension: 40, forcing: 8 }
time: { step: 0.05, cycles: 50 }
observations: { twin: { operator: { every: 2 }, variance: 1 } }
method: { kind: etkf, members: 20 }
`;

const record = `name: a
model: { kind: linear, transition: [[1]], processNoise: { variance: 1 } }
time: { step: 1 }
observations: { file: { path: r.csv, time: t, columns: { y: 0 }, noise: { kind: normal, variance: 0.5 } } }
method: { kind: kalman, initial: { mean: [0], variance: 5 } }
`;

const continuous = record
  .replace("linear, transition: [[1]]", "lorenz63")
  .replace("kalman, initial: { mean: [0]", "etkf, members: 10, initial: { mean: [0, 0, 0]");

const learned = record
  .replace("variance: 1 }", "variance: { learn: true, start: 1 } }")
  .concat("learn: { epochs: 10 }\n");

const learnedFlow = continuous
  .replace("lorenz63", "lorenz63, rho: { learn: true, start: 20 }")
  .concat("learn: { epochs: 10 }\n");

const short = "t,y\n0,1\n1,2\n2,3\n";

async function parse(text: string, csv = short) {
  return parseExperiment(text, "a.yaml", async (name) => ({ name, text: csv }));
}

async function refusal(text: string, csv?: string): Promise<string> {
  const began = performance.now();
  const error = await parse(text, csv).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(InputError);
  // What hung or exhausted the memory before is told at once; a second is ample on a busy machine.
  expect(performance.now() - began).toBeLessThan(5000);
  expect((error as InputError).problems).toHaveLength(1);
  return (error as Error).message;
}

/** Replaces a part of a text that must be there. */
const change = (text: string, from: string, to: string): string => {
  expect(text).toContain(from);
  return text.replace(from, to);
};

/** Learns a network of the analysis. */
const network = `name: a
model: { kind: lorenz96, dimension: 40, forcing: 8 }
time: { step: 0.05, cycles: 12 }
observations:
  twin: { variance: 1, trajectories: { training: 2, test: 1, validation: 1, endless: true, cycles: 12 } }
method: { kind: dan, network: { filters: 4, blocks: 2, subBlocks: 2 } }
learn: { loss: truth, epochs: 2, window: 2 }
`;

describe("networks", () => {
  test.each([
    [", cycles: 12 } }", ", cycles: 12000000000000 } }", /trajectories: the run would hold/],
    ["filters: 4", "filters: 24000", /method.network: the run would hold .* a smaller network/],
    [", blocks: 2", ", blocks: 1000000", /blocks: got 1000000; need a number at most 100/],
    ["subBlocks: 2", "subBlocks: 1000000", /subBlocks: got 1000000; need a number at most 100/],
    [
      "filters: 4, blocks: 2, subBlocks: 2",
      "hidden: [100000, 100000]",
      /method.network: the run would hold .* a smaller network/,
    ],
  ])("%s to %s", async (from, to, message) => {
    expect(await refusal(change(network, from, to))).toMatch(message);
  });
});

describe("twins", () => {
  test.each([
    [
      "cycles: 50",
      "cycles: 1000000000000000",
      /time.cycles: the run would hold 5\.2e\+9 GiB .* need at most 2 GiB. Take fewer cycles/,
    ],
    [
      "dimension: 40",
      "dimension: 4294967296",
      /model.dimension: got 4294967296; need a number at most 1000000/,
    ],
    [
      "members: 20",
      "members: 1000000000",
      /method.members: got 1000000000; need a number at most 1000000/,
    ],
    ["members: 20", "members: 30000", /method.members: the run would hold .* Take fewer members/],
    [
      "step: 0.05",
      "step: 1.0e-12",
      /time.step: a long run of the model, .* takes 1\.0e\+13 steps; need at most 10,000,000/,
    ],
    [
      "cycles: 50",
      "cycles: 50, substeps: 1000000000",
      /time.substeps: the number of steps between two observations is 1, of 1.0e\+9 substeps each; need at most 10,000/,
    ],
    [
      "cycles: 50",
      "cycles: 50, observeEvery: 10001",
      /time.observeEvery: the number of steps between two observations is 10,001; need at most 10,000/,
    ],
    [
      "cycles: 50",
      "cycles: 50, forecast: 10000000",
      /time.forecast: the run would hold .* 200,000,000 times of the forecast/,
    ],
    [
      "variance: 1 }",
      "variance: 1, trajectories: { training: 1000000000 } }",
      /trajectories.training: got 1000000000/,
    ],
    [
      "variance: 1 }",
      "variance: 1, trajectories: { training: 1000000 } }",
      /trajectories: the run would hold .* 50,000,050 times/,
    ],
    [
      "kind: etkf",
      "kind: enks, lag: 1000000000",
      /method.lag: got 1000000000; need a number at most 1000/,
    ],
    ["kind: etkf", "kind: ienks, iterations: 1000000000", /method.iterations: got 1000000000/],
  ])("%s to %s", async (from, to, message) => {
    expect(await refusal(change(twin, from, to))).toMatch(message);
  });

  test("a covariance that does not fit", async () => {
    const text = change(
      change(twin, "dimension: 40", "dimension: 20000"),
      "etkf, members: 20",
      "extended-kalman",
    );
    expect(await refusal(text)).toMatch(
      /method.kind: the run would hold 358 GiB at once, most of it for states of 1.2e\+10 numbers/,
    );
  });

  test("models of many variables by several keys, and by matrices", async () => {
    const two = change(
      twin,
      "lorenz96, dimension: 40",
      "lorenz96-two-scale, slow: 1000000, fastPerSlow: 1000000",
    );
    expect(await refusal(two)).toMatch(
      /model: .* are 1,000,001,000,000 variables; need at most 1,000,000/,
    );
    const points = change(
      twin,
      "lorenz96, dimension: 40, forcing: 8",
      "kuramoto-sivashinsky, points: 1000000",
    );
    expect(await refusal(points)).toMatch(/model.points: got 1000000; need a number at most 4096/);
  });
});

describe("records", () => {
  test.each([
    [
      record,
      "t,y\n0,1\n1,2\n1000000,3\n",
      /time.step: the number of steps between the times 1 and 1000000 is 999,999; need at most 10,000 in all/,
    ],
    [
      continuous,
      "t,y\n0,1\n1,2\n1.0e300,3\n",
      /time.step: the number of steps between the times 1 and 1e\+300/,
    ],
    [continuous, "t,y\n-1.7e308,1\n1.7e308,3\n", /time.step: .* is beyond all numbers/],
    [change(record, "step: 1", "step: 1.0e-12"), short, /time.step: .* is 1\.0e\+12/],
    [change(continuous, "step: 1", "step: 1.0e-5"), short, /time.step: .* is 100,000/],
    [
      change(record, "step: 1", "step: 1, forecast: 10000000"),
      short,
      /time.forecast: the run would hold/,
    ],
    [
      change(learnedFlow, "step: 1", "step: 1, substeps: 2001"),
      short,
      /time.substeps: .* of 2,001 substeps each; need at most 2,000 in all where something is learned/,
    ],
    [
      learned,
      "t,y\n1.0e-300,1\n2001,2\n",
      /time.step: .* is 2,001; need at most 2,000 in all where something is learned/,
    ],
    [
      change(learned, "epochs: 10", "epochs: 1000000000000"),
      short,
      /learn.epochs: got 1000000000000; need a number at most 1000000/,
    ],
    [
      change(learned, "epochs: 10", "epochs: 10, restarts: 1000000000"),
      short,
      /learn.restarts: got 1000000000/,
    ],
  ])("%#", async (text, csv, message) => {
    expect(await refusal(text, csv)).toMatch(message);
  });

  test("a step that is far longer than the gaps is refused: it would be no step at all", async () => {
    const error = parse(change(record, "step: 1", "step: 1.0e10"));
    await expect(error).rejects.toThrow(
      "r.csv:3:1: time 1 after 0 (line 2) is 1e-10 steps of 10000000000 later",
    );
  });

  test("what is within the limits goes on", async () => {
    const long = change(continuous, "step: 1", "step: 1.0e-4");
    expect((await parse(long)).specification.time.step).toBe(1e-4);
  });
});

test("advice names methods that would not fit, and counts the others", async () => {
  const { specification } = await parse(change(twin, "dimension: 40", "dimension: 3000"));
  const { methods, impossible } = advise(specification, null);
  const why = Object.fromEntries(impossible.map(({ kind, obstacle }) => [kind, obstacle]));
  expect(why["extended-kalman"]).toMatch(/^Too large: the run would hold 8.* GiB at once/);
  expect(why.ens3dvar).toMatch(/^Its states have 6,828,000 numbers, too many to compare it here/);
  expect(methods.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["etkf", "letkf"]));
}, 120_000);
