/** What a learning problem of the problem layer does in a window: precision, starts, restarts, positions. */
import { describe, expect, test } from "vitest";
import { index, NumericError, stack, type Tensor, tensor } from "../../src/engine/index.js";
import {
  enkfRecord,
  ens3dvarRecord,
  etkfRecord,
  extendedKalmanRecord,
  letkfRecord,
  type MethodRecord,
  optimalInterpolationRecord,
  threedvarCRecord,
  threedvarKRecord,
} from "../../src/filters/index.js";
import { startLatents, tensorsOf, trainer, trainStart, valuesOf } from "../../src/learn/index.js";
import { lorenz96 } from "../../src/models/index.js";
import { randomOperator } from "../../src/observe/index.js";
import { learned, type Use, use } from "../../src/parts/index.js";
import { sampleGaussian } from "../../src/prob/index.js";
import {
  definitionsOf,
  fit,
  learningProblem,
  runFilter,
  type StateSpaceOptions,
  simulateMany,
  stateSpace,
  type Windows,
} from "../../src/problem/index.js";
import { key, keyBatch } from "../../src/random/index.js";
import { distance, expectClose } from "../support/close.js";

const d = 6;
const prior = { mean: Array.from({ length: d }, (_, i) => i), variance: [1, 2, 3, 4, 5, 6] };

const ring = (options: Partial<StateSpaceOptions> = {}) =>
  stateSpace({
    ...{ model: lorenz96, parameters: { dimension: d, forcing: 8 } },
    ...{ observe: [0, 2, 3], noise: 0.5, step: 0.05, prior },
    ...options,
  });

const background = { identity: 1, learn: true };
const taper = { kind: "gaspari-cohn", halfWidth: 2 };

function problemOf(
  method: Use<MethodRecord>,
  system = ring(),
  windows: Partial<Windows> = {},
  trajectories = 3,
) {
  const training = simulateMany(system, { trajectories, cycles: 8, key: key(1) });
  const cut = { window: 4, validation: 0, ...windows };
  const data = { training, validation: [], key: key(2) };
  const problem = learningProblem(method, system, data, cut, definitionsOf(method, system));
  const latents = tensorsOf(problem.definitions, startLatents(problem.definitions), system.dtype);
  return { problem, values: valuesOf(problem.definitions, latents) };
}

describe("in f32", () => {
  // Methods without random numbers, whose normals differ between the two. A cycle loses a few digits
  // of the seven of f32.
  test.each([
    use(extendedKalmanRecord),
    use(threedvarCRecord, { background }),
    use(threedvarKRecord, { gain: { transpose: 0.5, learn: true } }),
    use(optimalInterpolationRecord),
  ])("$record.kind gives the numbers of f64, to its precision", (method) => {
    const [double, single] = (["f64", "f32"] as const).map((dtype) => {
      const system = ring({ dtype, start: "climate", processNoise: [1, 2, 3, 4, 5, 6] });
      const [record] = simulateMany(system, { trajectories: 1, cycles: 8, key: key(1) });
      return runFilter(method, system, record!, { key: key(2) }).analysis.mean.data;
    });
    const gaps = double!.map((x, i) => Math.abs(x - single![i]!));
    expect(Math.max(...gaps)).toBeLessThan(1e-4);
    expect(Math.max(...gaps)).toBeGreaterThan(0);
  });

  test.each([
    use(enkfRecord, { members: 12, covarianceInflation: learned(0.1), taper }),
    use(etkfRecord, { members: 12, inflation: learned(1.02), rotate: true }),
    use(ens3dvarRecord, { members: 12, background, mixing: learned(0.5), taper }),
    use(letkfRecord, { members: 12, inflation: 1.02, taper: { ...taper, halfWidth: learned(2) } }),
  ])("$record.kind learns, together with the model and its noise", async (method) => {
    const parameters = { dimension: d, forcing: learned(7) };
    const processNoise = { learn: true, each: true, start: 0.1 } as const;
    const system = ring({ parameters, processNoise, dtype: "f32" });
    const training = simulateMany(system, { trajectories: 2, cycles: 20, key: key(1) });
    const learn = { epochs: 4, window: 10, refine: false };
    const { values, losses } = await fit(system, training, { method, learn });
    expect(Object.values(values).map(({ dtype }) => dtype)).toEqual(
      Object.values(values).map(() => "f32"),
    );
    expect(losses.at(-1)!.training).toBeLessThan(losses[0]!.training);
  });
});

