/** Gradients and curvatures of a record by pieces are those of the record as a whole. */
import { describe, expect, test } from "vitest";
import { add, scope, valueAndGrad } from "../../src/engine/index.js";
import { etkf, kalman } from "../../src/filters/index.js";
import { type LearningProblem, objective, windowLoss } from "../../src/learn/index.js";
import {
  fromVector,
  type NamedTensors,
  startLatents,
  tensorsOf,
} from "../../src/learn/parameters.js";
import { cycleCost, longest, piecesOf, replays } from "../../src/learn/pieces.js";
import type { WindowStart } from "../../src/learn/problem.js";
import { programs } from "../../src/learn/programs.js";
import { recordObjective } from "../../src/learn/record-objective.js";
import type { Window } from "../../src/learn/window.js";
import { linear, lorenz63 } from "../../src/models/index.js";
import { learned } from "../../src/parts/index.js";
import {
  type AnyMethod,
  definitionsOf,
  learningProblem,
  type StateSpace,
  stateSpace,
  trajectoryOf,
} from "../../src/problem/index.js";
import { key } from "../../src/random/index.js";
import { ienks } from "../../src/smoothers/index.js";

const problemOf = (
  method: AnyMethod,
  system: StateSpace,
  times: readonly number[],
  values: readonly (readonly number[])[],
  window: number,
): LearningProblem<unknown> =>
  learningProblem(
    method,
    system,
    { training: [trajectoryOf(system, { times, values })], validation: [], key: key(4) },
    { window, validation: 0 },
    definitionsOf(method, system),
  );

const level = (a: number) =>
  stateSpace({
    ...{ model: linear, parameters: { transition: [[learned(a)]] } },
    ...{ processNoise: learned(0.3), noise: learned(2) },
    prior: { mean: [0.5], variance: 4 },
  });
const wave = (t: number) => (t % 11 === 3 ? Number.NaN : 2 * Math.sin(t * t) + 0.01 * t);
const grid = (K: number) => Array.from({ length: K }, (_, t) => t);

const regular = (K: number, window: number) =>
  problemOf(
    kalman(),
    level(0.9),
    grid(K),
    grid(K).map((t) => [wave(t)]),
    window,
  );

/** Gaps of 1, 2, … 9 steps: no two pieces of several cycles are alike. */
const irregular = () => {
  const times = grid(60).map((k) => k + Math.floor((k * k) / 7));
  return problemOf(
    kalman(),
    level(0.9),
    times,
    times.map((t) => [wave(t)]),
    25,
  );
};

/** Smoothers keep a window of past times in their state, with the numbers of steps between them. */
const ensembles = (method: AnyMethod = etkf({ members: 4, inflation: 1.1 })) => {
  const system = stateSpace({
    ...{ model: lorenz63, parameters: { rho: learned(27) } },
    ...{ noise: learned(2), step: 0.05, substeps: 2 },
    prior: { mean: [1, 2, 20], variance: 4 },
  });
  const values = grid(24).map((t) => [wave(t), wave(t + 0.3), 20 + wave(t + 0.6)]);
  return problemOf(
    method,
    system,
    grid(24).map((t) => 0.05 * t),
    values,
    24,
  );
};

/** J of all windows as one function. */
const whole = (problem: LearningProblem<unknown>) =>
  objective((u) => {
    const { definitions, training } = problem;
    let entry: WindowStart<unknown> = { start: training.start };
    const losses = training.windows.map((window) => {
      const { loss, state } = windowLoss(problem, fromVector(definitions, u), entry, window);
      entry = { before: state };
      return loss;
    });
    return losses.reduce((sum, loss) => add(sum, loss));
  });

/** Sums are rounded in another order; the largest entry is the measure. */
const close = (a: readonly number[], b: readonly number[], tolerance: number) => {
  const size = Math.max(...b.map(Math.abs));
  expect(a).toHaveLength(b.length);
  a.forEach((x, i) => {
    expect(Math.abs(x - b[i]!)).toBeLessThanOrEqual(tolerance * size);
  });
};

