/** A run that lost the truth says so, and a healthy one does not. */
import { describe, expect, test } from "vitest";
import { lostTruthOf } from "../../src/run/lost-truth.js";
import { runText } from "./load.js";

const K = 200;
/** Two variables of standard deviations √½ and 10 √½. */
const truth = Array.from({ length: K }, (_, k) => [
  Math.sin(0.2 * Math.PI * k),
  10 * Math.cos(0.2 * Math.PI * k),
]);

/** Analyses whose errors and spreads are these parts of the standard deviations. */
function series(error: (k: number) => number, spread: (k: number) => number) {
  const unit = [Math.SQRT1_2, 10 * Math.SQRT1_2];
  const mean = truth.map((row, k) => row.map((v, i) => v + error(k) * unit[i]!));
  const sd = truth.map((_, k) => unit.map((u) => spread(k) * u));
  return { analysis: { mean, sd, lower: mean, upper: mean }, truth, observed: K };
}

describe("lostTruthOf", () => {
  test("the first cycle and the number of cycles, the spin-up left out", () => {
    const lost = series(
      (k) => (k >= 90 && k < 130 ? 0.8 : 0.1),
      () => 0.1,
    );
    expect(lostTruthOf(lost, 20)).toEqual({ from: 91, cycles: 40 });
    expect(lostTruthOf(lost, 110)).toEqual({ from: 111, cycles: 20 });
    expect(lostTruthOf(lost, 130)).toBeNull();
  });

  test("analyses that are near the truth by chance are not counted, and end nothing", () => {
    const passing = series(
      (k) => (k >= 90 && k < 130 && k % 4 !== 0 ? 0.8 : 0.1),
      () => 0.1,
    );
    expect(lostTruthOf(passing, 0)).toEqual({ from: 91, cycles: 30 });
  });

  test("not lost: a spread as large as the error, small errors, short excursions, a record", () => {
    const honest = series(
      () => 1,
      () => 1,
    );
    const overconfident = series(
      () => 0.7,
      () => 0.01,
    );
    const excursions = series(
      (k) => (k % 20 < 5 ? 2 : 0.1),
      () => 0.1,
    );
    for (const healthy of [honest, overconfident, excursions]) {
      expect(lostTruthOf(healthy, 0)).toBeNull();
    }
    const lost = series(
      () => 2,
      () => 0.1,
    );
    expect(lostTruthOf({ ...lost, truth: null }, 0)).toBeNull();
    expect(lostTruthOf(lost, 0)).toEqual({ from: 1, cycles: K });
  });

  test("without a spread only an error of the climate counts", () => {
    const none = () => 0;
    expect(
      lostTruthOf(
        series(() => 0.8, none),
        0,
      ),
    ).toBeNull();
    expect(
      lostTruthOf(
        series(() => 1.2, none),
        0,
      ),
    ).toEqual({ from: 1, cycles: K });
  });

  test("a variable whose truth is constant does not count", () => {
    const { analysis, ...rest } = series(
      () => 0.1,
      () => 0.1,
    );
    const constant = {
      ...rest,
      truth: truth.map((row) => [...row, 5]),
      analysis: {
        ...analysis,
        mean: analysis.mean.map((row) => [...row, 9]),
        sd: analysis.sd.map((row) => [...row, 0]),
      },
    };
    expect(lostTruthOf(constant, 0)).toBeNull();
  });
});

/** Lorenz-63 as published: observed every 25 steps of .01, by default with errors of variance 2. */
const lorenz63 = (seed: number, cycles: number, method: string, variance = 2) =>
  runText(`
name: lorenz63
seed: ${seed}
model: { kind: lorenz63, rho: 28 }
time: { step: 0.01, observeEvery: 25, cycles: ${cycles}, spinup: 64 }
observations: { twin: { operator: identity, variance: ${variance} } }
method: ${method}
`);

describe("on Lorenz-63", () => {
  const particles = "kind: particle, members: 800, regularisation: 0.9, resampleBelow: 0.2";

  // Observations of errors of variance .5 are far from nearly all particles once in a thousand cycles or so.
  test("a particle filter whose weights degenerated finds the truth again, and says when", async () => {
    const results = [
      await lorenz63(1, 1064, `{ ${particles} }`, 0.5),
      await lorenz63(2, 1064, `{ ${particles} }`, 0.5),
    ].map(({ result }) => result);
    for (const result of results) {
      expect(result.rmse!.analysis).toBeLessThan(0.2); // .13 and .15; an observation's error is .71
      expect(result).not.toHaveProperty("lostTruth");
    }
    const { degenerateWeights, warnings } = results.find((one) => one.degenerateWeights)!;
    const { cycles, times } = degenerateWeights!;
    expect(cycles).toBeLessThan(20);
    expect(times).toHaveLength(Math.min(cycles, 10));
    expect(warnings.join()).toMatch(
      /weights of the particles degenerated at \d+ of 1000 cycles, first at time [\d.]+: .*a wider kernel/,
    );
  });

  // All 800 particles begin as one that is wrong.
  test("N copies of one wrong particle find the truth", async () => {
    const { result } = await lorenz63(
      2,
      364,
      `{ ${particles}, initial: { mean: [-6, -2, 30], variance: 1e-8 } }`,
    );
    expect(result.rmse!.analysis).toBeLessThan(0.4);
    expect(result).not.toHaveProperty("lostTruth");
  });

  test("a filter without particles that is lost says so, and what may help", async () => {
    const { result } = await lorenz63(1, 364, "{ kind: etkf, members: 3 }");
    // 44 here; two windows' worth on any build.
    expect(result.lostTruth!.cycles).toBeGreaterThan(20);
    expect(result.warnings.join()).toMatch(
      /lost the truth at cycle \d+ \(time [\d.]+\): at \d+ cycles .*More members, more inflation/,
    );
    expect(result).not.toHaveProperty("degenerateWeights");
  });

  test.each([
    "{ kind: climatology }",
    "{ kind: optimal-interpolation }",
    "{ kind: 3dvar, background: { climatology: 0.1 } }",
  ])("%s is not lost", async (method) => {
    const { result } = await lorenz63(1, 364, method);
    expect(result).not.toHaveProperty("lostTruth");
  });
});
