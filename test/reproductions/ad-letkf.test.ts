/** AD-LETKF: a small run of it, and what is drawn from results. */
import { expect, test } from "vitest";
import { adLetkf } from "../../src/reproductions/ad-letkf/index.js";
import type { Twin } from "../../src/reproductions/ad-letkf/problem.js";
import { runTrial, type Trial } from "../../src/reproductions/ad-letkf/trial.js";
import type { Json, TrialHost } from "../../src/reproductions/reproduction.js";

const quiet: TrialHost = { progress: () => {}, checkpoint: async () => {}, resume: null };

const twin: Twin = {
  ...{ seed: 2, dimension: 40, members: 8, every: 1 },
  ...{ training: 120, test: 120, spinup: 40, window: 10, reach: 24 },
};
const start = { inflation: 1.15, halfWidth: 2 };

test("learning through local analyses finds a better pair, whatever it starts from", async () => {
  const task = { kind: "learn", start, epochs: 5, rate: 0.08 } as const;
  const states: Json[] = [];
  const checkpoint = async (state: Json) => {
    states.push(state);
  };
  const { path, scored } = await runTrial({ twin, task }, { ...quiet, checkpoint });
  expect(path).toHaveLength(6);
  const given = {
    kind: "grid",
    halfWidth: start.halfWidth,
    inflations: [start.inflation],
  } as const;
  const before = await runTrial({ twin, task: given }, quiet);
  // 80 analyses of 40 components: the mean error is known to some 3 %, the gain is a fifth and more
  expect(scored[0]!.rmse!).toBeLessThan(0.8 * before.scored[0]!.rmse!);
  expect(scored[0]!.loss!).toBeLessThan(before.scored[0]!.loss!);
  expect(path.at(-1)!.inflation).toBeLessThan(1.08);
  expect(path.at(-1)!.halfWidth).toBeGreaterThan(3);
  // stopped after the second epoch and gone on with: the same numbers
  const resumed = await runTrial({ twin, task }, { ...quiet, resume: states[1]! });
  expect(resumed).toEqual({ path, scored });
});

test("the model is learned with them", async () => {
  const wrong = { inflation: 1.1, halfWidth: 3, forcing: 7 };
  const task = { kind: "learn", start: wrong, epochs: 5, rate: 0.08 } as const;
  const { path, scored } = await runTrial({ twin, task }, quiet);
  expect(path[0]).toEqual(wrong);
  // 4800 values observed: F is known to a few hundredths, and windows of 10 cycles take some away
  expect(Math.abs(path.at(-1)!.forcing! - 8)).toBeLessThan(0.15);
  expect(scored[0]!.forcing).toBe(path.at(-1)!.forcing);
});

test("a filter that fails numerically has no score", async () => {
  const task = { kind: "grid", halfWidth: 12, inflations: [40] } as const;
  const { scored } = await runTrial({ twin, task }, quiet);
  expect(scored).toEqual([{ inflation: 40, halfWidth: 12, rmse: null, loss: null }]);
});

test("of results a ratio for each start, and a map with both paths", () => {
  const trials = adLetkf.trials("quick") as unknown as Trial[];
  const results = trials.map(({ task }) => {
    if (task.kind === "learn") {
      const end = { inflation: 1.03, halfWidth: 7 };
      return { scored: [{ ...end, rmse: 0.33, loss: 1.5 }], path: [task.start, end] };
    }
    const { halfWidth, inflations } = task;
    const rmse = (inflation: number) => 0.3 + Math.abs(inflation - 1.03) + (halfWidth - 8) ** 2;
    const scored = inflations.map((inflation) => ({
      ...{ inflation, halfWidth, rmse: rmse(inflation), loss: null },
    }));
    return { scored, path: [] };
  });
  const { comparisons, figures } = adLetkf.assemble("quick", results as unknown as Json[]);
  const ratios = comparisons.filter(({ what }) => what.includes("÷"));
  expect(ratios.map(({ ours }) => ours!.toFixed(3))).toEqual(["1.100", "1.100", "1.100"]);
  expect(comparisons[0]).toMatchObject({ ours: 0.3, note: "λ = 1.03, c = 8" });
  const [map, ...others] = figures;
  expect(others).toEqual([]);
  if (map?.kind !== "maps") throw new Error("no map");
  expect(map.panels.map(({ path }) => path!.at(-1))).toEqual([
    { x: 7, y: 1.03 },
    { x: 7, y: 1.03 },
    { x: 7, y: 1.03 },
  ]);
  // c = 2 is 36 off: lost, and blank
  expect(map.panels[0]!.values.every(([first]) => Number.isNaN(first))).toBe(true);
});
