/** A short run of the fuzzer, in this process: `npm run fuzz` does the same for hours. */
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { type Kind, kinds } from "../../fuzz/case.js";
import { generators } from "../../fuzz/generators.js";
import { judge } from "../../fuzz/judge.js";
import { runCase } from "../../fuzz/run-case.js";

const count: Readonly<Record<Kind, number>> = {
  ...{ experiments: 30, csv: 30, yaml: 30, safetensors: 10, checkpoints: 10 },
};
const make = await generators(resolve(import.meta.dirname, "../.."));

test.each(kinds)(
  "%s end with a result, a cause, or file, line and key",
  async (kind) => {
    for (let seed = 1; seed <= count[kind]; seed++) {
      const given = make[kind](seed);
      expect(judge(given, await runCase(given)), `seed ${seed}`).toEqual([]);
    }
  },
  // A case takes 0.2 s on an idle machine, some learn to a maximum in 5 s; `npm run fuzz` watches single ones.
  240_000,
);

test("the same seed makes the same case", () => {
  for (const kind of kinds) expect(make[kind](7)).toEqual(make[kind](7));
});

const end = { code: 0, stdout: "", stderr: "", states: null, seconds: 0 };
const scores = { rmse: null, rmseError: null, rmsePooled: null, spread: null, parameters: {} };
const result = { ...scores, diverged: false, cycles: 1, seconds: 1, cyclesPerSecond: 1 };
const experiment = { kind: "experiments" } as const;
const json = (code: number, value: unknown) => ({ ...end, code, stdout: JSON.stringify(value) });

test("allowed ends", () => {
  const message = "the observations of flow are all equal";
  const problem = { file: "experiment.yaml", line: 3, column: 1, key: "seed", message };
  expect(judge(experiment, json(0, result))).toEqual([]);
  expect(judge(experiment, json(1, { error: { message } }))).toEqual([]);
  expect(judge(experiment, json(2, { error: { message, problems: [problem] } }))).toEqual([]);
});

test.each<[string, Parameters<typeof judge>[1]]>([
  ["rmse.analysis is null", json(0, { ...result, rmse: { forecast: 1, analysis: null } })],
  ["states.csv has NaN", { ...json(0, result), states: "time,x\n1,NaN\n" }],
  ["failed without a cause", json(1, { error: { message: "" } })],
  ["diverged without a cause", json(1, { diverged: true })],
  ["input error without file", json(2, { error: { message: "wrong" } })],
  ['engine term "TypeError"', json(1, { error: { message: "TypeError: x is not a function" } })],
  ['engine term "mul([1,8]', json(1, { error: { message: "mul([1,8], [1,8]): bad" } })],
  [
    "no line for seed",
    json(2, { error: { problems: [{ file: "a.yaml", key: "seed", message: "bad" }] } }),
  ],
  ["exit 139", json(139, {})],
  ["stdout is not one JSON object", end],
])("an end that is not allowed: %s", (fault, given) => {
  expect(judge(experiment, given).join("\n")).toContain(fault);
});