describe("a window", () => {
  const method = use(enkfRecord, { members: 8, covarianceInflation: learned(0.1) });

  test("gives cycle by cycle what it gives as a whole", () => {
    const { problem, values } = problemOf(method);
    const { start, windows } = problem.training;
    const before = problem.initial(values, start);
    const whole = problem.run(values, before, windows[0]!);
    const { state, series, observations } = problem.series(values, before, windows[0]!);
    expect(distance(state as Tensor, whole.state as Tensor)).toBe(0);
    expect(series).toHaveLength(4);
    expect(distance(series.at(-1)!.analysis as Tensor, state as Tensor)).toBe(0);
    const sum = series.map(({ evidence }) => evidence!.logEvidence.toArray() as number[]);
    const total = sum.reduce((a, b) => a.map((v, i) => v + b[i]!));
    expectClose(total, whole.logEvidence, 0);
    expect(observations[0]!.operator.size).toBe(3);
  });

  test("fails where a state leaves the bound", () => {
    const { problem } = problemOf(method, ring(), { bound: 0.1 });
    const training = trainer(problem, {
      ...{ epochs: 1, patience: 1, plateau: { patience: 1, factor: 0.5 } },
      rates: { dynamics: 0.1, filter: 0.1 },
    });
    const start = trainStart(startLatents(problem.definitions));
    expect(() => training.epoch(start)).toThrow(NumericError);
    expect(() => training.epoch(start)).toThrow(/bound 0.1/);
  });

  // S is factored once for all trajectories instead of once for each: rounding.
  test("is the same with positions that all trajectories share", () => {
    const observe = use(randomOperator, { random: 0.5, everyStep: true });
    const { problem, values } = problemOf(method, ring({ observe }));
    const { start, windows } = problem.training;
    const { positions, ...trajectories } = windows[0]!.trajectories;
    const first = index(positions!, 0, 0); // [L, m]
    const alike = { ...trajectories, positions: stack([first, first, first], 0) };
    const before = problem.initial(values, start);
    const own = problem.run(values, before, { ...windows[0]!, trajectories: alike });
    const shared = { positions: first };
    const once = problem.run(values, before, { ...windows[0]!, trajectories, shared });
    expectClose(once.state as Tensor, own.state as Tensor, 1e-12);
    expectClose(once.logEvidence, own.logEvidence, 1e-11);
  });
});

describe("a single state", () => {
  const method = use(threedvarCRecord, { background });
  const keys = keyBatch(key(4), 3);

  test("begins at the mean of the prior, or with a draw of each trajectory", () => {
    const at = (singleStates: "mean" | "draw") => {
      const { problem, values } = problemOf(method, ring(), { singleStates });
      return problem.initial(values, { keys }) as Tensor;
    };
    expect(at("mean").toArray()).toEqual([prior.mean, prior.mean, prior.mean]);
    const variance = tensor(prior.variance);
    const gaussian = {
      mean: tensor(prior.mean),
      covariance: { kind: "diagonal", variance },
    } as const;
    expect(distance(at("draw"), index(sampleGaussian(gaussian, 1, keys), 1, 0))).toBe(0);
  });

  // Observed components become (r x + v y)/(r + v), the others stay at the mean.
  test.each([prior.variance, 3])("is restarted by the analysis of the prior, %j", (variance) => {
    const system = ring({ prior: { ...prior, variance } });
    const { problem, values } = problemOf(method, system, { singleStates: "draw" });
    const window = problem.training.windows[0]!;
    const state = problem.restart!(values, { keys }, window) as Tensor;
    const y = index(window.trajectories.y, 1, 0).toArray() as number[][];
    const expected = y.map((row) =>
      prior.mean.map((m, i) => {
        const j = [0, 2, 3].indexOf(i);
        const v = typeof variance === "number" ? variance : variance[i]!;
        return j < 0 ? m : (0.5 * m + v * row[j]!) / (0.5 + v);
      }),
    );
    expectClose(state, expected, 1e-12);
  });

  test("members are drawn in any case", () => {
    const members = use(enkfRecord, { members: 8 });
    const [mean, draw] = (["mean", "draw"] as const).map((singleStates) => {
      const { problem, values } = problemOf(members, ring(), { singleStates });
      return problem.initial(values, { keys }) as Tensor;
    });
    expect(distance(mean!, draw!)).toBe(0);
  });
});
