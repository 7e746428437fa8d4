import { expect, test } from "vitest";
import { parseExperiment, parseExperimentFile } from "../../src/io/index.js";

const file = (method: string, extra = "") => `
name: l96
model: { kind: lorenz96, dimension: 8, forcing: 8${extra} }
time: { step: 0.05, cycles: 10 }
observations: { twin: { operator: identity, variance: 1 } }
method:
${method}`;

const parse = (text: string) =>
  parseExperimentFile(text, "x.yaml", async (name) => ({ name, text: "" }));

async function labels(method: string): Promise<string[]> {
  const parsed = await parse(`${file(method)}\nlearn: { epochs: 1 }`);
  return parsed.kind === "list" ? parsed.experiments.map(({ label }) => label) : [];
}

const problems = async (text: string): Promise<string> =>
  parse(text).then(
    () => "",
    (error: Error) => error.message,
  );

test("a list is as many experiments, which differ in their method alone", async () => {
  const parsed = await parse(
    file(`
  - { kind: 3dvar-c, background: { climatology: 0.02 } }
  - { kind: enkf, members: 20 }`),
  );
  if (parsed.kind !== "list") throw new Error("not a list");
  const [first, second] = parsed.experiments.map(({ specification }) => specification);
  expect([first!.method.record.kind, second!.method.record.kind]).toEqual(["3dvar-c", "enkf"]);
  expect({ ...first, method: null }).toEqual({ ...second, method: null });
});

test("names are given, or the kind with the settings that differ", async () => {
  const named = await labels(`
  - { kind: 3dvar-c, background: { climatology: 0.02 } }
  - { kind: enkf, members: 20 }
  - { kind: enkf, members: 20, taper: { kind: gaspari-cohn, halfWidth: 5 } }
  - { kind: enkf, members: 40, covarianceInflation: { learn: true, start: 0.1 } }
  - { name: large, kind: enkf, members: 400 }`);
  expect(named).toEqual([
    "3dvar-c",
    "enkf members 20 covarianceInflation 0",
    "enkf members 20 covarianceInflation 0 halfWidth 5",
    "enkf members 40 covarianceInflation learned",
    "large",
  ]);
});

test("what is wrong in a block has its place, and what is wrong elsewhere is told once", async () => {
  const text = file(
    `
  - { kind: enkf, members: 1 }
  - { name: a/b, kind: 3dvar-c, background: { climatology: 0.02 } }
  - { kind: kalman, initail: 20 }
  - 7`,
    ", colour: 1",
  );
  expect(await problems(text)).toMatchInlineSnapshot(`
    "x.yaml:3:52 model.colour: unknown key "colour" (known here: kind, dimension, forcing, imperfect, correction, processNoise)
    x.yaml:8:28 method[0].members: got 1; need a number at least 2
    x.yaml:9:13 method[1].name: got "a/b"; need a name that a folder can have: without a slash, and not beginning with a dot or a space
    x.yaml:10:21 method[2].initail: unknown key "initail"; did you mean "initial"? (known here: kind, initial, processNoise)
    x.yaml:11:5 method[3]: got 7; need a map of keys"
  `);
});

test("methods with nothing to learn are run as they are beside those that learn", async () => {
  const parsed = await parse(
    `${file(`
  - { kind: enkf, members: 20 }
  - { kind: enkf, members: 40, covarianceInflation: { learn: true, start: 0.1 } }`)}
learn: { epochs: 7 }`,
  );
  if (parsed.kind !== "list") throw new Error("not a list");
  const epochs = parsed.experiments.map(({ specification }) => specification.learn?.epochs ?? null);
  expect(epochs).toEqual([null, 7]);
});

test("two methods of one name, and data that would differ, are refused", async () => {
  const twice = `
  - { kind: enkf, members: 20 }
  - { kind: enkf, members: 20 }`;
  expect(await problems(file(twice))).toMatchInlineSnapshot(
    `"x.yaml:9:5 method[1]: is called "enkf" like method 1; need a different name (name: …)"`,
  );
  const starts = `
  - { kind: enkf, members: 20 }
  - { kind: enkf, members: 30, initial: { mean: [1, 1, 1, 1, 1, 1, 1, 1], variance: 1 } }
  - { kind: enkf, members: 40, processNoise: { variance: 0.1 } }`;
  expect(await problems(file(starts))).toMatchInlineSnapshot(
    `"x.yaml:9:41 method[1].initial: differs from that of the first method, and the truth of a twin starts from it; need the same in all methods of a list"`,
  );
  const loud = `
  - { kind: enkf, members: 20 }
  - { kind: enkf, members: 40, processNoise: { variance: { learn: true, start: 0.1, truth: 0.2 } } }`;
  expect(await problems(`${file(loud)}\nlearn: { epochs: 1 }`)).toMatchInlineSnapshot(
    `"x.yaml:9:46 method[1].processNoise: differs from that of the first method, and it makes the truth of a twin; need the same in all methods of a list"`,
  );
  const silent = `
  - { kind: enkf, members: 20 }
  - { kind: enkf, members: 40, processNoise: { variance: { learn: true, start: 0.1, truth: 0 } } }`;
  expect(await problems(`${file(silent)}\nlearn: { epochs: 1 }`)).toBe("");
  expect(await problems(file("  []"))).toMatch(/x.yaml:7:3 method: is an empty list/);
});

test("one method is asked for where a list cannot be used", async () => {
  await expect(
    parseExperiment(file("  - { kind: enkf, members: 20 }"), "x.yaml", async (name) => ({
      name,
      text: "",
    })),
  ).rejects.toThrow("method: is a list of methods; need one of them here");
});
