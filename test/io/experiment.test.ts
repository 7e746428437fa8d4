import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { kalmanRecord } from "../../src/filters/index.js";
import { parseExperiment } from "../../src/io/experiment.js";
import { loadExperiment } from "../../src/io/node.js";
import { linear, lotkaVolterra } from "../../src/models/index.js";
import { identityOperator, normalNoise, operators } from "../../src/observe/index.js";

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
    noise: {
      record: normalNoise,
      block: { variance: { learn: true, start: 10000, positive: true } },
    },
  });
  expect(specification.learn).toEqual({
    epochs: 400,
    window: null,
    rates: { dynamics: 0.05, filter: 0.05 },
    loss: "likelihood",
    schedule: "plateau",
    clip: null,
    validation: 0,
    patience: 20,
    plateau: { patience: 5, factor: 0.5 },
    restarts: 1,
    scatter: 0.3,
    refine: true,
  });
});

test("defaults of a twin", async () => {
  const { file, problem, ...experiment } = await parse(twin);
  expect(file).toMatchObject({
    seed: 1,
    observations: { twin: { operator: { kind: "identity" } } },
  });
  expect(experiment).toEqual({
    output: "runs/twin",
    specification: {
      name: "twin",
      seed: 1,
      model: { record: linear, block: { transition: [[1]] } },
      processNoise: null,
      filterProcessNoise: null,
      time: { step: 1, substeps: 1, observeEvery: 1, cycles: 10, spinup: 0, forecast: 0 },
      observations: {
        kind: "twin",
        operator: { record: identityOperator, block: {} },
        noise: { record: normalNoise, block: { variance: 1 } },
      },
      method: { record: kalmanRecord, block: {} },
      initial: null,
      learn: null,
    },
  });
});

test("defaults of a record", async () => {
  const { specification } = await parse(pair);
  expect(specification.model).toEqual({
    record: lotkaVolterra,
    block: { ...rates, coordinates: "log" },
  });
  expect(specification.time.cycles).toBeNull();
  expect(specification.method.block).toEqual({ members: 20, covarianceInflation: 0 });
  expect(specification.initial).toEqual({ mean: [30, 4], variance: 0.1 });
});

test("JSON is read as YAML is", async () => {
  const json = await parseExperiment(JSON.stringify(twin, null, "\t"), "x.json", () =>
    expect.fail("no data to read"),
  );
  const { problem: _, ...yaml } = await parse(twin);
  expect(json).toMatchObject(yaml);
});

describe("process noise", () => {
  const variance = [0.5];
  const own = { processNoise: { variance } };

  test("under the model it is that of the system, and of the filter", async () => {
    const { specification } = await parse({ ...twin, model: { ...twin.model, ...own } });
    expect(specification).toMatchObject({ processNoise: { variance }, filterProcessNoise: null });
    expect(specification.model.block).toEqual({ transition: [[1]] });
  });

  test("under the method it is the filter's alone, and may differ from that of the system", async () => {
    const method = { ...twin.method, processNoise: { variance: [2] } };
    const alone = await parse({ ...twin, method });
    expect(alone.specification).toMatchObject({
      processNoise: null,
      filterProcessNoise: { variance: [2] },
    });
    const both = await parse({ ...twin, model: { ...twin.model, ...own }, method });
    expect(both.specification).toMatchObject({
      processNoise: { variance },
      filterProcessNoise: { variance: [2] },
    });
    expect(both.specification.method.block).toEqual({});
  });

  test("a learned one of the filter needs no truth; with a truth it is that of the twin", async () => {
    const learn = { epochs: 1 };
    const learned = { learn: true, start: 1, each: true };
    const method = (given: object) => ({ ...twin.method, processNoise: { variance: given } });
    const filter = await parse({ ...twin, method: method(learned), learn });
    expect(filter.specification).toMatchObject({
      processNoise: null,
      filterProcessNoise: { variance: learned },
    });
    const old = { ...learned, truth: 0.3 };
    const system = await parse({ ...twin, method: method(old), learn });
    expect(system.specification).toMatchObject({
      processNoise: { variance: old },
      filterProcessNoise: null,
    });
    await expect(
      parse({ ...twin, model: { ...twin.model, ...own }, method: method(old), learn }),
    ).rejects.toThrow("method.processNoise: is also given under model; need it only once");
  });

  test("of a record it is that of the filter, wherever it stands", async () => {
    const processNoise = { variance: 0.1 };
    const { specification } = await parse({ ...pair, method: { ...pair.method, processNoise } });
    expect(specification).toMatchObject({ processNoise: null, filterProcessNoise: processNoise });
  });
});

