/** What every record of a model must hold, and what those with alternatives check. */
import { describe, expect, test } from "vitest";
import { tensor } from "../../src/engine/index.js";
import {
  bindModel,
  lorenz96,
  lorenz96Coefficients,
  lotkaVolterra,
  models,
} from "../../src/models/index.js";
import {
  type Block,
  collectDefinitions,
  type Keys,
  learned,
  type ParameterDefinition,
  readParameters,
  startValues,
  use,
  withDefaults,
} from "../../src/parts/index.js";
import { expectClose } from "../support/close.js";

const learn = { kind: "residual-network", learn: true };
const pair = { preyGrowth: 0.5, predation: 0.03, predatorDeath: 0.8, conversion: 0.02 };
const A = [
  [0, -0.3],
  [0.3, -0.1],
];

/** What each model needs besides its defaults. */
const given: Readonly<Record<string, readonly Block[]>> = {
  linear: [{ transition: A }],
  "lotka-volterra": [
    pair,
    { growth: [0.5, -0.2], interactions: A, coordinates: "abundance" },
    { blocks: [0.1, 0.2, 0.1], steadyState: [1, 1, 2] },
  ],
  "clohessy-wiltshire": [{ meanMotion: 0.0013 }],
  lorenz63: [{}],
  lorenz96: [
    { dimension: 6, forcing: 8 },
    { dimension: 6, forcing: 8, imperfect: { variance: 1 }, correction: learn },
    { dimension: 6, forcing: 8, correction: { ...learn, on: "tendency" } },
  ],
  "lorenz96-two-scale": [{ slow: 4, fastPerSlow: 2, forcing: 8 }],
  "kuramoto-sivashinsky": [{ points: 16 }],
  "quasi-geostrophic": [{ truncation: 5 }, { truncation: 6, deformationRadius: 2 }],
  logistic: [{ growth: 1, capacity: 3 }],
  "fitzhugh-nagumo": [{}],
  sir: [{ transmission: 0.5, recovery: 0.2 }],
};

const cases = models.flatMap((record) =>
  given[record.kind]!.map((block) => ({ kind: record.kind, record, block })),
);

test("each kind stands once in the list", () => {
  expect(models.map(({ kind }) => kind)).toEqual(Object.keys(given));
});

describe.each(cases)("$kind of $block", ({ record, block }) => {
  const filled = withDefaults(record.parameters, block);
  const model = bindModel(record, block as never);
  const d = model.dimension;

  test("its block fits, and its model moves states of its dimension", () => {
    expect(use(record, block).block).toEqual(filled);
    const x = model.start ?? new Array<number>(d).fill(1);
    const moved = model.step(model.time === "discrete" ? 1 : 0.01).map(tensor([x, x]));
    expect(moved.shape).toEqual([2, d]);
    expect(moved.data().every(Number.isFinite)).toBe(true);
  });

  test("names, positions and start are as many as the variables", () => {
    for (const each of [model.variables, model.geometry?.positions, model.start]) {
      if (each !== undefined) expect(each).toHaveLength(d);
    }
  });

  test("phrase and formula are whole, with symbols in closed braces", () => {
    const names = Array.from({ length: d }, (_, i) => `x${i}`);
    const lines = [record.phrase(filled, d), ...record.formula(filled, names)];
    for (const line of lines) {
      expect(line).not.toMatch(/undefined|null|NaN|\[object/);
      expect(line.replace(/_?\{[^{}]+\}/g, "")).not.toMatch(/[{}]/);
    }
  });
});

const aboutsOf = (keys: Keys): string[] =>
  Object.values(keys).flatMap((key) => [
    key.about,
    ...(key.type === "group" ? aboutsOf(key.keys) : []),
  ]);

/** A record without its functions. */
const plain = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([, each]) => typeof each !== "function");
  return Object.fromEntries(kept.map(([name, each]) => [name, plain(each)]));
};

describe.each(models)("$kind", (record) => {
  test("every parameter says in a few words what it is", () => {
    const texts = [record.title, ...aboutsOf(record.parameters)];
    for (const text of texts) expect(text).toMatch(/^\S.*[^.\s]$/);
  });

  test("it is plain data but for its functions", () => {
    expect(JSON.parse(JSON.stringify(record))).toEqual(plain(record));
  });
});

