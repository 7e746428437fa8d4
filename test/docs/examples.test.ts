/** The library examples run, and say what their headers promise. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { main as enkfGradient } from "../../examples/library/enkf-gradient.js";
import { main as hessian } from "../../examples/library/hessian.js";
import { main as learnADecay } from "../../examples/library/learn-a-decay.js";
import { main as learnFromTrajectories } from "../../examples/library/learn-from-trajectories.js";

test("learn-a-decay comes near the values that made the data", () => {
  const { a, q, converged } = learnADecay();
  expect(converged).toBe(true);
  // 500 values: by the curvature the standard errors are 0.030 and 0.047; three of them.
  expect(Math.abs(a - 0.8)).toBeLessThan(0.09);
  expect(Math.abs(q - 0.5)).toBeLessThan(0.14);
});

test("learn-from-trajectories comes near the forcing that made the data", () => {
  // Adam's last epochs move F by some hundredths; it starts 2 away.
  expect(Math.abs(learnFromTrajectories().forcing - 8)).toBeLessThan(0.2);
});

test("enkf-gradient gives a finite slope for each rate, from one program", () => {
  const { loss, gradient, programs } = enkfGradient();
  expect(Number.isFinite(loss)).toBe(true);
  expect(Object.keys(gradient)).toEqual(["preyGrowth", "predation", "predatorDeath", "conversion"]);
  for (const slope of Object.values(gradient)) expect(Math.abs(slope)).toBeGreaterThan(0);
  expect(programs).toBe(1);
});

test("hessian finds the maximum of the Nile record", () => {
  const { logLikelihood, variances, standardErrors } = hessian();
  // Durbin and Koopman (2012, ch. 2) print 1469.1 and 15099 for a diffuse start; here it is 1e7.
  expect(Math.abs(variances[0] - 1469.1)).toBeLessThan(1);
  expect(Math.abs(variances[1] - 15099)).toBeLessThan(1);
  expect(logLikelihood).toBeCloseTo(-641.586, 3);
  for (const sd of standardErrors) expect(sd).toBeGreaterThan(0);
});

test("every example is tested here, and is short", () => {
  const folder = new URL("../../examples/library/", import.meta.url);
  const files = readdirSync(folder).filter((name) => name.endsWith(".ts"));
  expect(files.sort()).toEqual([
    "enkf-gradient.ts",
    "hessian.ts",
    "learn-a-decay.ts",
    "learn-from-trajectories.ts",
  ]);
  for (const name of files) {
    expect(readFileSync(new URL(name, folder), "utf8").split("\n").length).toBeLessThan(45);
  }
});
