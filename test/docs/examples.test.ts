/** The library examples run, say what their headers promise, and are short. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { main as enkfGradient } from "../../examples/library/enkf-gradient.js";
import { main as learnADecay } from "../../examples/library/learn-a-decay.js";
import { main as learnFromTrajectories } from "../../examples/library/learn-from-trajectories.js";
import { main as lyapunov } from "../../examples/library/lyapunov.js";
import { main as nile } from "../../examples/library/nile.js";
import { main as online } from "../../examples/library/online.js";
import type { FittedParameter } from "../../src/problem/index.js";

const folder = new URL("../../examples/library/", import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, folder), "utf8");

/** What a program prints by a method of the console, one list of arguments a call. */
async function printed(name: string, by: "log" | "table"): Promise<unknown[][]> {
  const print = vi.spyOn(console, by).mockImplementation(() => {});
  try {
    await import(new URL(name, folder).href);
    return print.mock.calls;
  } finally {
    print.mockRestore();
  }
}

test("own-operator follows the truth far better than the climate does", async () => {
  const [[, error]] = (await printed("own-operator.ts", "log")) as [[string, number]];
  // The climate's standard deviation is 3.6; an observation's error is 0.5 where it does not saturate.
  expect(error).toBeLessThan(0.5);
});

test("own-model learns the rates of the main job, with standard errors", async () => {
  const [[table]] = (await printed("own-model.ts", "table")) as [[Record<string, FittedParameter>]];
  const shown = ["growth 3", "predation 4", "death 3", "conversion 4"].map((each) => {
    const [name, digits] = each.split(" ");
    const { learned, standardError } = table[name];
    return `${name} ${learned.toFixed(+digits)} ± ${standardError!.toFixed(+digits)}`;
  });
  expect(readFileSync(new URL("../../README.md", import.meta.url), "utf8")).toContain(
    shown.join(", "),
  );
  // lynx-hare.yaml learns 0.543 ± 0.063, 0.0270 ± 0.0036, 0.780 ± 0.081, 0.0233 ± 0.0028 with a noise
  // and an inflation of its own: half a standard error for what these change.
  const main = { growth: 0.543, predation: 0.027, death: 0.78, conversion: 0.0233 };
  for (const [name, rate] of Object.entries(main)) {
    const { learned, standardError } = table[name];
    expect(Math.abs(learned - rate)).toBeLessThan(0.5 * standardError!);
    expect(standardError! / rate).toBeGreaterThan(0.05);
    expect(standardError! / rate).toBeLessThan(0.3);
  }
});

test("online follows the ship across the cut of the bearings, saved and opened between", () => {
  const { first, forecastTimes, last } = online();
  expect(forecastTimes).toEqual([2, 2.5, 3, 3.5]);
  // The ship is 5 km off at π; errors of the range are 0.01 km, those of the bearing 0.01 · 5 km.
  expect(Math.abs(first.mean[0] + 5)).toBeLessThan(0.05);
  expect(Math.abs(last.mean[0] + 4.98)).toBeLessThan(0.05);
  expect(Math.abs(last.mean[1])).toBeLessThan(0.2);
  expect(last.sd[1]).toBeLessThan(first.sd[1]);
});

test("lyapunov finds that errors of weather double within days", () => {
  // 0.19 a day over 600 days; over 30 days rates differ by some 0.08.
  const exponent = lyapunov(30);
  expect(exponent).toBeGreaterThan(0.05);
  expect(exponent).toBeLessThan(0.4);
});

test("learn-a-decay comes near the values that made the data", async () => {
  const { "transition[0][0]": a, "processNoise.variance": q } = await learnADecay();
  // Three standard errors of the fit itself; of 200 values they are about 0.05 and 0.07.
  expect(Math.abs(a.learned - a.truth!)).toBeLessThan(3 * a.standardError!);
  expect(Math.abs(q.learned - q.truth!)).toBeLessThan(3 * q.standardError!);
  expect(a.standardError!).toBeLessThan(0.1);
  expect(q.standardError!).toBeLessThan(0.15);
});

test("learn-from-trajectories comes near the forcing that made the data", async () => {
  const quiet = vi.spyOn(console, "error").mockImplementation(() => {});
  const { forcing } = await learnFromTrajectories();
  // Before the first epoch, and after each.
  expect(quiet).toHaveBeenCalledTimes(21);
  quiet.mockRestore();
  // Adam's last epochs move F by some hundredths; it starts 2 away.
  expect(Math.abs(forcing.learned - 8)).toBeLessThan(0.2);
});

test("enkf-gradient gives a finite slope for each rate, from one program", () => {
  const { loss, gradient, programs } = enkfGradient();
  expect(Number.isFinite(loss)).toBe(true);
  expect(Object.keys(gradient)).toEqual(["preyGrowth", "predation", "predatorDeath", "conversion"]);
  for (const slope of Object.values(gradient)) expect(Math.abs(slope)).toBeGreaterThan(0);
  expect(programs).toBe(1);
});

test("nile finds the maximum of the record's likelihood, with standard errors", async () => {
  const { logLikelihood, parameters } = await nile();
  const { "processNoise.variance": q, "observations.variance": r } = parameters;
  // Durbin and Koopman (2012, ch. 2) print 1469.1 and 15099 for a diffuse start; here it is 1e7.
  expect(Math.abs(q.learned - 1469.1)).toBeLessThan(1);
  expect(Math.abs(r.learned - 15099)).toBeLessThan(1);
  expect(logLikelihood).toBeCloseTo(-641.586, 3);
  // Harvey (1989), p. 181 and others: about 1280 and 3146.
  expect(Math.round(q.standardError! / 10)).toBe(128);
  expect(Math.round(r.standardError!)).toBe(3146);
});

/** Lines of code: no comments, no imports, no empty lines, no data. */
function codeLines(text: string): string[] {
  const withoutData = text.replace(/^\/\/ The data[\s\S]*?\n\n/m, "");
  const withoutImports = withoutData.replace(/^import [\s\S]*?;\n/gm, "");
  return withoutImports
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .split("\n")
    .map((line) => line.replace(/\/\/.*$/, "").trim())
    .filter((line) => line !== "");
}

test("the programs of the README have at most 12 and 15 lines of code", () => {
  expect(codeLines(read("own-operator.ts")).length).toBeLessThanOrEqual(12);
  expect(codeLines(read("own-model.ts")).length).toBeLessThanOrEqual(15);
});

test("every example is tested here, and is short", () => {
  const files = readdirSync(folder).filter((name) => name.endsWith(".ts"));
  expect(files.sort()).toEqual([
    "enkf-gradient.ts",
    "learn-a-decay.ts",
    "learn-from-trajectories.ts",
    "lyapunov.ts",
    "nile.ts",
    "online.ts",
    "own-model.ts",
    "own-operator.ts",
  ]);
  for (const name of files) expect(read(name).split("\n").length).toBeLessThan(50);
});