test("what a model does not know, or needs and did not get, is refused with advice", () => {
  expect(() => bindModel(lorenz96, { dimension: 6 })).toThrow(/"forcing" is missing: forc/);
  const wrong = { dimension: 6, forcing: 8, F: 8 };
  expect(() => bindModel(lorenz96, wrong)).toThrow(/no parameter "F"; it has dimension, forcing/);
  expect(() => bindModel(lotkaVolterra, { preyGrowth: 1 })).toThrow(/predation, .* missing; need/);
});

test("lorenz96: the truth has neither the polynomial nor the network, and learned values their names", () => {
  const block = { dimension: 6, forcing: learned(7, { truth: 8 }), correction: learn };
  expect(lorenz96.truth!({ ...block, imperfect: { variance: 1 } })).toEqual({
    dimension: 6,
    forcing: block.forcing,
  });
  const found = new Map<string, ParameterDefinition>();
  const source = collectDefinitions(found);
  const parameters = readParameters(lorenz96.parameters, block, source, { group: "dynamics" });
  lorenz96.build(parameters, { source });
  const layers = ["features", "mixing", "output"];
  expect([...found.keys()]).toEqual([
    "forcing",
    ...layers.flatMap((layer) => [`correction.${layer}.weights`, `correction.${layer}.bias`]),
  ]);
});

// The coefficients of the true system give its tendency; sums in another order, over x of size 10.
test("lorenz96: coefficients may be given, as many as the polynomial has", () => {
  const x = tensor([8, 1, -3, 5, 2, 7]);
  const coefficients = lorenz96Coefficients(8).toArray() as number[];
  const given = (values: readonly number[]) =>
    use(lorenz96, { dimension: 6, forcing: 8, imperfect: { coefficients: values } });
  const { record, block } = given(coefficients);
  const imperfect = record.build(block as never, { source: startValues }).step(0.01);
  const exact = bindModel(lorenz96, { dimension: 6, forcing: 8 }).step(0.01);
  expectClose(imperfect.map(x), exact.map(x), 1e-12);
  expect(() => given(coefficients.slice(1))).toThrow(/coefficients: has 17 values; need 18/);
  expect(() => use(lorenz96, { dimension: 6, forcing: 8, imperfect: { seed: 1 } })).toThrow(
    /imperfect: has none; need exactly one of variance, coefficients/,
  );
});

test("lorenz96: first weights follow the seed of the correction, else that of the options", () => {
  const moved = (correction: Block, seed: number) => {
    const block = { dimension: 6, forcing: 8, correction } as never;
    const model = bindModel(lorenz96, block, { seed });
    return model.step(0.05).map(tensor(model.start!)).toArray();
  };
  expect(moved(learn, 5)).toEqual(moved({ ...learn, seed: 5 }, 1));
  expect(moved(learn, 5)).not.toEqual(moved(learn, 1));
});

describe("what no single key can show", () => {
  test.each<[string, Block, RegExp]>([
    ["linear", { transition: [[1, 2], [3]] }, /transition\.1: row 1 has 1 value; need 2, as many/],
    [
      "lorenz96",
      { dimension: 4, forcing: 8, correction: learn },
      /dimension: got 4; need at least 5 for correction/,
    ],
    [
      "lorenz96",
      { dimension: 8, forcing: learned(8), imperfect: { variance: 1 } },
      /forcing: is learned, but the coefficients of imperfect are drawn/,
    ],
    ["kuramoto-sivashinsky", { points: 33 }, /points: got 33; need an even number/],
    ["lotka-volterra", {}, /preyGrowth: missing; need it together with predation, predatorDeath/],
    ["lotka-volterra", { growth: [1, 2] }, /interactions: missing; need it together with growth/],
    ["lotka-volterra", { growth: [1], interactions: A }, /has 2 rows; need 1, one for each value/],
    [
      "lotka-volterra",
      { ...pair, growth: [1] },
      /growth: given together with preyGrowth, predation/,
    ],
    ["lotka-volterra", { blocks: [1] }, /steadyState: missing; need it together with blocks/],
    [
      "lotka-volterra",
      { blocks: [1], ...pair },
      /blocks: given together with preyGrowth, .* alone/,
    ],
    ["lotka-volterra", { blocks: [1, 2], steadyState: [1, 1] }, /has 2 values; need k\(k \+ 1\)/],
    ["lorenz96-two-scale", { dimension: 40 }, /takes "slow" and "fastPerSlow"/],
  ])("%s of %j", (kind, block, message) => {
    const record = models.find((each) => each.kind === kind)!;
    expect(() => use(record, block)).toThrow(message);
  });
});
