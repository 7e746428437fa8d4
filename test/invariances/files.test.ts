/** The order of the columns of a file means nothing; rows out of order are refused, with the line. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseExperiment } from "../../src/io/index.js";
import { runExperiment } from "../../src/run/index.js";
import { quiet } from "../run/load.js";

const cells = {
  year: [0, 1, 2, 3, 4, 5],
  a: [0.7, 1.9, -0.4, null, 2.1, 1.5],
  b: [-1.1, 0.2, 0.3, null, -0.6, null],
  note: ["x", "y", "", "z", "é", '"1, 2"'],
} as const;
type Name = keyof typeof cells;
const names = Object.keys(cells) as Name[];

const csv = (columns: readonly Name[], rows = cells.year.map((_, k) => k)): string =>
  [columns, ...rows.map((k) => columns.map((name) => cells[name][k] ?? ""))]
    .map((row) => `${row.join(",")}\n`)
    .join("");

const experiment = (columns: string) => `
name: a
model: { kind: linear, transition: [[0.9, 0.1], [-0.2, 0.8]], processNoise: { variance: 0.3 } }
time: { step: 1, forecast: 2 }
observations: { file: { path: t.csv, time: year, columns: ${columns}, noise: { kind: normal, variance: 0.5 } } }
method: { kind: rts, initial: { mean: [0, 0], variance: 2 } }
`;

async function run(text: string, columns = "{ a: 0, b: 1 }") {
  const data = async (name: string) => ({ name, text });
  const { specification } = await parseExperiment(experiment(columns), "a.yaml", data);
  const { states, result } = await runExperiment(specification, quiet);
  return { states, logLikelihood: result.logLikelihood! };
}

test("columns in any order give the same to the bit", async () => {
  const one = await run(csv(names));
  const order = fc.shuffledSubarray(names, { minLength: names.length });
  await fc.assert(
    fc.asyncProperty(order, async (columns) => {
      expect(await run(csv(columns))).toEqual(one);
    }),
    { seed: 12, numRuns: 10 },
  );
});

test("columns named in another order give the same, but for rounding", async () => {
  const one = await run(csv(names));
  const other = await run(csv(names), "{ b: 1, a: 0 }");
  expect(other.logLikelihood).toBeCloseTo(one.logLikelihood, 12);
  other.states.smoothed!.mean.forEach((row, k) => {
    for (const [i, x] of row.entries()) {
      expect(x).toBeCloseTo(one.states.smoothed!.mean[k]![i]!, 12);
    }
  });
});

test("rows in any other order are refused, with the line of the first that goes back", async () => {
  const inOrder = cells.year.map((_, k) => k);
  const order = fc
    .shuffledSubarray(inOrder, { minLength: inOrder.length })
    .filter((rows) => rows.some((row, k) => row !== k));
  await fc.assert(
    fc.asyncProperty(order, async (rows) => {
      const back = rows.findIndex((row, k) => k > 0 && row < rows[k - 1]!);
      await expect(run(csv(names, rows))).rejects.toThrow(new RegExp(`t\\.csv:${back + 2}\\b`));
    }),
    { seed: 12, numRuns: 20 },
  );
});
