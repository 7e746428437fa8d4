import { cpSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { filesIn, kalmia, temporaryFolder } from "./fixture.js";

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const examples = path("../../examples");

test("a ranking, the reasons, and a block to paste; nothing is run or written", async () => {
  const { code, stdout, stderr } = await kalmia(["advise", "lorenz96-correction.yaml"], examples, {
    runExperiment: () => expect.fail("the runner was called"),
  });
  expect(code).toBe(0);
  expect(stderr).toBe("");
  // The README shows the table as it is.
  expect(readFileSync(path("../../README.md"), "utf8")).toContain(stdout.split("\n\nenkf")[0]);
  // Times and sizes are counted by the engine; they have tests of their own.
  const text = stdout
    .replace(/^(\S+ +\d +\S+).*?( +\d+)$/gm, "$1 … $2")
    .replace(/about .* s and .* figures\)/, "about … s and … MB");
  expect(text).toMatchInlineSnapshot(`
    "lorenz96-correction  lorenz96, 20 variables, 15 observed at a time (75 %), 25 % never, 12000 values

    method    rank      accuracy  seconds   MB  s an epoch  numbers learned
    enkf         1      accurate …              9408
    ens3dvar     2      accurate …              9809
    3dvar-c      3      moderate …              9787
    3dvar-k      4      moderate …              9687
    kalman       –  not possible        –    –           –                –

    The file as it is, with 3dvar-c: about … s and … MB.

    enkf
      +2 25 members carry a covariance that follows the flow: learned models and states are about twice as good as with one state.
       · 25 % of the variables are never observed: the members know them from the model.

    ens3dvar
      +2 25 members carry a covariance that follows the flow: learned models and states are about twice as good as with one state.
       · 25 % of the variables are never observed: the members know them from the model.
      −1 The static part has little to add: there are as many members as variables.

    3dvar-c
       · One state and a covariance or gain that does not change: errors about twice those of an ensemble in the experiments on Lorenz-96.
      −2 25 % of the variables are never observed: it struggles to recover them, for nothing but what it learned ties them to the others.

    3dvar-k
       · One state and a covariance or gain that does not change: errors about twice those of an ensemble in the experiments on Lorenz-96.
      −2 25 % of the variables are never observed: it struggles to recover them, for nothing but what it learned ties them to the others.
      −1 It has no likelihood: by its misfit it cannot be compared with the others.

    kalman
      not possible: It needs a linear model.

    note: The model has no noise of its own, and it is known to be imperfect: without processNoise members trust it too much.

    To take enkf instead of 3dvar-c:

    method:
      kind: enkf
      members: 25
      covarianceInflation: { learn: true, start: 0.1 }
      taper: { kind: gaspari-cohn, halfWidth: 5 }
      processNoise: { variance: { learn: true, start: 2, each: true } }

    Seconds and MB are those of kalmia run from start to report: counted, not measured, on one thread without a library, with all epochs; those an epoch are of its windows alone. docs/guide/choosing.md says more.
    "
  `);
});

test("--json prints one object", async () => {
  const { code, stdout } = await kalmia(["advise", "nile.yaml", "--json"], examples);
  expect(code).toBe(0);
  const output = JSON.parse(stdout);
  expect(output).toMatchObject({ name: "nile", model: "linear", method: "kalman", best: "kalman" });
  expect(
    output.methods.map(({ rank, kind }: { rank: number; kind: string }) => [rank, kind]),
  ).toEqual([
    [1, "kalman"],
    [2, "enkf"],
    [3, "ens3dvar"],
    [4, "3dvar-c"],
    [5, "3dvar-k"],
  ]);
  const [{ cost, findings, block }] = output.methods;
  expect(output.own).toEqual(cost);
  expect(cost.memory.total).toBeGreaterThan(cost.memory.process);
  for (const key of ["bytes", "operations", "secondsPerEpoch", "seconds", "learned"]) {
    expect(cost[key]).toBeGreaterThan(0);
  }
  expect(findings[0]).toMatchObject({ rule: "exact", about: "accuracy", points: 4 });
  expect(block).toContain("kind: kalman");
});

test("what cannot be taken is last, with its reason", async () => {
  const { stdout } = await kalmia(["advise", "lynx-hare.yaml"], examples);
  expect(stdout).toContain("kalman       –  not possible");
  expect(stdout).toContain("not possible: It needs a linear model.");
  expect(stdout).toContain("The file takes enkf already:");
  const { stdout: json } = await kalmia(["advise", "lynx-hare.yaml", "--json"], examples);
  expect(JSON.parse(json).impossible).toEqual([
    { kind: "kalman", obstacle: "It needs a linear model." },
  ]);
});

test("a variance that a method cannot learn is said to be fixed, where the file has it", async () => {
  const { stdout } = await kalmia(["advise", "nile.yaml", "--json"], examples);
  const { methods } = JSON.parse(stdout);
  const of = (wanted: string) =>
    methods.find(({ kind }: { kind: string }) => kind === wanted).block;
  expect(of("3dvar-c")).toContain('# and under model: processNoise: {"variance":1000}');
  expect(of("enkf")).not.toContain("#");
});

test.each(["bad-syntax.yaml", "unknown-key.yaml", "ring.yaml", "no-such.yaml", "not-finite.yaml"])(
  "%s is refused with exit code 2, as run refuses it",
  async (file) => {
    const folder = temporaryFolder();
    cpSync(path("broken"), folder, { recursive: true });
    const before = filesIn(folder);
    const [told, run] = await Promise.all([
      kalmia(["advise", file], folder),
      kalmia(["run", file], folder),
    ]);
    expect(told).toEqual(run);
    expect(told.code).toBe(2);
    expect(told.stdout).toBe("");
    expect(filesIn(folder)).toEqual(before);
    const { code, stdout } = await kalmia(["advise", file, "--json"], folder);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { kind: "input" } });
  },
);
