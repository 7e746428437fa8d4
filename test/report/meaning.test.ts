/** Everything that can be learned has a text in the report, and no two settings of a method share one. */
import { describe, expect, test } from "vitest";
import type { MethodRecord } from "../../src/filters/index.js";
import { lorenz96, type ModelRecord, models } from "../../src/models/index.js";
import { type NoiseRecord, noises, normalNoise } from "../../src/observe/index.js";
import type { Key, Keys } from "../../src/parts/index.js";
import { meaningsOf } from "../../src/report/meaning.js";
import { methods } from "../../src/smoothers/index.js";
import { lynxHare } from "./fixture.js";

interface Parts {
  readonly model?: ModelRecord;
  readonly method?: MethodRecord;
  readonly noise?: NoiseRecord;
}

const byKind = (kind: string): MethodRecord => methods.find((record) => record.kind === kind)!;

/** The texts of these parts; of a part that is not named those of Lorenz-96, an EnKF or normal noise. */
const textsOf = ({ model = lorenz96, method = byKind("enkf"), noise = normalNoise }: Parts) => {
  const { specification } = lynxHare();
  return meaningsOf({
    ...specification,
    model: { record: model, block: {} },
    method: { record: method, block: {} },
    observations: { ...specification.observations, noise: { record: noise, block: {} } },
  });
};

const isLearnable = (key: Key): boolean =>
  key.type === "matrix" ? key.learnable : ["number", "spread", "vector"].includes(key.type);

/** The names under which learned values of these keys stand in a result; groups are walked through. */
function learnableNames(keys: Keys, prefix = ""): string[] {
  return Object.entries(keys).flatMap(([name, key]) => {
    if (key.type === "group") return learnableNames(key.keys, `${prefix}${name}.`);
    if (!isLearnable(key)) return [];
    const one = `${prefix}${name}`;
    if (key.type === "matrix") return [`${one}[1][0]`];
    return key.type === "number" ? [one] : [one, `${one}[2]`];
  });
}

/** What is learned whole, by the name of the key that asks for it. */
const wholes: Readonly<Record<string, readonly string[]>> = {
  background: ["background.factor", "background.variance", "background.entries"],
  gain: ["gain"],
  correction: ["correction.input.weights", "correction.output.bias"],
};

/** All names that something of these keys can be learned under. */
const namesOf = (keys: Keys): string[] => [
  ...learnableNames(keys),
  ...Object.entries(wholes).flatMap(([name, tensors]) =>
    Object.hasOwn(keys, name) ? tensors : [],
  ),
];

const methodNames = methods.flatMap((method) =>
  namesOf(method.parameters).map((name) => ({ method, kind: method.kind, name })),
);
const modelNames = models.flatMap((model) =>
  namesOf(model.parameters).map((name) => ({ model, kind: model.kind, name })),
);
const noiseNames = noises.flatMap((noise) =>
  namesOf(noise.parameters).map((name) => ({
    noise,
    kind: noise.kind,
    name: `observations.${name}`,
  })),
);

test("the walk finds numbers, spreads, vectors, matrices, groups and tensors", () => {
  const names = [...methodNames, ...modelNames, ...noiseNames].map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining([
      ...["covarianceInflation", "taper.halfWidth", "relaxation.spread", "mixing", "xN"],
      ...["observations.variance", "observations.variance[2]", "observations.sd"],
      ...["growth", "growth[2]", "transition[1][0]", "interactions[1][0]", "blocks"],
      ...Object.values(wholes).flat(),
    ]),
  );
  expect(methodNames.length).toBeGreaterThan(60);
});

describe("a text of more than one word for", () => {
  test.each(methodNames)("$name of $kind", ({ method, name }) => {
    expect(textsOf({ method })(name)).toMatch(/\w+ \w+/);
  });
  test.each(modelNames)("$name of $kind", ({ model, name }) => {
    expect(textsOf({ model })(name)).toMatch(/\w+ \w+/);
  });
  test.each(noiseNames)("$name of $kind noise", ({ noise, name }) => {
    expect(textsOf({ noise })(name)).toMatch(/\w+ \w+/);
  });
  test.each(["processNoise.variance", "processNoise.variance[3]", "initial.mean[0]"])(
    "%s",
    (name) => expect(textsOf({})(name)).toMatch(/\w+ \w+/),
  );
});

test("three kinds of inflation are three things", () => {
  const of = textsOf({ method: byKind("etkf") });
  expect(of("inflation")).toMatch(/λ: the anomalies are multiplied by λ after the analysis/);
  expect(of("covarianceInflation")).toMatch(/φ: the forecast covariance/);
  expect(of("additiveInflation")).toMatch(/variance of the noise that is added to each member/);
  // Without members λ is said to be of the covariance.
  expect(textsOf({ method: byKind("extended-kalman") })("inflation")).toMatch(/covariance.* λ²/);
});

test.each(methods)("no two settings of $kind have one text", (method) => {
  const of = textsOf({ method });
  // Elements of one key, and the tensors of one, share its text.
  const keys = [...new Set(namesOf(method.parameters).map((name) => name.replace(/\[\d\]/g, "")))];
  const ones = keys.filter((name) => !name.startsWith("background.") || name.endsWith(".factor"));
  const texts = [...ones, "processNoise.variance", "initial.mean", "observations.variance"].map(of);
  expect(new Set(texts).size).toBe(texts.length);
});

test("a unit follows the text, and a name that nothing knows has none", () => {
  expect(textsOf({ model: models.find(({ kind }) => kind === "logistic")! })("growth")).toMatch(
    /, in 1\/time$/,
  );
  expect(textsOf({})("preyGrowth")).toBe("");
  expect(textsOf({})("toString")).toBe("");
});
