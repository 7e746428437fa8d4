import { expect, test } from "vitest";
import { runExperiment } from "../../src/run/index.js";
import { quiet, runText, specificationOf } from "./load.js";

/** An unstable direction that nothing observes, in the filter's model alone. */
const unseen = (method: string) => `
name: unseen
seed: 2
model:
  kind: linear
  transition: [[0.9, 0], [0, { learn: true, start: 1.1, truth: 0.9 }]]
  processNoise: { variance: 0.01 }
time: { step: 1, cycles: 200, spinup: 10 }
observations: { twin: { operator: { indices: [0] }, variance: 0.04 } }
method: ${method}`;

test("finite numbers that run away are a divergence, with its cycle and its cause", async () => {
  const method = "{ kind: enkf, members: 20, initial: { mean: [0, 0], variance: 1 } }";
  const specification = await specificationOf(`${unseen(method)}\nlearn: { epochs: 1 }`);
  const { result, states } = await runExperiment({ ...specification, learn: null }, quiet);
  expect(result).toMatchObject({ diverged: true, rmse: null, rmseError: null, spread: null });
  const { cycle, time, cause } = result.divergence!;
  expect(time).toBe(cycle);
  expect(cause).toMatch(/^the (error|spread) of the analysis is 1\d\d times as large as/);
  // The states before are kept, and none of them is past the limit.
  expect(states.times).toHaveLength(cycle - 1);
  // The scale is near one, and 1.1^k reaches 100 at k = 48.
  expect(cycle).toBeGreaterThan(30);
  expect(cycle).toBeLessThan(70);
});

test("a start that nobody knows is no divergence", async () => {
  const { result } = await runText(
    unseen("{ kind: kalman, initial: { mean: [0, 0], variance: 1e8 } }").replace(
      "{ learn: true, start: 1.1, truth: 0.9 }",
      "0.9",
    ),
  );
  expect(result.diverged).toBe(false);
  expect(result).not.toHaveProperty("divergence");
});

test("the error of a mean is that of its series; of one score there is none", async () => {
  const steady = (cycles: number) =>
    runText(
      unseen("{ kind: kalman, initial: { mean: [0, 0], variance: 1 } }")
        .replace("{ learn: true, start: 1.1, truth: 0.9 }", "0.9")
        .replace("cycles: 200", `cycles: ${cycles}`),
    );
  const { rmse, rmseError } = (await steady(400)).result;
  // An independent piece of the same record: the two means differ by chance alone.
  const other = (await steady(4000)).result;
  const apart = Math.abs(rmse!.analysis - other.rmse!.analysis);
  expect(apart).toBeLessThan(4 * rmseError!.analysis);
  // √10 between them, and what is known of an error from its own series.
  const ratio = rmseError!.analysis / other.rmseError!.analysis;
  expect(ratio).toBeGreaterThan(2);
  expect(ratio).toBeLessThan(5);
  expect((await steady(11)).result.rmseError).toBeNull();
});
