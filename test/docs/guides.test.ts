/**
 * What the guides say of their examples is so. Their figures are written by the runs (`quotes.ts`) and held
 * to the digits shown, for the default build rounds alike on every machine. What they claim is held beside it.
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { summariseInnovations } from "../../src/report/innovation-summary.js";
import type { RunOutput } from "../../src/run/index.js";
import { runText } from "../run/load.js";
import { type Variant, variants, withFigures } from "./quotes.js";

const root = resolve(import.meta.dirname, "../..");
const inGuide = (name: string): string => `docs/guide/${name}`;
const page = (name: string): string => readFileSync(resolve(root, `${inGuide(name)}.md`), "utf8");
const wrong = page("what-goes-wrong");
const starting = page("starting-values");
const diagnostics = page("diagnostics");

const runs = new Map<string, Promise<RunOutput>>();

/** An example, with some of its words changed; each is run once. */
function run(...[name, ...changes]: Variant): Promise<RunOutput> {
  const text = readFileSync(resolve(root, `examples/${name}.yaml`), "utf8");
  const changed = changes.reduce((before, [from, to]) => {
    expect(before).toContain(from);
    return before.replace(from, to);
  }, text);
  const output = runs.get(changed) ?? runText(changed);
  runs.set(changed, output);
  return output;
}

test.each([
  "README",
  ...["diagnostics", "first-steps", "starting-values", "what-goes-wrong"].map(inGuide),
])(
  "%s.md quotes the runs",
  async (name) => {
    const file = resolve(root, `${name}.md`);
    const filled = await withFigures(readFileSync(file, "utf8"), (variant) => run(...variant));
    await expect(filled).toMatchFileSnapshot(file);
  },
  // Some thirty runs of the examples as they are and changed, of a second or two each.
  240_000,
);

const chiSquare = ({ innovations }: RunOutput): number =>
  summariseInnovations(innovations)!.chiSquareRatio;
const shareOf = ({ result: { rmse, spread } }: RunOutput): number =>
  spread!.analysis / rmse!.analysis;
const warned = ({ result }: RunOutput, what: RegExp): boolean =>
  result.warnings.some((warning) => what.test(warning));
const tooSure = /far too sure of itself/;

describe("divergence", () => {
  let ill: RunOutput;
  let well: RunOutput;
  beforeAll(async () => {
    ill = await run("divergence");
    well = await run("divergence-remedy");
  });

  test("the filter is worse than none, does not know it, and the run says so", () => {
    expect(ill.result.rmse!.analysis).toBeGreaterThan(3.6); // the deviation of the system
    expect(shareOf(ill)).toBeLessThan(0.1); // 0.027
    expect(chiSquare(ill)).toBeGreaterThan(10); // 23
    expect(warned(ill, tooSure)).toBe(true);
    expect(ill.result.diverged).toBe(false); // the numbers stay finite: nothing else tells
  });

  test("taper and inflation bring it back", () => {
    expect(well.result.rmse!.analysis).toBeLessThan(0.5); // 0.28; an observation's error is 1
    expect(shareOf(well)).toBeGreaterThan(0.5); // 0.64
    expect(chiSquare(well)).toBeLessThan(1.3); // 1.06
    expect(well.result.warnings).toEqual([]);
    expect(well.result.logLikelihood!).toBeGreaterThan(ill.result.logLikelihood! + 1e5);
  });
});

