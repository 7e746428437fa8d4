/** The worked file of the guide is a filter: 3DVar with the covariance of its deviations. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { matmul, mul, type Tensor } from "../../src/engine/index.js";
import { type MethodRecord, threedvarRecord } from "../../src/filters/index.js";
import { parseExperiment } from "../../src/io/index.js";
import { defineEquations, lorenz96 } from "../../src/models/index.js";
import { learned, use } from "../../src/parts/index.js";
import {
  definitionsOf,
  filterProgram,
  fit,
  runFilter,
  runKeys,
  simulate,
  stateSpace,
} from "../../src/problem/index.js";
import { key } from "../../src/random/index.js";
import { runExperiment } from "../../src/run/index.js";
import { quiet } from "../run/load.js";

const root = resolve(import.meta.dirname, "../..");
const page = readFileSync(join(root, "docs/guide/add-a-filter.md"), "utf8");
const block = (info: string): string =>
  new RegExp(`^\`\`\`${info}\\n([\\s\\S]*?)^\`\`\`$`, "m").exec(page)![1]!;

const folder = mkdtempSync(join(tmpdir(), "kalmia-filter-"));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, "ensemble-oi.ts");
const text = block("ts own ensemble-oi.ts");
writeFileSync(
  path,
  text.replace(/"kalmia\/(\w+)"/g, (_, layer) =>
    JSON.stringify(join(root, "src", layer, "index.ts")),
  ),
);
const exports = (await import(path)) as { default: MethodRecord };
const record = exports.default;

const system = stateSpace({
  model: lorenz96,
  parameters: { dimension: 6, forcing: 8 },
  observe: [0, 2, 5],
  noise: 0.5,
  prior: { mean: [1, 2, 3, 4, 5, 6], variance: 0.5 },
  step: 0.05,
});

describe("the filter of add-a-filter.md", () => {
  const { record: twin } = simulate(system, { cycles: 12 });
  const { times, values } = twin.record;
  // A gap in the third row.
  const own = {
    times,
    values: values.map((row, k) => (k === 2 ? [row[0]!, Number.NaN, row[2]!] : row)),
  };
  const method = use(record, { members: 9, scale: 1.5 });

  test("is 3DVar with the covariance α AᵀA, gaps included", () => {
    const program = filterProgram(method, system);
    const { deviations: A } = program.begin(runKeys(key(1), { number: null }).initial) as {
      readonly deviations: Tensor;
    };
    const C = mul(1.5, matmul(A, A, { transposeA: true })).toArray() as number[][];
    const static3 = use(threedvarRecord, { background: { matrix: C } });
    const mine = runFilter(method, system, own, { key: key(1) });
    const theirs = runFilter(static3, system, own, { key: key(1) });
    // Rounding of each analysis, which twelve cycles of a chaotic model do not make larger than 1e-9.
    mine.analysis.mean.data.forEach((x, i) => {
      expect(Math.abs(x - theirs.analysis.mean.data[i]!)).toBeLessThan(1e-9);
    });
    expect(mine.logLikelihood).toBeCloseTo(theirs.logLikelihood!, 8);
    expect(mine.analysis.sd.data[0]).toBeCloseTo(Math.sqrt(C[0]![0]!), 12);
  });

  test("learns its scale, and refuses what it does not have", async () => {
    const learns = use(record, { members: 9, scale: learned(1) });
    expect(definitionsOf(learns, system).map(({ name }) => name)).toEqual(["scale"]);
    const before = runFilter(learns, system, own).logLikelihood!;
    const fitted = await fit(system, own, { method: learns, learn: { epochs: 30, refine: false } });
    expect(fitted.run(own).logLikelihood!).toBeGreaterThan(before);
    expect(() => use(record, { members: 1 })).toThrow("ensemble-oi.members: got 1; need");
    expect(() => use(record, { members: 3, inflation: 2 })).toThrow(
      "ensemble-oi.inflation: unknown key",
    );
  });

  test("is the Kalman filter of one variable, with the variance of its draws", () => {
    const one = stateSpace({
      model: defineEquations({ variables: ["x"], parameters: [], tendency: () => [0] }),
      ...{ noise: 1, prior: { mean: [2], variance: 4 } },
    });
    const run = runFilter(use(record, { members: 400 }), one, { times: [0], values: [1] });
    // The Kalman filter's mean: 2 + 4/(4 + 1) (1 − 2) = 1.2; the variance of 400 draws is 7 % off.
    expect(Math.abs(run.analysis.mean.data[0]! - 1.2)).toBeLessThan(0.05);
  });
});

test("the experiment of the page runs with it", async () => {
  const load = async () => ({ name: "ensemble-oi.ts", sha256: "0", exports });
  const read = async (name: string): Promise<never> => Promise.reject(new Error(name));
  const run = async (text: string) => {
    const { specification } = await parseExperiment(text, "own.yaml", read, load);
    return (await runExperiment(specification, quiet)).result;
  };
  const learns = block("yaml own");
  const narrow = await run(
    learns.replace("scale: { learn: true, start: 1 }", "scale: 1").replace(/learn: .*\n$/, ""),
  );
  expect(narrow.warnings).toHaveLength(2);
  expect(narrow.warnings[0]).toMatch(/^The run lost the truth at cycle \d+/);
  expect(narrow.warnings[1]).toMatch(/^The filter is far too sure of itself/);
  const result = await run(learns);
  expect(result.diverged).toBe(false);
  expect(result.warnings).toEqual([]);
  expect(result.parameters.scale!.learned).toBeCloseTo(10, 0);
  expect(result.logLikelihood! - narrow.logLikelihood!).toBeGreaterThan(1000);
  // Half of the variables are observed, with an error of 1; the climate's deviation is 3.6.
  expect(result.rmse!.analysis).toBeLessThan(3.6);
});
