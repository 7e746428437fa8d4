/** What fails after filtering is told as what it is, and what the filter computed is kept. */
import { expect, test } from "vitest";
import { noDiagnostics } from "../../src/run/diagnosing.js";
import { diagnosing } from "../../src/run/failures.js";
import { runExperiment, type Specification } from "../../src/run/index.js";
import { quiet, specificationOf } from "./load.js";

const walk = (method: string) => `name: walk
model: { kind: linear, transition: [[1]], processNoise: { variance: 1 } }
time: { step: 1, cycles: 12 }
observations: { twin: { variance: 1 } }
method: ${method}
`;

/** The specification with a method whose smoothing throws. */
function broken(specification: Specification, part: "smooth" | "past"): Specification {
  const { record, block } = specification.method;
  const build: typeof record.build = (parameters, context) => ({
    ...record.build(parameters, context),
    [part]: () => {
      throw new RangeError("no memory for the smoother");
    },
  });
  return { ...specification, method: { record: { ...record, build }, block } };
}

test.each([
  ["smooth", "{ kind: rts }"],
  ["past", "{ kind: enks, members: 8, lag: 3 }"],
] as const)(
  "a smoother whose %s fails: scores and states of its filter, exit by warning",
  async (part, method) => {
    const specification = await specificationOf(walk(method));
    const whole = await runExperiment(specification, quiet);
    const { result, states } = await runExperiment(broken(specification, part), quiet);
    expect(result.failures).toEqual([{ stage: "smoothing", cause: "no memory for the smoother" }]);
    expect(result.diverged).toBe(false);
    expect(result.divergence).toBeUndefined();
    expect(result.warnings[0]).toBe(
      "Smoothing failed, and there are no smoothed states; those of the filter do not depend on it. The cause: no memory for the smoother",
    );
    expect(whole.states.smoothed).not.toBe(null);
    expect(states).toEqual({ ...whole.states, smoothed: null });
    const { smoothed: _, ...rmse } = whole.result.rmse!;
    expect(result.rmse).toEqual(rmse);
    expect(result.logLikelihood).toBe(whole.result.logLikelihood);
  },
);

test("diagnostics that fail are told, and there are none", () => {
  const { diagnostics, failures } = diagnosing(() => {
    throw new Error("no ranks");
  });
  expect(diagnostics).toEqual(noDiagnostics);
  expect(failures).toEqual([{ stage: "diagnostics", cause: "no ranks" }]);
});