describe("collapse", () => {
  test("a wrong model shared by all members, and a static part", async () => {
    const ill = await run("collapse");
    expect(shareOf(ill)).toBeLessThan(0.3); // 0.17
    expect(chiSquare(ill)).toBeGreaterThan(1.6); // 2.02
    expect(warned(ill, tooSure)).toBe(true);
    const well = await run("collapse-remedy");
    expect(shareOf(well)).toBeGreaterThan(0.6); // 0.81
    expect(well.result.rmse!.analysis).toBeLessThan(0.6 * ill.result.rmse!.analysis); // 0.40 of 1.04
    expect(chiSquare(well)).toBeLessThan(1.2); // 1.01
    expect(well.result.warnings).toEqual([]);
  });

  test("in a record, by its innovations", async () => {
    const sure = await run(...variants["nile:sure"]!);
    const [warning, ...others] = sure.result.warnings;
    expect(others).toEqual([]);
    expect(warning).toMatch(tooSure);
    expect(warning).toContain("is 10 where 1 is expected, so errors are 3.2 times as large");
    expect(wrong).toContain("is 10 where 1 is expected, so errors are 3.2 times as large");
    expect((await run("nile")).result.warnings).toEqual([]);
  });
});

describe("parameters that the record does not determine", () => {
  const [c, q] = ["transition[0][1]", "processNoise.variance[1]"] as const;

  test("only the product is seen: fixing one factor costs no likelihood", async () => {
    const [ill, well] = [await run("product"), await run("product-remedy")];
    const { [c]: coupling, [q]: noise } = ill.result.parameters;
    for (const { learned, standardError } of [coupling!, noise!]) {
      expect(standardError!).toBeGreaterThan(100 * learned);
    }
    const product = coupling!.learned ** 2 * noise!.learned;
    // The prior's variance of 1e-6 is all that tells the factors apart.
    expect(product / well.result.parameters[q]!.learned).toBeCloseTo(1, 4);
    expect(ill.result.logLikelihood!).toBeCloseTo(well.result.logLikelihood!, 3);
    expect(ill.result.warnings).toHaveLength(1);
    expect(wrong).toContain(ill.result.warnings[0]);
    expect(well.result.warnings).toEqual([]);
  });

  test("a variable that is never observed", async () => {
    const [ill, well] = [await run("unseen"), await run("unseen-remedy")];
    for (const { start, learned, standardError } of Object.values(ill.result.parameters)) {
      expect(learned).toBeCloseTo(start, 12);
      expect(standardError).toBeNull();
    }
    expect(wrong).toContain(ill.result.warnings.find((warning) => /curved/.test(warning)));
    expect(well.result.warnings).toEqual([]);
  });

  test("two kinds of noise in a short record", async () => {
    const [ill, well] = [await run("short-record"), await run("short-record-remedy")];
    for (const name of ["processNoise.variance", "observations.variance"]) {
      const { learned, truth, standardError } = well.result.parameters[name]!;
      expect(Math.abs(learned - truth!)).toBeLessThan(3 * standardError!);
    }
    expect(warned(ill, /tells processNoise.variance and observations.variance apart/)).toBe(true);
    expect(well.result.warnings).toEqual([]);
    expect(warned(await run("short-record", ["seed: 1", "seed: 4"]), /rest at a bound/)).toBe(true);
  });
});

