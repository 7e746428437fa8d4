/** The learned methods of the paper in experiment files, against each other and closed forms. */
import { describe, expect, test } from "vitest";
import { randomOperator } from "../../src/observe/index.js";
import { use } from "../../src/parts/index.js";
import { SpecificationError } from "../../src/problem/index.js";
import { renderPage } from "../../src/report/render-report.js";
import { runExperiment } from "../../src/run/index.js";
import { example, quiet, runText, specificationOf } from "./load.js";

const enkf = "{ kind: enkf, members: 12, covarianceInflation: 0.1 }";

/** Eight variables on a ring, five of them observed. */
const ring = (method: string, rest = "", model = "forcing: 8", operator = "{ ratio: 0.6 }") => `
name: ring
seed: 2
model: { kind: lorenz96, dimension: 8, ${model} }
time: { step: 0.05, cycles: 40, spinup: 5 }
observations: { twin: { start: climate, operator: ${operator}, variance: 0.5 } }
method: ${method}
${rest}`;

const scoresOf = async (text: string) => {
  const { rmse, spread, crps, logLikelihood } = (await runText(text)).result;
  return [rmse!.forecast, rmse!.analysis, spread!.analysis, crps!, logLikelihood!];
};

/** The same sums in another order: rounding, grown by 40 cycles of a chaotic model. */
const same = (a: readonly number[], b: readonly number[]) => {
  for (const [i, value] of a.entries()) expect(value / b[i]! - 1).toBeCloseTo(0, 7);
};

describe("methods that must agree", () => {
  test("a taper that reaches far beyond the ring, and none", async () => {
    const far = enkf.replace("}", ", taper: { kind: gaspari-cohn, halfWidth: 1e9 } }");
    same(await scoresOf(ring(far)), await scoresOf(ring(enkf)));
    const near = await scoresOf(ring(far.replace("1e9", "2")));
    expect(near[4]).not.toBeCloseTo((await scoresOf(ring(enkf)))[4]!, 1);
  });

  test("ens3dvar with all of the members' covariance, and the enkf", async () => {
    const mixed = enkf
      .replace("enkf", "ens3dvar")
      .replace("}", ", mixing: 1, background: { identity: 3 } }");
    same(await scoresOf(ring(mixed)), await scoresOf(ring(enkf)));
  });

  test("one covariance given in two ways", async () => {
    const rows = Array.from({ length: 8 }, (_, i) =>
      Array.from({ length: 8 }, (_, j) => (i === j ? 2 : 0)),
    );
    const as = (background: string) => ring(`{ kind: 3dvar-c, background: ${background} }`);
    same(
      await scoresOf(as("{ identity: 2 }")),
      await scoresOf(as(`{ matrix: ${JSON.stringify(rows)} }`)),
    );
  });

  // C = cI and R = rI: K = c/(c + r) Hᵀ.
  test("a gain in closed form, and the covariance that it comes from", async () => {
    const byGain = await runText(ring(`{ kind: 3dvar-k, gain: { transpose: ${2 / 2.5} } }`));
    const byCovariance = await runText(ring("{ kind: 3dvar-c, background: { identity: 2 } }"));
    const [a, b] = [byGain.result.rmse!.analysis, byCovariance.result.rmse!.analysis];
    expect(a / b - 1).toBeCloseTo(0, 7);
    expect(byGain.result).toMatchObject({ spread: null, logLikelihood: null, diverged: false });
    expect(byGain.innovations.standardised).toEqual([]);
  });

  test("a background of climatology is the covariance of the model's long run", async () => {
    const background = "background: { climatology: 0.3 }";
    const { result } = await runText(ring(`{ kind: 3dvar-c, ${background} }`));
    // Variances of Lorenz-96 at F = 8 are about 13; a share of them is the analysis' spread.
    expect(result.spread!.analysis).toBeGreaterThan(Math.sqrt(0.3 * 9));
    expect(result.spread!.analysis).toBeLessThan(Math.sqrt(0.3 * 18));
  });
});

