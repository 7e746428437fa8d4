import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { parseExperiment } from "../../src/io/experiment.js";
import { loadExperiment } from "../../src/io/node.js";

const examples = fileURLToPath(new URL("../../examples/", import.meta.url));
const pelts = "year,hare,lynx\n1900,30,4\n1901,47.2,6.1\n1902,70.2,9.8\n";

/** Parses plain data as if it had been written as YAML. */
const parse = (data: unknown) =>
  parseExperiment(stringify(data), "x.yaml", async (name) => ({ name, text: pelts }));

const rates = { preyGrowth: 0.5, predation: 0.02, predatorDeath: 0.8, conversion: 0.02 };

const twin = {
  name: "twin",
  model: { kind: "linear", transition: [[1]] },
  time: { step: 1, cycles: 10 },
  observations: { twin: { variance: 1 } },
  method: { kind: "kalman" },
};

const pair = {
  name: "pair",
  model: { kind: "lotka-volterra", ...rates },
  time: { step: 1 },
  observations: {
    file: {
      path: "pelts.csv",
      time: "year",
      columns: { hare: 0, lynx: 1 },
      noise: { kind: "lognormal", sd: 0.2 },
    },
  },
  method: { kind: "enkf", members: 20, initial: { mean: [30, 4], variance: 0.1 } },
};

test.each(readdirSync(examples).filter((name) => name.endsWith(".yaml")))(
  "%s is a good experiment",
  async (name) => {
    const { specification } = await loadExperiment(name, examples);
    expect(`${specification.name}.yaml`).toBe(name);
  },
);

test("the example of the interface, word for word", async () => {
  const { specification } = await loadExperiment("nile.yaml", examples);
  expect(specification.observations).toMatchObject({
    kind: "record",
    source: "../data/nile.csv",
    noise: { kind: "normal", variance: { learn: true, start: 10000, positive: true } },
  });
  expect(specification.learn).toEqual({
    epochs: 400,
    window: null,
    rates: { dynamics: 0.05, filter: 0.05 },
    validation: 0,
    patience: 20,
    plateau: { patience: 5, factor: 0.5 },
    restarts: 1,
    scatter: 0.3,
    refine: true,
  });
});

test("defaults of a twin", async () => {
  const { file, ...experiment } = await parse(twin);
  expect(file).toMatchObject({ seed: 1, observations: { twin: { operator: "identity" } } });
  expect(experiment).toEqual({
    output: "runs/twin",
    specification: {
      name: "twin",
      seed: 1,
      model: { kind: "linear", transition: [[1]] },
      time: { step: 1, substeps: 1, observeEvery: 1, cycles: 10, spinup: 0, forecast: 0 },
      observations: {
        kind: "twin",
        operator: { kind: "identity" },
        noise: { kind: "normal", variance: 1 },
      },
      method: { kind: "kalman", initial: null },
      learn: null,
    },
  });
});

test("defaults of a record", async () => {
  const { specification } = await parse(pair);
  expect(specification.model).toEqual({ kind: "lotka-volterra", ...rates, coordinates: "log" });
  expect(specification.time.cycles).toBeNull();
  expect(specification.method).toMatchObject({ members: 20, covarianceInflation: 0 });
});

test("JSON is read as YAML is", async () => {
  const json = await parseExperiment(JSON.stringify(twin, null, "\t"), "x.json", () =>
    expect.fail("no data to read"),
  );
  expect(json).toEqual(await parse(twin));
});

test("noise of the process may stand under the model or under the method", async () => {
  const processNoise = { variance: [0.5] };
  const underModel = await parse({ ...twin, model: { ...twin.model, processNoise } });
  const underMethod = await parse({ ...twin, method: { ...twin.method, processNoise } });
  expect(underModel.specification).toEqual(underMethod.specification);
  expect(underModel.specification.model.processNoise).toEqual(processNoise);
});

describe.each([
  ["identity", "identity", { kind: "identity" }],
  ["every", { every: 2 }, { kind: "every", every: 2 }],
  ["indices", { indices: [0, 2] }, { kind: "indices", indices: [0, 2] }],
  ["random", { random: 0.5 }, { kind: "random", ratio: 0.5 }],
  ["matrix", { matrix: [[1, 0, 1]] }, { kind: "matrix", matrix: [[1, 0, 1]] }],
])("operator %s", (_, operator, expected) => {
  test("is resolved", async () => {
    const transition = [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ];
    const { specification } = await parse({
      ...twin,
      model: { kind: "linear", transition },
      observations: { twin: { operator, variance: 1 } },
    });
    expect(specification.observations).toMatchObject({ operator: expected });
  });
});