describe("starting values", () => {
  test("a far start ends at a worse maximum, which looks fine", async () => {
    const far = await run("far-start");
    expect(warned(far, tooSure)).toBe(false);
    const near = await run("lynx-hare");
    expect(near.result.logLikelihood!).toBeGreaterThan(far.result.logLikelihood! + 5); // 5.98
    expect(near.result.warnings).toEqual([expect.stringMatching(/^covarianceInflation .* bound/)]);
  });

  test("an initial state that is too sure of itself is paid for by noise", async () => {
    const [sure, open] = [await run("sure-start"), await run("nile")];
    for (const name of ["processNoise.variance", "observations.variance"]) {
      expect(sure.result.parameters[name]!.learned).toBeGreaterThan(
        2 * open.result.parameters[name]!.learned,
      );
    }
    expect(sure.result.logLikelihood!).toBeLessThan(open.result.logLikelihood! - 50);
  });

  test("a static covariance that starts too small is not learned, a larger one is", async () => {
    const narrow = await run("narrow-background");
    expect(narrow.result.rmse!.analysis).toBeGreaterThan(1.2); // 1.80; an observation's error is 1
    expect(warned(narrow, tooSure)).toBe(true);
    const wide = await run("narrow-background", ["identity: 0.01", "identity: 1"]);
    expect(wide.result.rmse!.analysis).toBeLessThan(0.65); // 0.50
    expect(wide.result.warnings).toEqual([]);
  });

  test("a start at which the filter fails is restarted; a nearer one needs none of it", async () => {
    const bad = await run("bad-start");
    expect(
      warned(bad, /failed numerically \d+ times and was restarted from the observations/),
    ).toBe(true);
    expect(bad.result.diverged).toBe(false);
    // It begins 52 away. Where it ends is a matter of chaos: of eight seeds one ends at 6.8.
    expect(Math.abs(bad.result.parameters.forcing!.learned - 8)).toBeLessThan(2);
    const good = await run("bad-start-remedy");
    expect(good.result.warnings).toEqual([]);
    expect(Math.abs(good.result.parameters.forcing!.learned - 8)).toBeLessThan(0.5); // 7.9
    expect(good.result.rmse!.analysis).toBeLessThan(0.6); // 0.37
  });
});

test("the guides name files that there are", () => {
  const named = [wrong, starting, diagnostics, page("choosing")].flatMap((text) => [
    ...text.matchAll(/examples\/[a-z][\w-]+\.yaml/g),
  ]);
  for (const [file] of named) expect(() => readFileSync(resolve(root, file))).not.toThrow();
});

test("inside a network: it lies between the EnKF and a static covariance, and has learned what grows", async () => {
  const { result, inspection } = await run("dan-inside");
  expect(result.warnings).toEqual([]);
  expect(result.rmse!.analysis).toBeLessThan(0.36); // 0.29; that of 3DVar is 0.40
  const { rmse, bias, gain, spectra, distances, alignment, locality } = inspection!;
  expect(rmse!.network).toBe(result.rmse!.analysis);
  expect(Math.abs(rmse!.ensemble - 0.178)).toBeLessThan(0.01);
  expect(bias.mean).toBeLessThan(0.05); // 0.019
  expect(bias.sd).toBeLessThan(0.3 * bias.mean); // 0.002
  expect(distances.networkToEnsemble).toBeLessThan(0.045); // 0.034
  expect(distances.networkToStatic).toBeLessThan(0.045); // 0.032
  expect(Math.abs(distances.ensembleToStatic - 0.049)).toBeLessThan(0.002);
  expect(spectra.network[0]! / spectra.ensemble[0]!).toBeLessThan(1.7); // 0.42 and 0.32
  expect(spectra.ensemble[20]!).toBeLessThan(0.01 * spectra.ensemble[0]!);
  expect(spectra.network[20]!).toBeGreaterThan(0.05 * spectra.network[0]!);
  expect(gain.difference).toBeLessThan(0.5); // 33 %
  expect(gain.unexplained).toBeLessThan(0.1); // 4 %
  expect(gain.antisymmetric).toBeLessThan(0.2); // 11 %
  expect(gain.negative).toBeLessThan(0.05); // 1 %
  const { exponents, shares } = alignment;
  expect(Math.abs(exponents[0]! - 1.54)).toBeLessThan(0.25);
  expect(exponents.filter((each) => each > 0.15).length).toBeGreaterThanOrEqual(10);
  expect(exponents[16]!).toBeLessThan(0);
  expect(shares.network[12]!).toBeGreaterThan(0.5); // 63 %, by chance 33 %
  expect(shares.ensemble[12]!).toBeGreaterThan(0.75); // 87 %
  const far = locality!.flatMap((row, i) =>
    row.map((value, j) => (Math.max(Math.abs(i - 20), Math.abs(j - 20)) > 8 ? Math.abs(value) : 0)),
  );
  const near = locality!.flat().map(Math.abs);
  expect(Math.max(...far)).toBeLessThan(0.15 * Math.max(...near));
});