describe.each([
  ["identity", "identity", {}],
  ["every", { every: 2 }, { every: 2 }],
  ["indices", { indices: [0, 2] }, { indices: [0, 2] }],
  ["random", { random: 0.5 }, { random: 0.5 }],
  ["ratio", { ratio: 0.6 }, { ratio: 0.6 }],
  ["matrix", { matrix: [[1, 0, 1]] }, { matrix: [[1, 0, 1]] }],
])("operator %s", (kind, operator, block) => {
  const parsed = async (written: unknown) => {
    const transition = [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ];
    const { specification } = await parse({
      ...twin,
      model: { kind: "linear", transition },
      observations: { twin: { operator: written, variance: 1 } },
    });
    return specification.observations.operator;
  };

  test("is resolved, with its kind or without", async () => {
    const use = { record: operators.find((each) => each.kind === kind), block };
    expect(await parsed(operator)).toEqual(use);
    expect(await parsed({ kind, ...block })).toEqual(use);
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
  expect(specification.model).toEqual({
    record: lotkaVolterra,
    block: { ...many, coordinates: "abundance" },
  });
});

test("learned values keep what the file says of them", async () => {
  const { specification } = await parse({
    ...twin,
    model: { kind: "linear", transition: [[{ learn: true, start: 0.5, truth: 0.9 }]] },
    learn: { epochs: 3, window: 5, rates: { filter: 0.1 } },
  });
  expect(specification.model.block).toEqual({
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
  expect(specification.method.block).toMatchObject({
    taper: { kind: "gaspari-cohn", halfWidth: 5 },
  });
  const key = ["taper", "halfWidth"];
  expect(specification.choose).toEqual({ key, among: [5, 3], epochs: 3 });
  const more = await parse(tapered({ among: [5, 3], epochs: 7 }));
  expect(more.specification.choose).toEqual({ key, among: [5, 3], epochs: 7 });
});

const refusals: [what: string, data: unknown, message: string][] = [
  ["a name that is no folder's", { ...twin, name: "../x" }, "need a name that a folder can have"],
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
    "because positive is true",
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
    "nothing is kept for validation; need learn.validation, such as 0.3",
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
    "a part of one's own where nothing can load it",
    { ...twin, model: { file: "my-model.ts" } },
    "model.file: names a file of code, which cannot be loaded here",
  ],
  [
    "a key of another method",
    { ...twin, method: { kind: "etkf", members: 5, xN: 1 } },
    'method.xN: "xN" is not a key of etkf; leave it out',
  ],
  [
    "a key of another method that few have",
    { ...twin, method: { kind: "etkf", members: 5, form: "dual" } },
    'method.form: "form" is not a key of etkf; leave it out',
  ],
  [
    "a key of another model",
    { ...twin, model: { kind: "lorenz63", forcing: 8 } },
    'model.forcing: "forcing" is not a key of lorenz63; leave it out',
  ],
  [
    "too few variables for an imperfect model",
    { ...ring, model: { ...ring.model, dimension: 4, forcing: 8, imperfect: { variance: 1 } } },
    "model.dimension: got 4; need at least 5 for imperfect",
  ],
  [
    "an operator without a kind",
    { ...twin, observations: { twin: { operator: {}, variance: 1 } } },
    "operator: has none; need exactly one of every, indices, random, ratio, matrix, power",
  ],
  [
    "an operator whose key is mistyped",
    { ...twin, observations: { twin: { operator: { evry: 2 }, variance: 1 } } },
    'operator.evry: unknown key "evry"; did you mean "every"?',
  ],
  [
    "a setting of an operator alone",
    { ...twin, observations: { twin: { operator: { everyStep: true }, variance: 1 } } },
    "operator.everyStep: is a setting of random; need random beside it",
  ],
  [
    "an operator of an unknown kind",
    { ...twin, observations: { twin: { operator: { kind: "evry", every: 2 }, variance: 1 } } },
    'operator.kind: unknown kind "evry"; did you mean "every"?',
  ],
  [
    "substeps of a model that is not integrated",
    { ...twin, time: { step: 1, cycles: 10, substeps: 2 } },
    "time.substeps: is for models that are integrated in time; linear takes a step exactly",
  ],
  [
    "a mean of abundances that is not above zero",
    { ...pair, method: { ...pair.method, initial: { mean: [30, 0], variance: 0.1 } } },
    "method.initial.mean[1]: got 0; need more than 0, because the variables of lotka-volterra are above zero",
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
    "model.interactions: missing; need it together with growth",
  ],
  [
    "a rate that is missing",
    { ...pair, model: { ...pair.model, predation: undefined } },
    "model.predation: missing; need it together with preyGrowth",
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
    "the operator matrix mixes them",
  ],
  [
    "no noise of a twin",
    { ...twin, observations: { twin: {} } },
    "need variance (normal errors) or noise",
  ],
  ["no observations", { ...twin, observations: {} }, "has no source"],
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

describe("the operator of a record", () => {
  const observed = (more: object, columns: object) => ({
    ...pair,
    observations: {
      file: { ...pair.observations.file, noise: { kind: "normal", variance: 1 }, columns, ...more },
    },
  });

  test("columns are its values, put into their order", async () => {
    const matrix = [
      [1, 1],
      [0, 1],
    ];
    const { specification } = await parse(observed({ operator: { matrix } }, { hare: 1, lynx: 0 }));
    expect(specification.observations).toMatchObject({
      operator: { block: { matrix } },
      record: { columns: ["lynx", "hare"], components: [-1, -1] },
    });
    const { observations } = specification;
    expect(observations.kind === "record" && observations.record.values[0]).toEqual([4, 30]);
  });

  test("single variables keep their positions", async () => {
    const { specification } = await parse(
      observed({ operator: { indices: [1, 0] } }, { hare: 1, lynx: 0 }),
    );
    expect(specification.observations).toMatchObject({
      record: { columns: ["lynx", "hare"], components: [1, 0] },
    });
  });

  test.each([
    [
      { operator: { matrix: [[1, 1]] } },
      { hare: 0, lynx: 1 },
      "columns.lynx: got 1; the operator has 1 value, counted from 0 to 0",
    ],
    [
      { operator: "identity" },
      { hare: 0 },
      "columns: no column for value 1 of the operator; need one for each of its 2 values",
    ],
    [
      { operator: { random: 1, everyStep: true } },
      { hare: 0, lynx: 1 },
      "operator: observes other variables at each time",
    ],
  ])("%j with %j is refused", async (more, columns, message) => {
    await expect(parse(observed(more, columns))).rejects.toThrow(message);
  });
});

describe("what is known before the record", () => {
  const record = {
    name: "record",
    model: { kind: "linear", transition: [[1]] },
    time: { step: 1 },
    observations: {
      file: {
        path: "pelts.csv",
        time: "year",
        columns: { hare: 0 },
        noise: { kind: "normal", variance: 1 },
      },
    },
    method: { kind: "rts", initial: { mean: [0], variance: 0 } as Record<string, unknown> },
  };
  const withInitial = (initial: Record<string, unknown>, method: object = { kind: "rts" }) =>
    parse({ ...record, method: { ...method, initial } });

  test("a variance of 0, and a diffuse start of all or of some variables", async () => {
    const known = await withInitial({ mean: [0], variance: 0 });
    expect(known.specification.initial).toEqual({ mean: [0], variance: 0 });
    const all = await withInitial({ diffuse: true });
    expect(all.specification.initial).toMatchObject({ diffuse: true });
    const some = await withInitial({ mean: [0], variance: 1, diffuse: [true] });
    expect(some.specification.initial).toMatchObject({ diffuse: [true] });
  });

  test.each<[Record<string, unknown>, object, RegExp]>([
    [{ mean: [0], variance: -1 }, { kind: "rts" }, /method.initial.variance: got -1; need/],
    [
      { mean: [0] },
      { kind: "rts" },
      /initial.variance: missing; need mean and variance of the state, or diffuse: true/,
    ],
    [
      { mean: [0], variance: 1, diffuse: [true, false] },
      { kind: "rts" },
      /initial.diffuse: has 2 values; need 1/,
    ],
    [
      { mean: [0], variance: 1, diffuse: 3 },
      { kind: "rts" },
      /initial.diffuse: got 3; need true, or a list/,
    ],
    [
      { diffuse: true },
      { kind: "enkf", members: 5 },
      /initial.diffuse: enkf needs a mean and a variance/,
    ],
  ])("%j", async (initial, method, message) => {
    await expect(withInitial(initial, method)).rejects.toThrow(message);
  });

  test("a twin draws its truth", async () => {
    const method = { kind: "rts", initial: { diffuse: true } };
    await expect(parse({ ...twin, method })).rejects.toThrow(
      /truth of a twin is drawn from the prior/,
    );
  });
});