test("n species", async () => {
  const many = {
    growth: [0.5, -0.8],
    interactions: [
      [0, -0.02],
      [0.02, 0],
    ],
  };
  const model = { kind: "lotka-volterra", ...many, coordinates: "abundance" };
  const { specification } = await parse({ ...pair, model });
  expect(specification.model).toEqual(model);
});

test("learned values keep what the file says of them", async () => {
  const { specification } = await parse({
    ...twin,
    model: { kind: "linear", transition: [[{ learn: true, start: 0.5, truth: 0.9 }]] },
    learn: { epochs: 3, window: 5, rates: { filter: 0.1 } },
  });
  expect(specification.model).toMatchObject({
    transition: [[{ learn: true, start: 0.5, truth: 0.9 }]],
  });
  expect(specification.learn).toMatchObject({
    window: 5,
    rates: { dynamics: 0.05, filter: 0.1 },
  });
});

const ring = {
  name: "ring",
  model: { kind: "lorenz96", dimension: 8, forcing: { learn: true, start: 7, truth: 8 } },
  time: { step: 0.05, cycles: 10 },
  observations: { twin: { variance: 1 } },
  method: { kind: "enkf", members: 6 },
  learn: { epochs: 2, validation: 0.3 },
};
const tapered = (halfWidth: unknown) => ({
  ...ring,
  method: { ...ring.method, taper: { kind: "gaspari-cohn", halfWidth } },
});

test("a half-width to be chosen: the first stands in the method", async () => {
  const { specification } = await parse(tapered({ among: [5, 3] }));
  expect(specification.method).toMatchObject({ taper: { kind: "gaspari-cohn", halfWidth: 5 } });
  expect(specification.choose).toEqual({ halfWidth: [5, 3], epochs: 3 });
  const more = await parse(tapered({ among: [5, 3], epochs: 7 }));
  expect(more.specification.choose).toEqual({ halfWidth: [5, 3], epochs: 7 });
});

