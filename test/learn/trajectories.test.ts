import { afterEach, describe, expect, test } from "vitest";
import {
  add,
  backend,
  heapStatistics,
  mean,
  mul,
  scope,
  stack,
  sum,
  type Tensor,
  tensor,
  useWorkers,
  zeros,
} from "../../src/engine/index.js";
import {
  cyclesOf,
  elements,
  evaluate,
  type LearningProblem,
  learn,
  startLatents,
  type TrainOptions,
  type TrainState,
  tensorsOf,
  trainer,
  trainStart,
  valuesOf,
  type Window,
  windowLoss,
  windowOf,
  windowsOf,
} from "../../src/learn/index.js";
import { identity } from "../../src/prob/index.js";
import { key } from "../../src/random/index.js";
import { openPool } from "../support/workers.js";
import { B, d, K, lorenzProblem } from "./lorenz.js";

const options: TrainOptions = {
  epochs: 3,
  rates: { dynamics: 0.002, filter: 0.1 },
  patience: 100,
  plateau: { patience: 5, factor: 0.1 },
};

/** The states after each of some epochs, through JSON, as a checkpoint would give them. */
function states<S>(
  problem: LearningProblem<S>,
  epochs: number,
  from?: TrainState,
  how: TrainOptions = options,
): TrainState[] {
  const training = trainer(problem, how);
  let state = from ?? trainStart(startLatents(problem.definitions));
  return Array.from({ length: epochs }, () => {
    state = JSON.parse(JSON.stringify(training.epoch(state).state));
    return state;
  });
}

describe("windows", () => {
  const record: Window = {
    intervals: [0, 1, 2],
    trajectories: {
      y: tensor([
        [[1], [2], [3]],
        [[4], [5], [6]],
      ]),
      mask: null,
      keys: zeros([2, 3, 2], "i32"),
      places: tensor(
        [
          [[0], [1], [0]],
          [[1], [0], [1]],
        ],
        { dtype: "i32" },
      ),
    },
    shared: { wind: tensor([7, 8, 9]) },
  };

  test("cut time, and keep every trajectory and all that goes with it", () => {
    const [first, second] = windowsOf(record, 2);
    expect(first!.trajectories.y.toArray()).toEqual([
      [[1], [2]],
      [[4], [5]],
    ]);
    expect(second!.trajectories.y.toArray()).toEqual([[[3]], [[6]]]);
    expect(second!.trajectories.places!.toArray()).toEqual([[[0]], [[1]]]);
    expect(second!.shared.wind!.toArray()).toEqual([9]);
    expect([first!.intervals, second!.intervals]).toEqual([[0, 1], [2]]);
    expect(second!.trajectories.mask).toBeNull();
    expect(windowOf(record, 0, 3)).toBe(record);
  });

  test("cycles hold what is seen at one time", () => {
    const [, cycle] = cyclesOf(record);
    expect(cycle!.interval).toBe(1);
    expect(cycle!.trajectories.y.toArray()).toEqual([[2], [5]]);
    expect(cycle!.trajectories.places!.toArray()).toEqual([[1], [0]]);
    expect(cycle!.shared.wind!.item()).toBe(8);
    expect(cycle!.key.shape.at(-1)).toBe(2);
  });
});

describe("training on trajectories", () => {
  test("the loss falls, of training and of trajectories apart", () => {
    const problem = lorenzProblem();
    const training = trainer(problem, options);
    let state = trainStart(startLatents(problem.definitions));
    const reports = Array.from({ length: 8 }, () => {
      const { state: next, report } = training.epoch(state);
      state = next;
      return report;
    });
    expect(reports.at(-1)!.training).toBeLessThan(reports[0]!.training);
    expect(reports.at(-1)!.validation).toBeLessThan(reports[0]!.validation!);
    expect(reports.map(({ recoveries }) => recoveries)).toEqual(reports.map(() => 0));
  });

  // One slice and one window are the plain function; rounding alone differs.
  test("the loss of a course is the sum over windows and trajectories", () => {
    const problem = lorenzProblem({ window: K });
    const latents = startLatents(problem.definitions);
    const { start, windows } = problem.training;
    const plain = scope(() => {
      const at = tensorsOf(problem.definitions, latents, "f64");
      return windowLoss(problem, at, { start }, windows[0]!).loss;
    }).item();
    const whole = trainer(problem, { ...options, slices: 1 }).loss(latents);
    expect(Math.abs(whole / plain - 1)).toBeLessThan(1e-12);
    const cut = trainer(lorenzProblem({ window: 5 }), { ...options, slices: 1 }).loss(latents);
    expect(Math.abs(cut / plain - 1)).toBeLessThan(1e-12);
  });

  test("validation goes on from training, or starts by itself", () => {
    for (const apart of [0, 2]) {
      const problem = lorenzProblem({ apart });
      const start = trainStart(startLatents(problem.definitions));
      const { state, report } = trainer(problem, options).epoch(start);
      expect(state.best!.loss).toBe(report.validation);
      expect(state.best!.latents).toEqual(state.latents);
    }
  });

  test.each(["f64", "f32"] as const)(
    "going on from a checkpoint gives the same bits, %s",
    (dtype) => {
      const problem = lorenzProblem({ dtype });
      const whole = states(problem, 4);
      expect(states(problem, 2, whole[1])).toEqual(whole.slice(2));
      expect(whole[3]!.latents.correction).toHaveLength(d * d);
    },
  );

  // Blocks of the first epochs are the programs; after that every epoch gives back what it took.
  test("memory after six epochs is that after two", () => {
    const problem = lorenzProblem();
    const training = trainer(problem, options);
    let state = trainStart(startLatents(problem.definitions));
    const used = Array.from({ length: 6 }, () => {
      state = training.epoch(state).state;
      return heapStatistics();
    });
    expect(used[5]).toEqual(used[1]);
    const { bytes, programs } = training.statistics();
    expect(programs).toBeGreaterThan(0);
    training.forget();
    expect(training.statistics().bytes).toBe(0);
    expect(used[5]!.used - heapStatistics().used).toBeGreaterThanOrEqual(bytes);
  });

  test("numbers that belong to another problem are refused", () => {
    const problem = lorenzProblem();
    const latents = { ...startLatents(problem.definitions), "processNoise.variance": [1, 2] };
    expect(() => trainer(problem, options).epoch(trainStart(latents))).toThrow(
      /2 numbers for "processNoise.variance" \[8\]; need 8/,
    );
  });
});