describe("what is learned of a method", () => {
  const learn = "learn: { epochs: 6, window: 10, rates: { filter: 0.05 }, refine: false }";
  const lossesOf = async (method: string) => {
    const specification = await specificationOf(ring(method, learn));
    const output = await runExperiment(specification, quiet);
    const losses = output.learning!.losses.map(({ training }) => training);
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
    const { html } = await renderPage(specification, output);
    expect(html).toContain("What was learned");
    expect(html).not.toMatch(/NaN|undefined/);
    return output.result;
  };

  test.each([
    ["dense", "background.factor", [8, 8]],
    ["diagonal", "background.variance", [8]],
    ["{ band: 2 }", "background.entries", [8 + 7 + 6]],
    ["{ rank: 3 }", "background.factor", [8, 3]],
  ])("a covariance: %s", async (structure, name, shape) => {
    const background = `background: { learn: true, identity: 1, structure: ${structure} }`;
    const { tensors, parameters } = await lossesOf(`{ kind: 3dvar-c, ${background} }`);
    expect(parameters).toEqual({});
    expect(Object.keys(tensors)).toEqual([name]);
    expect(tensors[name]).toMatchObject({ shape });
    expect(tensors[name]!.change).toBeGreaterThan(0.01);
  });

  test("dense is what is learned if nothing else is said, and starts at any covariance", async () => {
    const { tensors } = await lossesOf(
      "{ kind: 3dvar-c, background: { learn: true, climatology: 0.2 } }",
    );
    expect(tensors["background.factor"]!.shape).toEqual([8, 8]);
  });

  test("a gain", async () => {
    const { tensors } = await lossesOf("{ kind: 3dvar-k, gain: { learn: true, transpose: 0.5 } }");
    expect(tensors.gain!.shape).toEqual([8, 5]);
    expect(tensors.gain!.start).toBeCloseTo(0.5 * Math.sqrt(5), 12);
  });

  test("inflation, taper, mixing and background of ens3dvar together", async () => {
    const value = (start: number) => `{ learn: true, start: ${start} }`;
    const { parameters, tensors } = await lossesOf(
      `{ kind: ens3dvar, members: 6, covarianceInflation: ${value(0.1)}, mixing: ${value(0.5)},
  taper: { kind: gaspari-cohn, halfWidth: ${value(3)} },
  background: { learn: true, identity: 1, structure: diagonal } }`,
    );
    expect(Object.keys(parameters).sort()).toEqual([
      "covarianceInflation",
      "mixing",
      "taper.halfWidth",
    ]);
    for (const { start, learned } of Object.values(parameters)) expect(learned).not.toBe(start);
    expect(Object.keys(tensors)).toEqual(["background.variance"]);
  });
});

describe("Lorenz-96", () => {
  test("the truth of a twin knows neither imperfection nor correction", async () => {
    const truthOf = async (model: string, rest = "") =>
      (await runText(ring(enkf, rest, model))).states.truth;
    const own = await truthOf("forcing: 8");
    expect(await truthOf("forcing: 8, imperfect: { variance: 0.1 }")).toEqual(own);
    const learn = "learn: { epochs: 1, window: 10, rates: { dynamics: 1e-3 } }";
    const correction = "correction: { kind: residual-network, learn: true }";
    expect(await truthOf(`forcing: 8, ${correction}`, learn)).toEqual(own);
  });

  test.each(["map", "tendency"])("a network on the %s learns", async (on) => {
    const model = `forcing: 8, imperfect: { variance: 0.5, seed: 5 }, correction: { kind: residual-network, on: ${on}, learn: true }`;
    const learn = "learn: { epochs: 5, window: 10, rates: { dynamics: 2e-3 } }";
    const { learning, result } = await runText(ring(enkf, learn, model));
    const losses = learning!.losses.map(({ training }) => training);
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
    const sizes = Object.values(result.tensors).map(({ shape }) =>
      shape.reduce((a, b) => a * b, 1),
    );
    expect(sizes.reduce((a, b) => a + b, 0)).toBe(9387);
    expect(learning!.uncertainty).toMatch(
      /at most 200 single values, and 9387 numbers were learned/,
    );
  });

  test("the forcing comes back, with one variance of noise for each variable", async () => {
    const noise = "processNoise: { variance: { learn: true, start: 0.1, truth: 0, each: true } }";
    const { result } = await runText(
      ring(
        enkf,
        "learn: { epochs: 25, window: 10, rates: { dynamics: 0.03 }, refine: false }",
        `forcing: { learn: true, start: 6, truth: 8 }, ${noise}`,
      ),
    );
    // Within 40 cycles of five observed variables; it began 2 away.
    expect(Math.abs(result.parameters.forcing!.learned - 8)).toBeLessThan(0.5);
    const q = result.tensors["processNoise.variance"]!;
    expect(q.shape).toEqual([8]);
    expect(q.truth).toMatchObject({ size: 0 });
    expect(q.learned).toBeLessThan(q.start); // towards the truth, which has none
  });
});

