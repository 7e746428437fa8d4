import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { CliHost } from "../../src/cli/host.js";
import { NumericError } from "../../src/engine/index.js";
import { isFailed, type Json, type Reproduction } from "../../src/reproductions/index.js";
import { filesIn, kalmia, type Told, temporaryFolder } from "./fixture.js";

interface Trial {
  readonly [key: string]: number;
  readonly seed: number;
  readonly steps: number;
}

/** Orbits of the logistic map: a step an epoch; `onStep` may interfere. */
function orbits(
  name = "orbits",
  seeds: readonly number[] = [1, 2, 3],
  onStep: (trial: Trial, step: number) => void = () => {},
): Reproduction {
  return {
    name,
    title: "Orbits of the logistic map",
    source: "May (1976)",
    about: "Means of short orbits.",
    kind: "orbits 1",
    trials: (scale) => seeds.map((seed) => ({ seed, steps: scale === "quick" ? 4 : 6 })),
    run: async (given, host) => {
      const trial = given as Trial;
      const from = host.resume as { step: number; x: number } | null;
      let x = from?.x ?? 0.1 + trial.seed / 7;
      for (let step = from?.step ?? 0; step < trial.steps; step++) {
        onStep(trial, step);
        x = 3.7 * x * (1 - x);
        host.progress(step + 1, trial.steps, `x ${x.toFixed(2)}`);
        await host.checkpoint({ step: step + 1, x });
      }
      return { x };
    },
    assemble: (_, results) => {
      const ends = results.map((result) => (isFailed(result) ? null : (result as { x: number }).x));
      const ours = ends.every((x) => x !== null) ? ends.reduce((a, b) => a + b, 0) : null;
      return {
        comparisons: [
          { what: "sum of the ends", published: 2, ours },
          { what: "first end", published: null, ours: ends[0], note: "not printed" },
        ],
        figures: [],
        notes: results.flatMap((result) => (isFailed(result) ? [result.failed] : [])),
      };
    },
  };
}

const run = (
  folder: string,
  argv: readonly string[],
  all: readonly Reproduction[],
  host: Partial<CliHost> = {},
): Promise<Told> =>
  kalmia(["reproduce", ...argv], folder, { reproductions: async () => all, ...host });

/** A reproduction that notes which trial made which step. */
function watched(interfere: (trial: Trial, step: number) => void = () => {}) {
  const steps: string[] = [];
  const reproduction = orbits("orbits", [1, 2, 3], (trial, step) => {
    interfere(trial, step);
    steps.push(`${trial.seed}.${step}`);
  });
  return { steps, reproduction };
}

const hasCheckpoint = (folder: string) =>
  readdirSync(join(folder, "runs/reproduce/trials")).some((name) => name.includes("checkpoint"));

/** What is printed, without times. */
const numbers = ({ stdout }: Told) => ({ ...JSON.parse(stdout), seconds: 0 });

test("prints published, ours and their ratio, and says where the report lies", async () => {
  const folder = temporaryFolder();
  const { code, stdout, stderr } = await run(folder, ["orbits"], [orbits()]);
  expect(code).toBe(0);
  expect(stdout).toMatchInlineSnapshot(`
    "Orbits of the logistic map, quick scale
                     published    ours  ratio
    sum of the ends          2   2.010   1.00
    first end                –  0.9004      –
    - first end: not printed
    "
  `);
  expect(stderr).toMatchInlineSnapshot(`
    "orbits 0/3
    orbits 3/3
    report: runs/reproduce/orbits-quick/report.html
    "
  `);
  const files = filesIn(join(folder, "runs/reproduce"));
  expect(files.filter((file) => !file.startsWith("trials/"))).toEqual([
    "orbits-quick/figures.json",
    "orbits-quick/figures/1-errors.png",
    "orbits-quick/figures/1-errors.svg",
    "orbits-quick/manifest.json",
    "orbits-quick/report.html",
    "orbits-quick/result.json",
  ]);
  expect(files.filter((file) => /^trials\/[0-9a-f]{64}\.json$/.test(file))).toHaveLength(3);
  expect(files).toHaveLength(9);
});

test("--json prints one object, which is also result.json", async () => {
  const folder = temporaryFolder();
  const told = await run(folder, ["orbits", "--json", "--output", "here"], [orbits()]);
  const printed = JSON.parse(told.stdout);
  expect(Object.keys(printed)).toEqual([
    "name",
    "scale",
    "trials",
    "comparisons",
    "notes",
    "seconds",
    "output",
  ]);
  expect(printed).toMatchObject({ name: "orbits", scale: "quick", output: "here/orbits-quick" });
  expect(JSON.parse(readFileSync(join(folder, printed.output, "result.json"), "utf8"))).toEqual(
    printed,
  );
});

