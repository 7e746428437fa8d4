/** What went wrong in a run is told in the user's terms, and never in those of the engine. */
import { expect, test } from "vitest";
import { failureOf } from "../../src/cli/failure.js";
import { cholesky, exp, MemoryError, NumericError, tensor, zeros } from "../../src/engine/index.js";
import { tellingMemory } from "../../src/run/failures.js";
import type { Specification } from "../../src/run/index.js";
import { runText } from "./load.js";

/** Names of operations with their shapes, and what goes with them. */
const engineTerms = /\[\d*(, ?\d+)*\]\)|flat position|of the batch|kernel|add\(|mul\(|cholesky/;

test("a run that overflows names cycle, time, quantity and remedies", async () => {
  const { result } = await runText(`name: a
model: { kind: linear, transition: [[1.0e40]], processNoise: { variance: 1 } }
time: { step: 1, cycles: 12 }
observations: { twin: { variance: 1 } }
method: { kind: enkf, members: 5, initial: { mean: [1], variance: 1 } }
`).catch((error: Error) => ({ result: { warnings: [error.message] } }));
  const [warning] = result.warnings;
  expect(warning).toMatch(/overflow|undefined/);
  expect(warning).not.toMatch(engineTerms);
});

test("a value without error that was known before ends the run with time, cause and remedy", async () => {
  const { result } = await runText(`name: a
model: { kind: linear, transition: [[1]] }
time: { step: 1, cycles: 3 }
observations: { twin: { variance: 0 } }
method: { kind: kalman, initial: { mean: [1], variance: 1 } }
`);
  expect(result.diverged).toBe(true); // exit code 1
  expect(result.warnings[0]).toMatch(/cycle 2 \(time 2\): a value that is observed without error/);
  expect(result.warnings[0]).toMatch(/variance above 0/);
  expect(result.warnings[0]).not.toMatch(/Shorter steps/); // they are no remedy here
  expect(result.warnings[0]).not.toMatch(engineTerms);
});

test("memory that does not suffice is told by what takes it, with the keys to change", async () => {
  const specification = {
    method: { record: { kind: "enkf" }, block: { members: 4000 } },
    learn: { window: 500 },
  } as unknown as Specification;
  const full = new MemoryError("heap: full.", "4000.0 MiB are in use; 200.0 MiB more do not fit");
  const failing = tellingMemory(specification, () => Promise.reject(full));
  const error = await failing.catch((each: Error) => each);
  const { code, text } = failureOf(error, false);
  expect(code).toBe(1);
  expect(text).toBe(
    "kalmia: the run failed: the run needs more memory than there is: 4000.0 MiB are in use; 200.0 MiB more do not fit. What takes it: learning holds every step of a window of 500 observations for its derivative: a shorter learn.window needs less; enkf has 4000 members: fewer in method.members need less; a model of fewer variables needs less; learn.dtype: f32 needs half.\n",
  );
  const other = new Error("no memory of that kind");
  await expect(tellingMemory(specification, () => Promise.reject(other))).rejects.toBe(other);
});

test("the memory of the engine says what is in use without its own terms", () => {
  const take = () => zeros([2 ** 29]); // 4 GiB of f64
  expect(take).toThrow(MemoryError);
  expect(take).toThrow(/^heap: /);
  try {
    take();
  } catch (error) {
    expect((error as MemoryError).words).toMatch(/MiB are in use; 4096.0 MiB more are asked for/);
  }
});

test("a taper that reaches round half the ring does not end a run", async () => {
  // Gaspari–Cohn on the ring alone has an eigenvalue of −0.16 here, and the run diverged by it.
  const { result } = await runText(`name: a
seed: 2
model: { kind: lorenz96, dimension: 8, forcing: 8 }
time: { step: 0.05, cycles: 200, spinup: 20, observeEvery: 4 }
observations: { twin: { operator: identity, variance: 0.0001 } }
method: { kind: denkf, members: 12, covarianceInflation: 0.2, taper: { kind: gaspari-cohn, halfWidth: 4 } }
`);
  expect(result.diverged).toBe(false);
  expect(result.rmse!.analysis).toBeLessThan(0.01); // less than the errors of the observations
});

test.each([
  [
    "an overflow",
    () => exp(tensor([1000])).data(),
    /^a number of the state .* overflowed \(Infinity\)/,
  ],
  [
    "a matrix",
    () =>
      cholesky(
        tensor([
          [1, 2],
          [2, 1],
        ]),
      ).data(),
    /^a covariance is no longer positive definite \(a pivot is -3\)/,
  ],
])("%s has words, and the command line says them", (_, body, words) => {
  const error = (() => {
    try {
      body();
    } catch (thrown) {
      return thrown;
    }
  })();
  expect(error).toBeInstanceOf(NumericError);
  expect((error as NumericError).words).toMatch(words);
  expect((error as NumericError).message).toMatch(engineTerms);
  const { code, text, json } = failureOf(error, false);
  expect(code).toBe(1);
  expect(text).not.toMatch(engineTerms);
  expect(json.message).toBe((error as NumericError).words);
  expect(failureOf(error, true).text).toMatch(engineTerms);
});
