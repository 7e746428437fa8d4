/** Networks of the analysis: a small run of the reproduction, and what is drawn from results. */
import { expect, test } from "vitest";
import { bocquet2024 } from "../../src/reproductions/bocquet2024/index.js";
import { runTrial, type Trial } from "../../src/reproductions/bocquet2024/trial.js";
import type { Json, TrialHost } from "../../src/reproductions/reproduction.js";

const quiet: TrialHost = { progress: () => {}, checkpoint: async () => {}, resume: null };

const method = { kind: "dan", network: { linear: true } };
const learning = { epochs: 3, trajectories: 8, cycles: 200, window: 2, rate: 5e-3 };
const shortly = { cycles: 200, spinup: 100, seeds: 2 };

test("a linear network learns an analysis, the same where it was stopped and gone on with", async () => {
  const trial: Trial = { method, learning, test: shortly };
  const states: Json[] = [];
  const checkpoint = async (state: Json) => {
    states.push(JSON.parse(JSON.stringify(state)));
  };
  const result = await runTrial(trial, { ...quiet, checkpoint });
  // An observation's error is 1 and the system's own deviation 3.6: so little learning is worth half the first.
  for (const score of result.scores) expect(score).toBeLessThan(0.9);
  expect(result.scores).toHaveLength(2);
  expect(result.curve.map(({ sampleCycles }) => sampleCycles)).toEqual([1600, 3200, 4800]);
  const resumed = await runTrial(trial, { ...quiet, resume: states[0]! });
  expect(resumed).toEqual(result);
});

test("a filter beside it sees the same truths, and has its published score", async () => {
  const of = (block: Trial["method"]): Trial => {
    return { method: block, learning: null, test: { ...shortly, cycles: 2000, seeds: 1 } };
  };
  const threedvar = await runTrial(
    of({ kind: "3dvar", background: { identity: 0.25 }, iterations: 1 }),
    quiet,
  );
  // Published: 0.40 and 0.191. Means over 500 cycles were seen to go from .16 to .22, those of 2000 half as far.
  expect(threedvar.scores[0]!).toBeCloseTo(0.4, 1);
  const finite = { kind: "enkf-n", members: 20, xN: 2, form: "dual", covarianceInflation: 0 };
  const enkfN = await runTrial(of(finite), quiet);
  expect(enkfN.scores[0]!).toBeGreaterThan(0.165);
  expect(enkfN.scores[0]!).toBeLessThan(0.215);
  expect(threedvar.curve).toEqual([]);
});

test("the table has published scores, and the figure a panel for each network", () => {
  const results = bocquet2024.trials("paper").map((trial, i) => ({
    scores: [0.2 + i, 0.4 + i],
    curve: (trial as unknown as Trial).learning === null ? [] : [{ sampleCycles: 100, rmse: 0.5 }],
  }));
  const { comparisons, figures } = bocquet2024.assemble("paper", results);
  expect(comparisons.map(({ published }) => published)).toEqual([
    0.4, 0.191, 0.179, 0.384, 0.382, 0.191,
  ]);
  expect(comparisons[1]!.ours).toBeCloseTo(1.3, 12);
  expect(comparisons[3]!.note).toContain("100 sample-cycles");
  const [figure] = figures;
  expect(figure!.kind === "curves" && figure!.panels).toHaveLength(3);
});