describe.runIf(backend().sharing !== null)("with workers", () => {
  afterEach(() => useWorkers(null));
  const explosive = { ...lorenzProblem({ stretch: 2, apart: 0 }), bound: 50 };
  test.each([
    ["of a good model", lorenzProblem()],
    ["of one that fails in every window", explosive],
  ])("all numbers %s are the same to the bit, whatever the threads", async (_, problem) => {
    const alone = states(problem, 2);
    for (const count of [1, 2, 3]) {
      const pool = await openPool(count);
      useWorkers(pool);
      expect(states(problem, 2)).toEqual(alone);
      await pool.close();
    }
    expect(alone[1]!.halvings > 0).toBe(problem === explosive);
  });
});

describe("learn, of tensors", () => {
  const all = { ...options, restarts: 2, scatter: 0.1, refine: false, key: key(3) };

  test("ends with values of their shapes, and the same from every checkpoint", async () => {
    const problem = lorenzProblem();
    const kept: string[] = [];
    const learned = await learn(problem, all, async (state) => {
      kept.push(JSON.stringify(state));
    });
    expect(learned.values.correction!.shape).toEqual([d, d]);
    expect(learned.values.covarianceInflation!.shape).toEqual([]);
    expect(learned.uncertainty).toBeNull();
    for (const text of [kept[1]!, kept[4]!]) {
      const again = await learn(problem, all, async () => {}, JSON.parse(text));
      expect(again.attempts).toEqual(learned.attempts);
      expect(again.reports).toEqual(learned.reports);
    }
  });

  test("more than 200 numbers are not refined, and it says so", async () => {
    const problem = lorenzProblem();
    const [correction] = problem.definitions;
    const many = { ...problem, definitions: [{ ...correction!, start: zeros([15, 15]) }] };
    await expect(learn(many, { ...all, refine: true }, async () => {})).rejects.toThrow(
      /refine is on with 225 numbers.*at most 200/,
    );
    const single = { ...problem, dtype: "f32" as const };
    await expect(learn(single, { ...all, refine: true }, async () => {})).rejects.toThrow(/in f32/);
  });

  // J = Σ (u − t)² over the numbers of a matrix: Newton ends at t, with one error each.
  test("a small matrix is refined element by element", async () => {
    const truth = [0.5, -1, 2, 0];
    const quadratic: LearningProblem<Tensor> = {
      definitions: [{ name: "A", start: zeros([2, 2]), bijection: identity, group: "dynamics" }],
      initial: () => zeros([1, 1]),
      run: ({ A }, state) => {
        const error = add(
          A!,
          tensor([truth.slice(0, 2), truth.slice(2)].map((r) => r.map((v) => -v))),
        );
        return { state, logEvidence: mul(-1, sum(mul(error, error))) };
      },
      training: {
        start: {},
        windows: [
          {
            intervals: [1],
            trajectories: { y: zeros([1, 1, 1]), mask: null, keys: zeros([1, 1, 2], "i32") },
            shared: {},
          },
        ],
      },
      validation: { start: null, windows: [] },
    };
    expect(elements(quadratic.definitions).map(({ name }) => name)).toEqual([
      ...["A[0][0]", "A[0][1]", "A[1][0]", "A[1][1]"],
    ]);
    const { values, uncertainty } = await learn(
      quadratic,
      { ...all, refine: true },
      async () => {},
    );
    [...values.A!.data()].forEach((v, i) => {
      expect(v).toBeCloseTo(truth[i]!, 9);
    });
    // ∇²J = 2: standard errors are √½.
    expect(uncertainty!.parameters["A[1][0]"]!.standardError).toBeCloseTo(Math.SQRT1_2, 9);
  });
});

// The states of windows of ten cycles, against those of one window a cycle: the same to the bit.
test("follow gives the series of every trajectory, joined in time", () => {
  const through = (length: number) => {
    const problem = lorenzProblem({ window: length });
    const { definitions } = problem;
    const values = scope(() =>
      valuesOf(definitions, tensorsOf(definitions, startLatents(definitions), "f64")),
    );
    return evaluate(problem, values, problem.training, (at, before, window) => {
      let state = before;
      const means = window.intervals.map((_, t) => {
        ({ state } = problem.run(at, state, windowOf(window, t, t + 1)));
        return mean(state as Tensor, 1); // [B, d]
      });
      return { state, series: { analysis: stack(means, 1) } };
    }).analysis;
  };
  const analysis = through(10);
  expect(analysis.shape).toEqual([B, K, d]);
  expect(analysis.data()).toEqual(through(1).data());
});