test("species in groups about their steady state", async () => {
  const { result, states } = await runText(`
name: groups
model:
  kind: lotka-volterra
  coordinates: abundance
  blocks: [0.1, { learn: true, start: 0.2, truth: 0.05 }, 0.1]
  steadyState: [1, { learn: true, start: 0.8, truth: 1 }, 0.5, 1.5]
time: { step: 0.05, observeEvery: 2, cycles: 40 }
observations: { twin: { operator: { random: 0.5, everyStep: true }, variance: 0.01 } }
method: { kind: enkf, members: 20, initial: { mean: [1, 1, 1, 1], variance: 0.04 } }
learn: { epochs: 10, window: 10 }
`);
  expect(Object.keys(result.parameters)).toEqual(["blocks[1]", "steadyState[1]"]);
  expect(result.rmse!.analysis).toBeLessThan(0.1); // one observation's error
  expect(states.truth!.flat().every((v) => v > 0)).toBe(true);
});

describe("observations that change with time", () => {
  const everyStep = "{ random: 0.5, everyStep: true }";
  test.each([enkf, "{ kind: 3dvar-c, background: { identity: 1 } }"])("%s", async (method) => {
    const { observations, innovations, result } = await runText(
      ring(method, "", undefined, everyStep),
    );
    const seen = observations.values.map((row) => row.map((v) => !Number.isNaN(v)).join());
    expect(new Set(seen).size).toBeGreaterThan(10);
    expect(observations.values.map((row) => row.filter(Number.isFinite).length)).toEqual(
      observations.times.map(() => 4),
    );
    expect(innovations.standardised.map((row) => row.map((v) => !Number.isNaN(v)).join())).toEqual(
      seen,
    );
    expect(innovations.degrees).toEqual(observations.times.map(() => 4));
    expect(Number.isFinite(result.logLikelihood)).toBe(true);
  });

  test("ens3dvar learns its covariance from them", async () => {
    const method =
      "{ kind: ens3dvar, members: 6, background: { learn: true, identity: 1, structure: { band: 1 } } }";
    const learn = "learn: { epochs: 3, window: 10, refine: false }";
    const { result } = await runText(ring(method, learn, undefined, everyStep));
    expect(result.tensors["background.entries"]!.change).toBeGreaterThan(0);
  });

  test("are nothing for a gain of its own", async () => {
    const spec = await specificationOf(ring("{ kind: 3dvar-k, gain: { transpose: 1 } }"));
    const operator = use(randomOperator, { random: 0.5, everyStep: true });
    const changing = {
      ...spec,
      observations: { ...spec.observations, operator } as typeof spec.observations,
    };
    const run = runExperiment(changing, quiet);
    await expect(run).rejects.toThrow(SpecificationError);
    await expect(run).rejects.toThrow(/3dvar-c, ens3dvar or enkf/);
  });
});