test("a trial says what it was and on what it ran", async () => {
  const folder = temporaryFolder();
  await run(folder, ["orbits", "--threads", "3"], [orbits("orbits", [5])], {
    prepareMachine: async ({ threads }) => `${threads} threads`,
  });
  const trials = join(folder, "runs/reproduce/trials");
  const [name] = readdirSync(trials);
  expect(JSON.parse(readFileSync(join(trials, name), "utf8"))).toEqual({
    kalmia: expect.stringMatching(/^\d/),
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    kind: "orbits 1",
    trial: { seed: 5, steps: 4 },
    result: { x: expect.any(Number) },
    seconds: expect.any(Number),
    version: expect.stringMatching(/^\d/),
    date: "2026-11-21T12:00:00.000Z",
    machine: "3 threads",
  });
});

test("a trial that is done is never run again, nor by another reproduction that asks for it", async () => {
  const folder = temporaryFolder();
  const { steps, reproduction } = watched();
  const first = await run(folder, ["orbits", "--json"], [reproduction]);
  expect(steps).toHaveLength(12);
  expect((await run(folder, ["orbits", "--json"], [reproduction])).stdout).toBe(first.stdout);
  expect(steps).toHaveLength(12);

  const others: number[] = [];
  const other = orbits("others", [4, 3, 4], ({ seed }) => others.push(seed));
  await run(folder, ["others"], [other]);
  expect(others).toEqual([4, 4, 4, 4]);
  // Another kind may give other numbers to the same trial.
  await run(folder, ["others"], [{ ...other, kind: "orbits 2" }]);
  expect(others).toHaveLength(4 + 8);
});

test("stopped, then called again: the same numbers, and no step is made twice", async () => {
  const whole = await run(temporaryFolder(), ["orbits", "--json"], [orbits()]);
  const folder = temporaryFolder();
  let asked = false;
  const { steps, reproduction } = watched(({ seed }, step) => {
    if (seed === 2 && step === 1) asked = true;
  });
  const watchStop: CliHost["watchStop"] = () => ({
    requested: () => asked,
    lastWords: () => {},
    release: () => {},
  });
  const stopped = await run(folder, ["orbits", "--json"], [reproduction], { watchStop });
  expect(stopped.code).toBe(1);
  expect(JSON.parse(stopped.stdout).error.kind).toBe("interrupted");
  expect(stopped.stderr).toContain("go on with: kalmia reproduce orbits --scale quick\n");
  expect(steps.at(-1)).toBe("2.1");
  expect(hasCheckpoint(folder)).toBe(true);
  expect(existsSync(join(folder, "runs/reproduce/orbits-quick"))).toBe(false);

  const resumed = await run(folder, ["orbits", "--json", "--resume"], [reproduction]);
  expect(resumed.code).toBe(0);
  expect(numbers(resumed)).toEqual(numbers(whole));
  expect(steps).toHaveLength(12);
  expect(new Set(steps).size).toBe(12);
  expect(hasCheckpoint(folder)).toBe(false);
});

test("when the time is up: a report of what is done, and later the same numbers", async () => {
  const whole = numbers(await run(temporaryFolder(), ["orbits", "--json"], [orbits()]));
  const folder = temporaryFolder();
  let clock = 0;
  const { steps, reproduction } = watched(() => {
    clock += 10_000;
  });
  // Six of the twelve steps of ten seconds: the second trial is stopped in its middle.
  const first = await run(folder, ["orbits", "--json", "--minutes", "1"], [reproduction], {
    now: () => clock,
  });
  expect(first.code).toBe(0);
  expect(steps).toHaveLength(6);
  expect(first.stderr).toContain("the time is up: 1 of 3 trials are done");
  expect(numbers(first)).toMatchObject({
    trials: { done: 1, all: 3 },
    comparisons: [{ ours: null }, {}],
  });
  const none = await run(folder, ["orbits", "--minutes", "0"], [reproduction]);
  expect(none.stdout).toContain("quick scale, 1 of 3 trials");
  expect(steps).toHaveLength(6);
  expect(numbers(await run(folder, ["orbits", "--json"], [reproduction]))).toEqual(whole);
  expect(new Set(steps).size).toBe(steps.length);
});

test("whatever ends a run, the step that was under way is all that is lost", async () => {
  const folder = temporaryFolder();
  let isBroken = true;
  const { steps, reproduction } = watched(({ seed }, step) => {
    if (isBroken && seed === 3 && step === 2) throw new Error("the power failed");
  });
  const { code, stderr } = await run(folder, ["orbits"], [reproduction]);
  expect(code).toBe(1);
  expect(stderr).toContain("the power failed");
  isBroken = false;
  expect((await run(folder, ["orbits"], [reproduction])).code).toBe(0);
  expect(steps).toHaveLength(12);
});

