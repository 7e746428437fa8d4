/** Parts of one's own: files with a record of the form of a built-in part. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { loadExperiment, loadFile } from "../../src/io/node.js";
import { runExperiment } from "../../src/run/index.js";
import type { PartUse } from "../../src/run/specification.js";
import { filesIn, temporaryFolder } from "../cli/fixture.js";

/** Imports through the test runner, which reads the sources in place of the installed package. */
const importModule = (url: string) => import(/* @vite-ignore */ url);

/** A model x′ = rate · x of one variable, in TypeScript. */
const decay = `import { mul, type Tensor } from "kalmia/engine";
import { defineModel } from "kalmia/models";
import { positiveNumber } from "kalmia/parts";

export default defineModel({
  kind: "decay",
  title: "a quantity that decays",
  parameters: {
    rate: positiveNumber({ default: 0.5, unit: "1/step", about: "what is left after a step" }),
  },
  build: ({ rate }) => ({
    name: "decay",
    dimension: 1,
    time: "discrete",
    support: "real",
    step: () => ({
      map: (x: Tensor): Tensor => mul(rate, x),
      noise: null,
    }),
  }),
  phrase: () => "decay",
  formula: () => ["{x}_{t} = rate · {x}_{t−1}"],
});
`;

const operator = `import { mul, square, sum, expandDims, type Tensor } from "kalmia/engine";
import { defineOperator } from "kalmia/observe";
import { setting } from "kalmia/parts";

export default defineOperator({
  kind: "energy",
  title: "the energy of the state",
  parameters: { scale: setting({ bounds: { above: 0 }, default: 0.5, about: "factor on the sum of squares" }) },
  build: ({ scale }) => ({
    kind: "operator",
    operator: {
      name: "energy",
      size: 1,
      linear: false,
      components: null,
      apply: (x: Tensor): Tensor => expandDims(mul(scale, sum(square(x), -1)), -1),
      matrix: () => null,
    },
    names: ["energy"],
  }),
});
`;

const noise = `import { defineNoise } from "kalmia/observe";
import { spread } from "kalmia/parts";
import { mul } from "kalmia/engine";

export default defineNoise({
  kind: "by-sd",
  title: "normal errors by their standard deviation",
  parameters: { sd: spread({ about: "standard deviation of the error" }) },
  transform: "identity",
  variance: ({ sd }) => (typeof sd === "number" ? sd * sd : mul(sd, sd)),
  formula: "observed: value + N(0, sd²)",
});
`;

const method = `import { defineMethod, etkf } from "kalmia/filters";
import { count } from "kalmia/parts";

export default defineMethod({
  title: "the ETKF without inflation",
  parameters: { members: count(2, { about: "number of members" }) },
  needs: () => ({}),
  build: ({ members }) => etkf({ members }),
  phrase: () => "an ensemble transform Kalman filter",
  remedy: "More members may help.",
});
`;

const twin = {
  name: "own",
  model: { file: "decay.ts" } as object,
  time: { step: 1, cycles: 5 },
  observations: { twin: { variance: 1 } } as object,
  method: { kind: "enkf", members: 5, initial: { mean: [1], variance: 1 } } as object,
};

/** A folder with an experiment and these files. */
function folderWith(experiment: object, files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "own.yaml"), JSON.stringify(experiment, null, 1));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

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
    [{ forcing: 8 }, 'model.forcing: "forcing" is no setting of decay; leave it out'],
    [{ kind: "decay" }, "model.kind: given beside file"],
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
      "decay.ts: parameters.file: the name is taken",
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
      "n.mjs: variance gave -1; need finite numbers above 0",
    );
  });

  test("a method without needs", async () => {
    const experiment = { ...twin, method: { file: "m.ts", members: 5 } };
    const wrong = method.replace("needs: () => ({}),", "");
    expect(await problems(experiment, { "decay.ts": decay, "m.ts": wrong })).toBe(
      "m.ts: the record has no needs; need a function (block) => what it needs of a problem, {} for nothing",
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

/** Node itself, without the test runner: the package as built, from a folder without packages. */
describe.skipIf(!existsSync(resolve(import.meta.dirname, "../../dist/io/node.js")))(
  "on Node",
  () => {
    const entry = pathToFileURL(resolve(import.meta.dirname, "../../dist/io/node.js")).href;
    const engine = pathToFileURL(resolve(import.meta.dirname, "../../dist/engine/index.js")).href;
    const script = `
    const { loadExperiment } = await import(${JSON.stringify(entry)});
    const { Tensor, tensor } = await import(${JSON.stringify(engine)});
    try {
      const { specification } = await loadExperiment("own.yaml", process.cwd());
      const { record, block } = specification.model;
      const x = record.build(block, {}).step(1).map(tensor([4]));
      console.log(record.kind, x instanceof Tensor, ...x.data());
    } catch (error) {
      console.log(error.name, error.message);
    }`;
    const run = (files: Readonly<Record<string, string>>, model = "decay.ts"): string =>
      execFileSync(process.execPath, ["--input-type=module", "-e", script], {
        cwd: folderWith({ ...twin, model: { file: model } }, files),
        encoding: "utf8",
      }).trim();

    test("kalmia is this installation, with one engine, and files may import each other", () => {
      const parted = decay
        .replace(`kind: "decay"`, "kind")
        .replace("export default", `import { kind } from "./kind.js";\nexport default`);
      expect(
        run({ "decay.ts": parted, "kind.ts": `export const kind: string = "parted";\n` }),
      ).toBe("parted true 2");
    });

    test("JavaScript, in a folder that says nothing of modules", () => {
      const plain = decay.replace("mul, type Tensor", "mul").replace("(x: Tensor): Tensor", "(x)");
      expect(run({ "decay.js": plain }, "decay.js")).toBe("decay true 2");
    });

    test("the command line refuses it with exit code 2, and writes nothing", () => {
      const cli = resolve(import.meta.dirname, "../../dist/cli/main.js");
      const folder = folderWith(twin, { "decay.ts": decay.replace("mul(rate, x)", "x.y.z") });
      const { status, stdout, stderr } = spawnSync(process.execPath, [cli, "run", "own.yaml"], {
        cwd: folder,
        encoding: "utf8",
      });
      expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
      expect(stderr).toMatch(/^ {2}decay\.ts:17:\d+: its code threw: Cannot read/m);
      expect(filesIn(folder)).toEqual(["decay.ts", "own.yaml"]);
    });

    test.each([
      [
        "mul, type",
        "mull, type",
        /^InputError decay.ts:1:10: cannot be loaded: .*export named 'mull'/,
      ],
      [
        "defineModel }",
        "defineModel, ModelRecord }",
        /:2:23: .*if it is a type, write import type$/,
      ],
      [
        "kalmia/parts",
        "kalmia/prats",
        /^InputError decay.ts:3:33: .*there is no "kalmia\/prats"; need one of/,
      ],
      ["mul(rate, x)", "mul(rate, x as)", /^InputError decay.ts:17:\d+: does not compile/],
      [
        "mul(rate, x)",
        "mul(rate, x.foo.bar)",
        /^InputError decay.ts:17:\d+: its code threw: Cannot read/,
      ],
    ])("%s → %s", (from, to, message) => {
      expect(run({ "decay.ts": decay.replace(from, to) })).toMatch(message);
    });
  },
);