describe("the examples", () => {
  test("lorenz96-enkf learns the forcing, and filters far below the observations' error", async () => {
    const { result } = await runExperiment(await example("lorenz96-enkf"), quiet);
    // Adam's last steps move F by some hundredths; it starts 1 away.
    expect(Math.abs(result.parameters.forcing!.learned - 8)).toBeLessThan(0.1);
    expect(result.rmse!.analysis).toBeLessThan(0.4); // 0.39 is published for d = 200, as many members
    expect(result.diverged).toBe(false);
  });

  test("lorenz96-correction: a network and a covariance learned in five epochs help", async () => {
    const specification = await example("lorenz96-correction");
    const learned = (epochs: number) =>
      runExperiment({ ...specification, learn: { ...specification.learn!, epochs } }, quiet);
    const [one, five] = [await learned(1), await learned(5)];
    expect(five.result.logLikelihood).toBeGreaterThan(one.result.logLikelihood!);
    expect(five.result.rmse!.analysis).toBeLessThan(one.result.rmse!.analysis);
  });
});

describe("vectors that are learned whole", () => {
  const groups = (steadyState: string, mean = "[1, 1, 1, 1]") => `
name: groups
model:
  kind: lotka-volterra
  coordinates: abundance
  blocks: [0.5, 0.3, 0.5]
  steadyState: ${steadyState}
time: { step: 0.05, observeEvery: 4, cycles: 60 }
observations: { twin: { operator: identity, variance: 1e-4 } }
method: { kind: enkf, members: 20, initial: { mean: ${mean}, variance: 0.04 } }
learn: { epochs: 60, window: 20 }
`;
  const known = [1, 1.2, 0.8, 1.1];
  const asList = (starts: readonly number[]) =>
    `[${starts.map((start, i) => `{ learn: true, start: ${start}, truth: ${known[i]} }`)}]`;

  test("a steady state from one start for all, towards its truth", async () => {
    const output = await runText(groups(`{ learn: true, start: 1, truth: [${known}] }`));
    const { shape, start, truth } = output.result.tensors.steadyState!;
    expect(shape).toEqual([4]);
    expect(start).toBeCloseTo(2, 12); // √(4 · 1²)
    expect(truth!.size).toBeCloseTo(Math.hypot(...known), 12);
    // Errors of 0.01 at 60 times fix every abundance to a few hundredths; it began 0.3 away.
    expect(truth!.start).toBeCloseTo(0.3, 12);
    expect(truth!.learned).toBeLessThan(0.1);
    expect(Array.from(output.learned!.steadyState!.values).every((x) => x > 0)).toBe(true);
  });

  // One size for latents: equal starts have the same latents one by one and together.
  test("and the same numbers, one by one", async () => {
    const whole = await runText(
      groups(`{ learn: true, start: [1, 1, 1, 1], truth: [${known}] }`).replace("60,", "5,"),
    );
    const single = await runText(
      groups(asList([1, 1, 1, 1])).replace("60, w", "5, refine: false, w"),
    );
    const learned = Object.values(single.result.parameters).map((each) => each.learned);
    const values = Array.from(whole.learned!.steadyState!.values);
    for (const [i, value] of values.entries()) expect(value).toBeCloseTo(learned[i]!, 9);
  });

  test("an initial mean", async () => {
    const { result } = await runText(
      groups("[1, 1.2, 0.8, 1.1]", "{ learn: true, start: [1.3, 1, 1, 0.8], truth: 1 }"),
    );
    const { truth } = result.tensors["initial.mean"]!;
    expect(truth!.size).toBe(2);
    expect(Object.keys(result.parameters)).toEqual([]);
  });

  test.each([
    [
      "{ learn: true, start: 1, truth: 1 }",
      "steadyState.start: got 1; need a list, whose length is the number of values",
    ],
    [
      "{ learn: true, start: [1, 1], truth: [1, 1, 1] }",
      "steadyState.truth: got a list of 3; need a list of 2, the length of start",
    ],
    ["{ learn: true, start: [1, 0], truth: 1 }", "steadyState.start[1]: got 0; need a number more"],
    ["{ learn: true, start: [1, 1, 1] }", "steadyState.truth: missing; a twin needs"],
    ["3", "steadyState: got 3; need a list of values, or { learn: true, start: [1, 2] }"],
    ["{ learn: true, start: [1, 1, 1], truth: 1 }", "mean: has 4 values; need 3"],
  ])("%s", async (given, message) => {
    await expect(runText(groups(given))).rejects.toThrow(message);
  });
});