test("a trial whose numbers go wrong is a result; the others go on; exit code 1", async () => {
  const folder = temporaryFolder();
  const { steps, reproduction } = watched(({ seed }) => {
    if (seed === 2) throw new NumericError("cholesky: pivot 3 is −1");
  });
  for (const _ of ["run", "found again"]) {
    const told = await run(folder, ["orbits", "--json"], [reproduction]);
    expect(told.code).toBe(1);
    expect(told.stderr).toContain("1 of 3 trials failed: cholesky: pivot 3 is −1");
    expect(told.stderr).toContain("report: runs/reproduce/orbits-quick/report.html");
    const { comparisons, notes } = JSON.parse(told.stdout);
    expect(comparisons[0].ours).toBe(null);
    expect(notes).toEqual(["cholesky: pivot 3 is −1"]);
    expect(steps).toHaveLength(8);
  }
});

test("a report that cannot be made leaves the numbers", async () => {
  const folder = temporaryFolder();
  const { code, stderr } = await run(folder, ["orbits"], [orbits()], {
    renderReproduction: async () => expect.fail("no rasteriser"),
  });
  expect(code).toBe(1);
  expect(stderr).toContain("the report could not be made");
  const files = filesIn(join(folder, "runs/reproduce/orbits-quick"));
  expect(files).toEqual(["figures.json", "manifest.json", "result.json"]);
});

test("all: one that is broken does not keep the others back", async () => {
  const broken: Reproduction = {
    ...orbits("broken", [9]),
    run: () => Promise.reject(new Error("a mistake")),
  };
  const folder = temporaryFolder();
  const told = await run(folder, ["all", "--json"], [broken, orbits()]);
  expect(told.code).toBe(1);
  const { reproductions, ...rest } = JSON.parse(told.stdout);
  expect(rest).toEqual({ name: "all", scale: "quick", output: "runs/reproduce" });
  expect(reproductions[0]).toEqual({
    name: "broken",
    scale: "quick",
    error: { kind: "failure", message: "a mistake" },
  });
  expect(reproductions[1].comparisons).toHaveLength(2);
  expect(told.stderr).toContain("broken: kalmia: the run failed: a mistake");
});

test("wrong input: exit code 2, nothing is run or written", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "file"), "");
  const { steps, reproduction } = watched();
  const tries = [
    ["orbit"],
    ["orbits", "--scale", "large"],
    ["orbits", "--threads", "0"],
    ["orbits", "--output", "file"],
    ["orbits", "--fresh"],
  ];
  const told: Told[] = [];
  for (const argv of tries) told.push(await run(folder, argv, [reproduction]));
  expect(told.map(({ code }) => code)).toEqual([2, 2, 2, 2, 2]);
  const words = told.map(({ stderr }) => stderr.replace(folder, "/here")).join("");
  expect(words).toMatchInlineSnapshot(`
    "kalmia: 1 problem in the input, nothing was written
      orbit: no reproduction has this name; did you mean "orbits"? (there are orbits, all)
    error: option '--scale <scale>' argument 'large' is invalid. Allowed choices are quick, paper.
    error: option '--threads <count>' argument '0' is invalid. Need a whole number from 1 to 99.
    kalmia: 1 problem in the input, nothing was written
      file: results cannot go there: /here/file is a file
    error: unknown option '--fresh'
    "
  `);
  expect(steps).toEqual([]);
  expect(filesIn(folder)).toEqual(["file"]);
});

test("without a name it lists, as list does", async () => {
  const { code, stdout } = await run("/", [], [orbits(), orbits("others", [1])]);
  expect(code).toBe(0);
  expect(stdout).toMatchInlineSnapshot(`
    "reproductions
      orbits: Orbits of the logistic map
        May (1976)
        Means of short orbits.
        trials: 3 quick, 3 paper

      others: Orbits of the logistic map
        May (1976)
        Means of short orbits.
        trials: 1 quick, 1 paper
    "
  `);
  const reproductions = async () => [orbits()];
  const listed = await kalmia(["list", "reproductions"], "/", { reproductions });
  expect(listed.stdout).toBe((await run("/", [], [orbits()])).stdout);
  const json = JSON.parse((await run("/", ["--json"], [orbits()])).stdout) as {
    [key: string]: Json;
  };
  expect(json).toEqual({
    reproductions: [
      {
        name: "orbits",
        title: "Orbits of the logistic map",
        source: "May (1976)",
        about: "Means of short orbits.",
        trials: { quick: 3, paper: 3 },
      },
    ],
  });
});
