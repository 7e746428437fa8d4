/** What went wrong in a run is told in the user's terms, and never in those of the engine. */
import { expect, test } from "vitest";
import { failureOf } from "../../src/cli/failure.js";
import { cholesky, exp, NumericError, tensor } from "../../src/engine/index.js";
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
  expect(result.warnings[0]).not.toMatch(engineTerms);
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