const refusals: [what: string, data: unknown, message: string][] = [
  ["a name that is no folder's", { ...twin, name: "../x" }, "need a name that can be a folder's"],
  [
    "learn: false",
    { ...twin, model: { kind: "linear", transition: [[{ learn: false, start: 1 }]] } },
    "write the number alone",
  ],
  [
    "positive: false of a variance",
    { ...twin, observations: { twin: { variance: { learn: true, start: 1, positive: false } } } },
    "is always positive",
  ],
  [
    "a positive value that starts below 0",
    {
      ...twin,
      model: { kind: "linear", transition: [[{ learn: true, start: -1, positive: true }]] },
    },
    "for positive is true",
  ],
  [
    "a learned φ of 1",
    { ...pair, method: { ...pair.method, covarianceInflation: { learn: true, start: 1 } } },
    "method.covarianceInflation.start: got 1; need less than 1",
  ],
  [
    "a list of one to choose from",
    tapered({ among: [5] }),
    "method.taper.halfWidth.among: got a list of 1; need a list of at least 2",
  ],
  [
    "a half-width of 0 to choose from",
    tapered({ among: [0, 5] }),
    "method.taper.halfWidth.among[0]: got 0; need a number more than 0",
  ],
  [
    "the same half-width twice",
    tapered({ among: [3, 5, 3] }),
    "method.taper.halfWidth.among[2]: got 3 twice; need different numbers",
  ],
  [
    "a choice with a start",
    tapered({ among: [3, 5], start: 5 }),
    'method.taper.halfWidth.start: unknown key "start"',
  ],
  [
    "a half-width in words",
    tapered("wide"),
    'got "wide"; need a number or { learn: true, start: … }, or { among: [3, 5, 8] }',
  ],
  [
    "a choice without validation",
    { ...tapered({ among: [3, 5] }), learn: { epochs: 2 } },
    "nothing is kept for validation; need learn.validation: 0.3, say",
  ],
  [
    "a choice without validation, of trajectories",
    {
      ...tapered({ among: [3, 5] }),
      observations: { twin: { variance: 1, trajectories: { training: 2 } } },
      learn: { epochs: 2 },
    },
    "nothing is kept for validation; need observations.twin.trajectories.validation",
  ],
  [
    "a choice without learning",
    { ...tapered({ among: [3, 5] }), learn: undefined, model: { ...ring.model, forcing: 8 } },
    "but the file has no learn: { epochs: … }",
  ],
  [
    "a model file of one's own",
    { ...twin, model: { file: "my-model.ts" } },
    "from a file are not built yet",
  ],
  [
    "an operator that is mistyped",
    { ...twin, observations: { twin: { operator: "identty", variance: 1 } } },
    'got "identty"; need identity, {',
  ],
  [
    "a ratio above 1",
    { ...twin, observations: { twin: { operator: { random: 2 }, variance: 1 } } },
    "operator.random: got 2",
  ],
  [
    "a list of variances for a random operator",
    { ...twin, observations: { twin: { operator: { random: 1 }, variance: [1] } } },
    "drawn at random",
  ],
  [
    "an index that is no variable",
    { ...twin, observations: { twin: { operator: { indices: [1] }, variance: 1 } } },
    "operator.indices[0]: got 1; the state has 1 variable",
  ],
  [
    "a variable observed twice",
    {
      ...pair,
      observations: { file: { ...pair.observations.file, columns: { hare: 0, lynx: 0 } } },
    },
    "columns.lynx: variable 0 is observed twice",
  ],
  [
    "too long a window",
    {
      ...twin,
      observations: { twin: { variance: { learn: true, start: 1, truth: 2 } } },
      learn: { epochs: 1, window: 9, validation: 0.2 },
    },
    "got 9; need at most the 8 times left for learning by validation: 0.2",
  ],
  [
    "all cycles in the spin-up",
    { ...twin, time: { step: 1, cycles: 10, spinup: 10 } },
    "need fewer than the 10 cycles",
  ],
  [
    "interactions of too few species",
    { ...pair, model: { kind: "lotka-volterra", growth: [1, 1], interactions: [[1, 1]] } },
    "has 1 row; need 2",
  ],
  [
    "no interactions",
    { ...pair, model: { kind: "lotka-volterra", growth: [1, 1] } },
    "model.interactions: missing; need it beside growth",
  ],
  [
    "a rate that is missing",
    { ...pair, model: { ...pair.model, predation: undefined } },
    "model.predation: missing; need it beside preyGrowth",
  ],
  [
    "lognormal noise under a matrix",
    {
      ...pair,
      time: { step: 1, cycles: 5 },
      observations: {
        twin: { operator: { matrix: [[1, 1]] }, noise: { kind: "lognormal", sd: 0.1 } },
      },
    },
    "a matrix mixes them",
  ],
  [
    "no noise of a twin",
    { ...twin, observations: { twin: {} } },
    "need variance (normal errors) or noise",
  ],
  ["no observations", { ...twin, observations: {} }, "names no source"],
  [
    "a whole number as text",
    { ...pair, method: { ...pair.method, members: "20" } },
    'got "20"; need a whole number (without quotes)',
  ],
];

test.each(refusals)("refused: %s", async (_, data, message) => {
  await expect(parse(data)).rejects.toThrow(message);
});

test.each([
  ["a tab", "a:\n\t- 1\n", "x.yaml:2:1: a tab is used as indentation"],
  ["two documents", "a: 1\n---\nb: 1\n", "x.yaml:2:1: a second document"],
  ["an alias of nothing", "name: *gone\n", "x.yaml:1:7: the alias *gone has no anchor"],
])("refused: %s", async (_, text, message) => {
  await expect(
    parseExperiment(text, "x.yaml", async (name) => ({ name, text: "" })),
  ).rejects.toThrow(message);
});

test("a position is found through an alias", async () => {
  const text = "pair: &pair { mean: [a], variance: 1 }\nmethod: { kind: kalman, initial: *pair }\n";
  await expect(
    parseExperiment(text, "x.yaml", async (name) => ({ name, text: "" })),
  ).rejects.toThrow("x.yaml:1:22 method.initial.mean[0]: got");
});

test("perturbations are centred where a factor on the anomalies is given, or where it is said", async () => {
  const centred = async (more: object): Promise<unknown> => {
    const method = { kind: "enkf", members: 5, ...more };
    const { specification } = await parse({ ...twin, method });
    return "centredPerturbations" in specification.method;
  };
  expect(await centred({})).toBe(false);
  expect(await centred({ covarianceInflation: 0.1 })).toBe(false);
  expect(await centred({ inflation: 1.04 })).toBe(true);
  expect(await centred({ inflation: 1.04, centredPerturbations: false })).toBe(false);
  expect(await centred({ centredPerturbations: true })).toBe(true);
});
