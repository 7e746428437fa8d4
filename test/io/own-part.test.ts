/** Parts of one's own: files with a record of the form of a built-in part. */
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { loadExperiment, loadFile } from "../../src/io/node.js";
import { runExperiment } from "../../src/run/index.js";
import type { PartUse } from "../../src/run/specification.js";
import { temporaryFolder } from "../cli/fixture.js";
import { decay, folderWith, method, noise, operator, twin } from "./own-part-fixture.js";

/** Imports through the test runner, which reads the sources in place of the installed package. */
const importModule = (url: string) => import(/* @vite-ignore */ url);

const load = (experiment: object, files: Readonly<Record<string, string>>) =>
  loadExperiment("own.yaml", folderWith(experiment, files), importModule);

const problems = (experiment: object, files: Readonly<Record<string, string>>): Promise<string> =>
  load(experiment, files).then(
    () => "",
    (error: Error) => error.message,
  );

test("a model: its parameters are keys of the block, with defaults and values to be learned", async () => {
  const plain = await load(twin, { "decay.ts": decay });
  const { record, block, file } = plain.specification.model;
  expect(record.kind).toBe("decay");
  expect(block).toEqual({ rate: 0.5 });
  expect(file).toEqual({ path: "decay.ts", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  const rate = { learn: true, start: 0.4, truth: 0.5 };
  const learned = await load(
    { ...twin, model: { file: "decay.ts", rate }, learn: { epochs: 1 } },
    { "decay.ts": decay },
  );
  expect(learned.specification.model.block).toEqual({ rate });
});

test("operator, noise and method", async () => {
  const experiment = {
    ...twin,
    observations: {
      twin: { operator: { file: "energy.ts", scale: 2 }, noise: { file: "by-sd.mjs", sd: 0.1 } },
    },
    method: { file: "bare.ts", members: 4, initial: { mean: [1], variance: 1 } },
  };
  const files = {
    "decay.ts": decay,
    "energy.ts": operator,
    "by-sd.mjs": noise,
    "bare.ts": method,
  };
  const { specification } = await load(experiment, files);
  const said = ({ record, block }: PartUse) => [record.kind, block];
  expect(said(specification.observations.operator!)).toEqual(["energy", { scale: 2 }]);
  expect(said(specification.observations.noise)).toEqual(["by-sd", { sd: 0.1 }]);
  expect(said(specification.method)).toEqual(["bare", { members: 4 }]);
});

test("the hash of an experiment changes with the text of its parts", async () => {
  const first = (await load(twin, { "decay.ts": decay })).hash;
  expect((await load(twin, { "decay.ts": decay })).hash).toBe(first);
  expect((await load(twin, { "decay.ts": `${decay}// remark\n` })).hash).not.toBe(first);
});

test("in a list of methods each may have a file", async () => {
  const methods = [
    { file: "bare.ts", members: 4 },
    { file: "bare.ts", members: 8 },
    { kind: "enkf", members: 8 },
  ];
  const folder = folderWith({ ...twin, method: methods }, { "decay.ts": decay, "bare.ts": method });
  const file = await loadFile("own.yaml", folder, importModule);
  expect(file.kind === "list" && file.experiments.map(({ label }) => label)).toEqual([
    "bare members 4",
    "bare members 8",
    "enkf",
  ]);
});

describe("the keys of its block are checked as those of a built-in part", () => {
  test.each([
    [{ rate: -1 }, "own.yaml:5:11 model.rate: got -1; need a number more than 0"],
    [
      { rat: 1 },
      'model.rat: unknown key "rat"; did you mean "rate"? (known here: file, rate, processNoise)',
    ],
    [{ forcing: 8 }, 'model.forcing: "forcing" is not a key of decay; leave it out'],
    [{ kind: "decay" }, "model.kind: given together with file"],
    [{ processNoise: { variance: [1, 2] } }, "model.processNoise.variance: has 2 values; need 1"],
  ])("%j", async (more, message) => {
    const told = await problems(
      { ...twin, model: { file: "decay.ts", ...more } },
      { "decay.ts": decay },
    );
    expect(told).toContain(message);
  });
});

describe("a file that is not good is told by its name, and what is needed", () => {
  const changed = (from: string, to: string) => ({ "decay.ts": decay.replace(from, to) });

  test.each([
    ["no file", {}, "own.yaml:4:11 model.file: decay.ts: there is no such file"],
    ["a syntax error", changed("mul(rate, x)", "mul(rate, x"), "decay.ts:18:12: does not compile"],
    [
      "an error while it loads",
      { "decay.ts": `\nthrow new Error("boom");\n` },
      "decay.ts:2:7: cannot be loaded: boom",
    ],
    [
      "no default export",
      changed("export default", "export const model ="),
      "decay.ts: has no default export; need the record of a model: export default defineModel({ … })",
    ],
    [
      "no phrase",
      changed(`phrase: () => "decay",`, ""),
      "decay.ts: the record has no phrase; need a function (block, dimension)",
    ],
    [
      "a title of another type",
      changed(`title: "a quantity that decays"`, "title: 7"),
      "decay.ts: title of the record is 7; need a text",
    ],
    [
      "a key without a sentence",
      changed(`about: "what is left after a step"`, ""),
      "decay.ts: parameters.rate has no about",
    ],
    [
      "a key of no known type",
      changed("rate: positiveNumber({", "rate: ({ type: 'numbr',"),
      `decay.ts: parameters.rate.type: got "numbr"; did you mean "number"?`,
    ],
    [
      "a key whose name is taken",
      changed("    rate: positive", "    file: positive"),
      "decay.ts: parameters.file: the name is used for something else",
    ],
    [
      "an error in build",
      changed("build: ({ rate }) => ({", `build: ({ rate }) => ({ ...[].at(0).rate,`),
      "decay.ts:11:38: its code threw",
    ],
    [
      "no dimension",
      changed("dimension: 1,", ""),
      "decay.ts: build gave dimension: nothing; need a whole number",
    ],
    ["a name of no text", changed(`name: "decay",`, ""), "decay.ts: build gave name: nothing"],
    [
      "noise of its own",
      changed("noise: null", "noise: 1"),
      "decay.ts: step(1) gave noise: 1; need null",
    ],
    ["an error in a step", changed("mul(rate, x)", "mul(rate, (x as any).y.z)"), "decay.ts:17:"],
    [
      "a wrong shape",
      { "decay.ts": decay.replace("mul(rate, x)", "sum(x)").replace("mul, type", "sum, type") },
      "decay.ts: map of step(1) gave a tensor [] for a state [1]; need [1]",
    ],
    [
      "a step of single states only",
      {
        "decay.ts": decay
          .replace("mul(rate, x)", "mul(rate, reshape(x, [-1]))")
          .replace("mul, type", "mul, reshape, type"),
      },
      "decay.ts: map of step(1) gave a tensor [2] for a state [2,1]; need [2,1]. Write it for any leading axes: [..., 1]",
    ],
    [
      "no number",
      changed("mul(rate, x)", "7 as any"),
      "decay.ts: map of step(1) gave 7 for a state [1]; need a tensor [1]",
    ],
    ["a number that is not finite", changed("mul(rate, x)", "mul(1 / 0, x)"), "decay.ts:"],
  ])("%s", async (_, files, message) => {
    expect(await problems(twin, files as Record<string, string>)).toContain(message);
  });

  test("an operator of wrong shapes", async () => {
    const experiment = {
      ...twin,
      observations: { twin: { operator: { file: "o.ts" }, variance: 1 } },
    };
    const wrong = operator.replace("size: 1", "size: 3").replace(`names: ["energy"],`, "");
    expect(await problems(experiment, { "decay.ts": decay, "o.ts": wrong })).toContain(
      "o.ts: operator.apply gave a tensor [1] for a state [1]; need [3]",
    );
  });

  test("a noise of a variance that is none", async () => {
    const experiment = { ...twin, observations: { twin: { noise: { file: "n.mjs", sd: 1 } } } };
    const wrong = noise.replace("sd * sd", "-sd");
    expect(await problems(experiment, { "decay.ts": decay, "n.mjs": wrong })).toBe(
      "n.mjs: variance gave -1; need finite numbers, 0 or more",
    );
  });

  describe("an operator that does not say what it is", () => {
    const experiment = {
      ...twin,
      observations: { twin: { operator: { file: "o.ts" }, variance: 1 } },
    };
    const H = "matrix: () => tensor([[1]])";
    const linear = operator
      .replace("linear: false", "linear: true")
      .replace("{ mul,", "{ mul, tensor,");
    test.each([
      [
        "no components",
        operator.replace("components: null,", ""),
        "build gave operator.components: nothing; need null",
      ],
      [
        "linear without a matrix",
        linear,
        "operator.linear is true, but operator.matrix(1) gave null; need a tensor [1,1], or linear: false",
      ],
      [
        "a matrix without linear",
        operator.replace("matrix: () => null", H).replace("{ mul,", "{ mul, tensor,"),
        "operator.linear is false, but operator.matrix(1) gave a tensor [1,1]; need null, or linear: true",
      ],
      [
        "squares said to be linear",
        linear.replace("matrix: () => null", "matrix: () => tensor([[0.5]])"),
        "operator.linear is true, but operator.apply gave 2 for the state [2] where its matrix gives 1; need the same",
      ],
    ])("%s", async (_, text, message) => {
      expect(await problems(experiment, { "decay.ts": decay, "o.ts": text })).toContain(
        `o.ts: ${message}`,
      );
    });

    test("a linear one passes", async () => {
      const text = linear
        .replace("matrix: () => null", H)
        .replace("mul(scale, sum(square(x), -1))", "sum(x, -1)");
      expect(await problems(experiment, { "decay.ts": decay, "o.ts": text })).toBe("");
    });
  });

  test("the kind of a built-in part", async () => {
    const named = { "decay.ts": decay.replace(`kind: "decay"`, `kind: "lorenz96"`) };
    expect(await problems(twin, named)).toBe(
      "decay.ts: lorenz96 is the kind of a built-in model; need a kind of its own",
    );
    const files = { "decay.ts": decay, "etkf.ts": method };
    expect(await problems({ ...twin, method: { file: "etkf.ts", members: 5 } }, files)).toBe(
      "etkf.ts: etkf is the kind of a built-in method; need a kind of its own",
    );
  });

  describe("a method that does not pass one cycle", () => {
    const initial = { mean: [1], variance: 1 };
    const changed = (more: string) =>
      method
        .replace("etkf({ members })", `({\n    ...etkf({ members }),\n    ${more}\n  } as any)`)
        .replace("import { count", `import { tensor } from "kalmia/engine";\nimport { count`);
    test.each([
      ["moments: undefined,", "m.ts: build gave moments: nothing; need a function"],
      ["init: undefined,", "m.ts: build gave init: nothing; need a function"],
      ["init: () => undefined,", "m.ts: init gave nothing; need the state"],
      [`forecast: () => { throw new Error("boom"); },`, "m.ts:11:"],
      [`forecast: () => { throw new Error("boom"); },`, "its code threw: boom"],
      ["analyse: (state: any) => state,", "m.ts: analyse gave "],
      [
        "analyse: (state: any) => ({ state, logEvidence: tensor([1]), innovation: tensor([1]), chiSquare: tensor(1) }),",
        "m.ts: analyse gave logEvidence: a tensor [1]; need a tensor []",
      ],
      [
        "moments: () => ({ mean: tensor([1, 2]), variance: tensor([1]) }),",
        "m.ts: moments gave for the state of init the mean: a tensor [2]; need a tensor [1]",
      ],
      [
        "moments: () => ({ mean: tensor([1]), variance: tensor([Number.NaN]) }),",
        "m.ts: moments gave for the state of init the variance with NaN in it; need finite numbers",
      ],
      ["", ""],
    ])("%s", async (more, message) => {
      const files = { "decay.ts": decay, "m.ts": changed(more) };
      for (const given of [{ initial }, {}]) {
        const told = await problems(
          { ...twin, method: { file: "m.ts", members: 5, ...given } },
          files,
        );
        if (message === "") expect(told).toBe("");
        else expect(told).toContain(message);
      }
    });
  });

  test("a method without needs", async () => {
    const experiment = { ...twin, method: { file: "m.ts", members: 5 } };
    const wrong = method.replace("needs: () => ({}),", "");
    expect(await problems(experiment, { "decay.ts": decay, "m.ts": wrong })).toBe(
      "m.ts: the record has no needs; need a function (block) => its requirements, {} for none",
    );
  });
});

test("the parts of the guide make an experiment, and it runs", async () => {
  const page = readFileSync(
    resolve(import.meta.dirname, "../../docs/guide/add-an-operator.md"),
    "utf8",
  );
  const folder = temporaryFolder();
  for (const [, name, text] of page.matchAll(/^```ts own (\S+)\n([\s\S]*?)^```$/gm)) {
    writeFileSync(join(folder, name!), text!);
  }
  const [, experiment] = /^```yaml own\n([\s\S]*?)^```$/m.exec(page)!;
  writeFileSync(join(folder, "approach.yaml"), experiment!);
  const { specification } = await loadExperiment("approach.yaml", folder, importModule);
  const host = { progress: () => {}, checkpoint: () => {}, stopRequested: () => false };
  const { result, observations } = await runExperiment(specification, host);
  expect(observations.columns).toEqual(["range"]);
  expect(result.diverged).toBe(false);
  // With errors of the instrument alone, of variance 25/12, the mean log-density of a distance is
  // −1.8; with a forecast as uncertain as the start, of standard deviation 10, it would be −3.7.
  expect(result.logLikelihood! / 60).toBeGreaterThan(-2.5);
});