describe("value, gradient and Hessian of the record", () => {
  test.each([
    ["a regular record in windows", () => regular(50, 20), [0.9, 0.5, 0.4], 1e-11],
    ["an irregular record", irregular, [0.8, 0.5, 0.4], 1e-11],
    // A chaotic model makes rounding larger.
    ["an ensemble filter of a chaotic model", () => ensembles(), [1.01, 0.5], 1e-8],
    [
      "an iterative ensemble smoother",
      () => ensembles(ienks({ members: 4, lag: 2, iterations: 2 })),
      [1.01, 0.5],
      1e-8,
    ],
  ] as const)("%s", (_, make, point, tolerance) => {
    const problem = make();
    const [a, b] = [recordObjective(problem), whole(problem)];
    expect(a.value(point)).toBeCloseTo(b.value(point), 8);
    const [mine, theirs] = [a.curvature(point), b.curvature(point)];
    expect(mine.value).toBeCloseTo(theirs.value, 8);
    close(mine.gradient, theirs.gradient, tolerance);
    close(mine.hessian.flat(), theirs.hessian.flat(), tolerance);
    a.forget();
  });
});

describe("pieces", () => {
  const lengthsOf = (intervals: readonly number[], instructions: number) =>
    piecesOf([{ intervals } as unknown as Window], instructions, replays.curvature).map(
      ({ first, last }) => last - first,
    );
  const even = (K: number) => [0, ...Array(K - 1).fill(1)];

  test("are long in long records of small cycles", () => {
    expect(lengthsOf(even(20_002), 30).slice(0, 3)).toEqual([1, 16, 16]);
    expect(lengthsOf(even(500), 30).slice(0, 3)).toEqual([1, 4, 4]);
  });

  test("are single cycles where a record is short or cycles are large", () => {
    expect(new Set(lengthsOf(even(50), 30))).toEqual(new Set([1]));
    expect(new Set(lengthsOf(even(500), 300))).toEqual(new Set([1]));
    expect(lengthsOf([7], 30)).toEqual([1]);
  });

  test("are single cycles where no intervals repeat, and longer where they do", () => {
    const turns = (of: (k: number) => number) => grid(20_000).map((k) => 1 + of(k));
    expect(
      new Set(
        lengthsOf(
          turns((k) => (k * k) % 61),
          30,
        ),
      ),
    ).toEqual(new Set([1]));
    expect(
      lengthsOf(
        turns((k) => k % 4),
        30,
      ).slice(0, 3),
    ).toEqual([1, 16, 16]);
  });

  test("instructions are counted of the second cycle, which has a forecast", () => {
    const small = cycleCost(regular(50, 20)).instructions;
    // A scalar filter has some thirty operations a cycle; RK4 of an ensemble some two hundred.
    expect(small).toBeGreaterThan(10);
    expect(small).toBeLessThan(100);
    expect(cycleCost(ensembles()).instructions).toBeGreaterThan(2 * small);
    expect(cycleCost(regular(1, 1)).instructions).toBeLessThan(small);
  });
});

test("the gradient of a window that is longer than a program", () => {
  const problem = regular(longest + 40, longest + 40);
  const { definitions, training } = problem;
  const latents = tensorsOf(definitions, startLatents(definitions), "f64");
  const [window] = training.windows;
  const made = programs(problem, 4).gradient(latents, { start: training.start }, window!);
  const direct = scope(() =>
    valueAndGrad(
      (u: NamedTensors) => windowLoss(problem, u, { start: training.start }, window!).loss,
    )(latents),
  );
  expect(made.loss).toBeCloseTo(direct.value.item(), 9);
  const numbers = (gradient: NamedTensors) => Object.values(gradient).map((x) => x.item());
  close(numbers(made.gradient), numbers(direct.gradient), 1e-11);
  expect(numbers(made.gradient)).toHaveLength(3);
});