/** Of ten variables, seven observed; what is learned of the method beside forcing and R. */
const grown = "inflation: { learn: true, start: 1.05 }";
const learning: readonly (readonly [method: string, more: readonly string[]])[] = [
  [`{ kind: extended-kalman, ${grown} }`, ["inflation"]],
  ["{ kind: optimal-interpolation }", []],
  ["{ kind: 3dvar, background: { climatology: 0.1 } }", []],
  ["{ kind: 4dvar, lag: 2, background: { identity: 0.2 } }", []],
  [`{ kind: enkf, members: 12, ${grown}, centredPerturbations: true }`, ["inflation"]],
  [
    `{ kind: denkf, members: 12, ${grown}, taper: { kind: gaspari-cohn, halfWidth: { learn: true, start: 3 } } }`,
    ["inflation", "taper.halfWidth"],
  ],
  [`{ kind: etkf, members: 12, ${grown}, rotate: true }`, ["inflation"]],
  [
    "{ kind: etkf, members: 12, relaxation: { spread: { learn: true, start: 0.4 } } }",
    ["relaxation.spread"],
  ],
  [`{ kind: eakf, members: 12, ${grown} }`, ["inflation"]],
  [
    `{ kind: letkf, members: 6, ${grown}, taper: { kind: gaspari-cohn, halfWidth: { learn: true, start: 3 } } }`,
    ["inflation", "taper.halfWidth"],
  ],
  ["{ kind: enkf-n, members: 12, xN: { learn: true, start: 1.5 } }", ["xN"]],
  [
    `{ kind: en4dvar, members: 12, lag: 2, background: { identity: 0.2 }, mixing: { learn: true, start: 0.5 } }`,
    ["mixing"],
  ],
  [`{ kind: enks, members: 12, lag: 3, ${grown} }`, ["inflation"]],
  [`{ kind: ienks, members: 12, lag: 2, iterations: 2, ${grown} }`, ["inflation"]],
  [
    "{ kind: particle, members: 50, resampleBelow: 0.3, regularisation: { learn: true, start: 1 } }",
    ["regularisation"],
  ],
  [
    "{ kind: optimal-particle, members: 50, resampleBelow: 0.3, processNoise: { variance: 0.05 } }",
    [],
  ],
];

test.each(learning)("learning through %s", async (method, more) => {
  const { result, learning: course } = await runText(`
name: learning
seed: 3
model: { kind: lorenz96, dimension: 10, forcing: { learn: true, start: 7.5, truth: 8 } }
time: { step: 0.05, cycles: 30, spinup: 5 }
observations:
  twin: { operator: { ratio: 0.7 }, variance: { learn: true, start: 0.8, truth: 0.5 } }
method: ${method}
learn: { epochs: 3, window: 10, refine: false, rates: { dynamics: 0.02, filter: 0.02 } }
`);
  const names = ["forcing", "observations.variance", ...more];
  expect(Object.keys(result.parameters).toSorted()).toEqual(names.toSorted());
  const still = method.includes("interpolation") ? ["forcing"] : []; // no forecast enters
  for (const name of names) {
    const { start, learned } = result.parameters[name]!;
    if (still.includes(name)) expect(learned).toBe(start);
    else expect(learned).not.toBe(start);
  }
  expect(course!.losses.every(({ training }) => Number.isFinite(training))).toBe(true);
});
