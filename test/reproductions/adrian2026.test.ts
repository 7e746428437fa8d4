import { afterEach, describe, expect, test } from "vitest";
import { useWorkers } from "../../src/engine/index.js";
import { definitionsOf } from "../../src/problem/index.js";
import { dataOf } from "../../src/reproductions/adrian2026/data.js";
import { methodOf, problemOf } from "../../src/reproductions/adrian2026/problem.js";
import { runTrial, systems } from "../../src/reproductions/adrian2026/run.js";
import {
  communityTrial,
  lorenzTrial,
  orbitTrial,
} from "../../src/reproductions/adrian2026/settings.js";
import { spaceOf } from "../../src/reproductions/adrian2026/space.js";
import type { MethodName, Trial } from "../../src/reproductions/adrian2026/trial.js";
import type { Json, TrialHost } from "../../src/reproductions/reproduction.js";
import { openPool } from "../support/workers.js";

const quiet: TrialHost = { progress: () => {}, checkpoint: async () => {}, resume: null };
const rate = (dynamics: number, filter: number) => [{ dynamics, filter }];

/** Small enough for a test; every path of the code is the same. */
const small: Readonly<Record<string, (method: MethodName) => Trial>> = {
  orbit: (method) =>
    orbitTrial("quick", method, { cycles: 60, epochs: 2, rates: rate(1e-2, 1e-2), series: true }),
  lorenz: (method) =>
    lorenzTrial("quick", method, { dimension: 20, members: 8, cycles: 60, epochs: 2 }),
  community: (method) =>
    communityTrial("quick", method, { dimension: 12, members: 12, cycles: 60, epochs: 2 }),
};

const methods: readonly MethodName[] = ["3dvar-c", "3dvar-k", "enkf", "ens3dvar"];

describe.each(Object.keys(small))("trials of the %s", (system) => {
  test.each(system === "community" ? methods.filter((m) => m !== "3dvar-k") : methods)(
    "%s learns, and is tested on trajectories that it has not seen",
    async (method) => {
      const result = await runTrial(small[system]!(method), quiet);
      expect(result.epochs).toHaveLength(2);
      expect(result.epochs[1]!.training).toBeLessThan(result.epochs[0]!.training);
      expect(result.test!.pooled).toBeGreaterThan(0);
      expect(Number.isFinite(result.test!.pooled)).toBe(true);
    },
  );
});

// The paper's first values go by the names under which model and method ask for them: none is left over.
test.each(
  Object.entries(small).flatMap(([name, trial]) =>
    methods.map((method) => [`${method} of the ${name}`, trial(method)] as const),
  ),
)("%s learns what its model and its method mark as learned, in the same shapes", (_, trial) => {
  const given = { ...trial, changing: false, learnHalfWidth: true, cycles: trial.window };
  const system = systems[given.system];
  const space = spaceOf(system, given);
  const { definitions } = problemOf(system, given, space, dataOf(system, given, space));
  const shapes = (all: typeof definitions) =>
    Object.fromEntries(
      all.map(({ name, start }) => [name, typeof start === "number" ? [] : start.shape]),
    );
  expect(shapes(definitions)).toEqual(shapes(definitionsOf(methodOf(given), space)));
});

test("Ens3DVar learns an inflation, if asked", async () => {
  const trial = { ...small.lorenz!("ens3dvar"), epochs: 1 };
  const { epochs: plain } = await runTrial(trial, quiet);
  const { epochs: asked } = await runTrial({ ...trial, learnInflation: true }, quiet);
  expect(Object.keys(plain[0]!.filter)).toEqual(["mixing"]);
  expect(Object.keys(asked[0]!.filter)).toEqual(["inflation", "mixing"]);
  const { inflation } = asked[0]!.filter;
  expect(inflation).not.toBe(trial.inflation);
  // Three updates at a rate of 0.01 of a latent; φ(1 − φ) = 0.09 of that in φ.
  expect(Math.abs(inflation! - trial.inflation)).toBeLessThan(3 * 0.01 * 0.1);
});

test("the exact filter knows log det S = the published 3.4 of −½ log det S", async () => {
  const trial = orbitTrial("paper", "kalman", {
    ...{ series: true, trueModel: true, epochs: 0, rates: rate(0, 0) },
  });
  const { series, initial } = await runTrial(trial, quiet);
  expect(initial).toEqual([expect.closeTo(0, 15)]);
  const { volume } = series!.terms!;
  const late = volume.slice(Math.floor(trial.cycles / 6));
  // Read off figure 14, to the width of its line.
  expect(late.reduce((sum, v) => sum + v, 0) / late.length).toBeCloseTo(3.4, 0);
});

test("the EnKF brings the error of n a tenth down, from an ordinary start", async () => {
  const trial = orbitTrial("quick", "enkf", { model: 3, rates: rate(1e-2, 3e-1) });
  const { initial, epochs } = await runTrial(trial, quiet);
  expect(epochs.at(-1)!.errors[0]).toBeLessThan(initial[0]! / 10);
});

describe("the same numbers", () => {
  afterEach(() => useWorkers(null));
  const trial = {
    ...small.lorenz!("ens3dvar"),
    cycles: 20,
    trajectories: { training: 2, validation: 1, test: 1 },
    tuning: 1,
    rates: [...rate(1e-3, 1e-2), ...rate(1e-2, 1e-2)],
  };

  test("for any number of workers", async () => {
    const alone = await runTrial(trial, quiet);
    const pool = await openPool(1);
    try {
      useWorkers(pool);
      expect(await runTrial(trial, quiet)).toEqual(alone);
    } finally {
      useWorkers(null);
      await pool.close();
    }
  });

  test("from a checkpoint as in one piece", async () => {
    const whole = await runTrial(trial, quiet);
    let kept: Json = null;
    const stopping: TrialHost = {
      ...quiet,
      checkpoint: async (state) => {
        kept = JSON.parse(JSON.stringify(state)) as Json;
        throw new Error("stopped");
      },
    };
    await expect(runTrial(trial, stopping)).rejects.toThrow("stopped");
    expect(kept).not.toBeNull();
    expect(await runTrial(trial, { ...quiet, resume: kept })).toEqual(whole);
  });
});
