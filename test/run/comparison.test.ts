import { expect, test } from "vitest";
import { loadFile } from "../../src/io/node.js";
import { comparisonOf, runExperiment } from "../../src/run/index.js";
import { examples, quiet } from "./load.js";

test("five methods see the same observations, and come near their published errors", async () => {
  const file = await loadFile("lorenz96-methods.yaml", examples);
  if (file.kind !== "list") throw new Error("not a list");
  const outputs = [];
  for (const { label, specification } of file.experiments) {
    outputs.push({ label, ...(await runExperiment(specification, quiet)) });
  }
  const [first] = outputs;
  for (const { observations, states } of outputs) {
    expect(observations).toEqual(first!.observations);
    expect(states.truth).toEqual(first!.states.truth);
  }
  const { methods, diverged } = comparisonOf(
    outputs.map(({ label, result }) => ({ label, ...result })),
  );
  expect(diverged).toBe(false);
  // Published in DAPPER's tables, of long runs from beside the truth; standard errors of 1800 cycles
  // are to 0.01 here, and the start from the climate leaves something.
  const published = [0.41, 0.22, 0.2, 0.19, 0.22];
  for (const [i, { rmse, rmseError }] of methods.entries()) {
    expect(Math.abs(rmse!.analysis - published[i]!)).toBeLessThan(0.05);
    expect(rmseError!.analysis).toBeLessThan(0.015);
  }
});
