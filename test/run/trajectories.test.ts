/** Twins of several trajectories, and runs that go on from what another learned. */
import { describe, expect, test } from "vitest";
import { type RunOutput, runExperiment, type SavedValues } from "../../src/run/index.js";
import { example, quiet, runText, specificationOf } from "./load.js";

const many = (counts: string, rest = "", forcing = "8") => `
name: many
seed: 4
model: { kind: lorenz96, dimension: 8, forcing: ${forcing} }
time: { step: 0.05, cycles: 40, spinup: 10 }
observations:
  twin: { operator: { random: 0.5, everyStep: true }, variance: 0.5, trajectories: ${counts} }
method: { kind: enkf, members: 12, covarianceInflation: 0.2 }
${rest}`;

const average = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

describe("several trajectories", () => {
  // Test trajectories come last, and each has keys of its own: without them the others are the same.
  test("scores are those of all test trajectories together", async () => {
    const alone = await Promise.all(
      [1, 2, 3].map((training) => runText(many(`{ training: ${training}, test: 1 }`))),
    );
    const { result, states } = await runText(many("{ training: 1, test: 3 }"));
    expect(result.cycles).toBe(3 * 40);
    const each = alone.map((output) => output.result);
    // Sums in another order, a rounding each.
    expect(result.rmse!.analysis).toBeCloseTo(average(each.map(({ rmse }) => rmse!.analysis)), 10);
    expect(result.crps).toBeCloseTo(average(each.map(({ crps }) => crps!)), 10);
    expect(result.logLikelihood).toBeCloseTo(
      each.reduce((sum, { logLikelihood }) => sum + logLikelihood!, 0),
      8,
    );
    expect(states.analysis).toEqual(alone[0]!.states.analysis);
    expect(states.truth).not.toEqual(alone[1]!.states.truth);
  });

  test("learning uses the training, and is judged by the validation trajectories", async () => {
    const learn = "learn: { epochs: 25, window: 10, rates: { dynamics: 0.03 }, refine: false }";
    const forcing = "{ learn: true, start: 6.5, truth: 8 }";
    const { result, learning } = await runText(
      many("{ training: 3, validation: 2, test: 2 }", learn, forcing),
    );
    for (const { validation } of learning!.losses) expect(Number.isFinite(validation)).toBe(true);
    // It began 1.5 away; the standard error of such a forcing is some hundredths.
    expect(Math.abs(result.parameters.forcing!.learned - 8)).toBeLessThan(0.4);
    expect(result.cycles).toBe(2 * 40);
  });

  test("standard errors come from all of them", async () => {
    const learn = "learn: { epochs: 5, window: 10, refine: true }";
    const one = many("{ training: 2 }", learn, "{ learn: true, start: 7.5, truth: 8 }").replace(
      "kind: enkf, members: 12, covarianceInflation: 0.2",
      "kind: 3dvar-c, background: { identity: 1 }",
    );
    const { result } = await runText(one);
    const { learned, standardError } = result.parameters.forcing!;
    expect(standardError).toBeGreaterThan(0);
    expect(Math.abs(learned - 8)).toBeLessThan(3 * standardError!);
  });
});

describe("starting from what was learned", () => {
  const learning = "learn: { epochs: 4, window: 10, rates: { dynamics: 0.02 }, refine: false }";
  const forcing = "{ learn: true, start: 7, truth: 8 }";
  const start = "start: { from: elsewhere }";
  const first = (): Promise<RunOutput> => runText(many("{ training: 2 }", learning, forcing));
  const run = async (text: string, saved: SavedValues) =>
    runExperiment(await specificationOf(text), quiet, undefined, saved);

  test("filtering gives the scores of the run that learned", async () => {
    const before = await first();
    const { result, learned } = await run(many("{ training: 2 }", start, forcing), before.learned!);
    expect(learned).toBeNull();
    expect(result.parameters.forcing!.learned).toBe(before.result.parameters.forcing!.learned);
    expect(result.rmse).toEqual(before.result.rmse);
    expect(result.logLikelihood).toBe(before.result.logLikelihood);
  });

  test("learning goes on from there", async () => {
    const before = await first();
    const text = many("{ training: 2 }", `${start}\n${learning}`, forcing);
    const { result, learning: after } = await run(text, before.learned!);
    expect(result.parameters.forcing!.start).toBe(before.result.parameters.forcing!.learned);
    expect(after!.losses[0]!.training).toBeLessThan(before.learning!.losses[0]!.training);
  });

  test("a network of 9,387 weights is taken over whole", async () => {
    const specification = await example("lorenz96-correction");
    const brief = { ...specification, learn: { ...specification.learn!, epochs: 1 } };
    const before = await runExperiment(brief, quiet);
    expect(Object.keys(before.learned!)).toHaveLength(7);
    const again = { ...specification, learn: null, start: { from: "x" } };
    const { result } = await runExperiment(again, quiet, undefined, before.learned!);
    expect(result.rmse).toEqual(before.result.rmse);
  });

  test.each<[string, SavedValues, RegExp]>([
    ["missing", { other: { shape: [], values: [1] } }, /has no "forcing"; it has other/],
    [
      "of another shape",
      { forcing: { shape: [2], values: [1, 2] } },
      /"forcing" is \[2\]; .* needs \[\]/,
    ],
  ])("values that are %s are refused by name", async (_, saved, message) => {
    const refused = run(many("{ training: 2 }", start, forcing), saved);
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toMatchObject({ name: "SpecificationError", key: "start.from" });
  });

  test("a value outside its range is refused, one too many told of", async () => {
    const positive = forcing.replace("truth", "positive: true, truth");
    const saved = { forcing: { shape: [], values: [-1] } };
    await expect(run(many("{ training: 2 }", start, positive), saved)).rejects.toThrow(
      /"forcing" cannot be a start here \(positive: the value -1/,
    );
    const more = { forcing: { shape: [], values: [8] }, gain: { shape: [1], values: [1] } };
    const { result } = await run(many("{ training: 2 }", start, forcing), more);
    expect(result.warnings.join()).toMatch(/also has gain/);
  });
});
