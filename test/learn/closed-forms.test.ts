import { describe, expect, test } from "vitest";
import { mul, NumericError, softplus, sub, tensor } from "../../src/engine/index.js";
import { assimilate, type KalmanState, kalman } from "../../src/filters/index.js";
import {
  cyclesOf,
  type LearningProblem,
  type LearnOptions,
  learn,
  type ParameterDefinition,
  recordOf,
  trainer,
  trainStart,
  windowsOf,
} from "../../src/learn/index.js";
import { bindModel, linear, propagations } from "../../src/models/index.js";
import { observationSeries, observeAll } from "../../src/observe/index.js";
import { positive } from "../../src/prob/index.js";
import { key } from "../../src/random/index.js";

/**
 * White noise as a state: x_t = 0·x_{t−1} + N(0, q), y_t = x_t + N(0, r). Then y_t ~ N(0, q + r)
 * independently, and everything is known: with n values of mean square s,
 *     q̂ = s − r,   standard error of q̂ = s √(2/n),   log-likelihood = −n/2 (log 2πs + 1)
 */
const y = Array.from({ length: 60 }, (_, t) => 3 * Math.sin(7 * t * t + 1));
const n = y.length;
const s = y.reduce((total, v) => total + v * v, 0) / n;
const r = 0.5;
const series = observationSeries({ times: y.map((_, t) => t + 1), values: y.map((v) => [v]) });
const whole = recordOf({ ...series, intervals: y.map(() => 1) }, key(0));

const scale: ParameterDefinition = {
  name: "q",
  start: 1,
  bijection: positive(1),
  group: "dynamics",
};

function problem(
  definitions: readonly ParameterDefinition[],
  { window = n, split = n }: { window?: number; split?: number } = {},
): LearningProblem<KalmanState> {
  const filter = kalman();
  return {
    definitions,
    initial: () => ({ mean: tensor([[0]]), covariance: tensor([[[1]]]) }),
    run: (values, before, window_) => {
      const crossing = propagations(
        bindModel(linear, { transition: [[0]] }),
        values.q!,
        window_.intervals,
        1,
      );
      const seen = cyclesOf(window_);
      const cycles = crossing.map((propagation, t) => {
        const { trajectories } = seen[t]!;
        const observation = { ...trajectories, operator: observeAll(1), variance: values.r ?? r };
        return { ...propagation, observation };
      });
      return assimilate(
        filter,
        before,
        cycles,
        seen.map(({ key: each }) => each),
      );
    },
    training: { start: {}, windows: windowsOf(whole, window, 0, split) },
    validation: { start: null, windows: windowsOf(whole, window, split) },
  };
}

const options: LearnOptions = {
  epochs: 30,
  rates: { dynamics: 0.1, filter: 0.1 },
  patience: 20,
  plateau: { patience: 5, factor: 0.5 },
  restarts: 1,
  scatter: 0.5,
  refine: true,
  key: key(3),
};
const silent = async () => {};

describe("learning against a closed form", () => {
  // Newton stops at a gradient of 1e-9 (1 + |J|): the optimum is then good to some 1e-9.
  test("the maximum, its standard error and the likelihood", async () => {
    const learned = await learn(problem([scale]), options, silent);
    expect(learned.values.q!.item()).toBeCloseTo(s - r, 7);
    const likelihood = (-n / 2) * (Math.log(2 * Math.PI * s) + 1);
    expect(learned.attempts[0]!.logLikelihood).toBeCloseTo(likelihood, 9);
    const { standardError, interval } = learned.uncertainty!.parameters.q!;
    expect(standardError! / (s * Math.sqrt(2 / n))).toBeCloseTo(1, 7);
    expect(interval![0]).toBeLessThan(s - r);
    expect(interval![1]).toBeGreaterThan(s - r);
  });

  test("starts scattered over orders of magnitude reach the same maximum", async () => {
    const learned = await learn(problem([scale]), { ...options, restarts: 5, scatter: 3 }, silent);
    expect(learned.attempts).toHaveLength(5);
    for (const { latents } of learned.attempts) {
      expect(latents.q![0]).toBeCloseTo(learned.attempts[learned.best]!.latents.q![0]!, 6);
    }
  });

  test("two variances that only count together have no standard errors, and it says so", async () => {
    const both = [scale, { ...scale, name: "r" }];
    const { values, uncertainty } = await learn(problem(both), options, silent);
    expect(values.q!.item() + values.r!.item()).toBeCloseTo(s, 5);
    expect(uncertainty!.parameters.q!.standardError).toBeNull();
    expect(uncertainty!.explanation).toMatch(/along q and r .* they cannot be told apart/);
  });

  test("a variance that wants to be negative rests at its bound, and it says so", async () => {
    const small = { ...problem([scale]), run: problem([scale]).run };
    const loud: typeof small = {
      ...small,
      run: (values, before, window) => small.run({ ...values, r: tensor(2 * s) }, before, window),
    };
    const { values, uncertainty } = await learn(loud, options, silent);
    expect(values.q!.item()).toBeLessThan(1e-2);
    expect(uncertainty!.parameters.q!.standardError).toBeNull();
    expect(uncertainty!.explanation).toMatch(/q came to rest at a bound/);
  });

  // Twenty updates a pass instead of one: the optimum of Adam alone, without Newton steps.
  test("truncated windows lead to the same optimum", async () => {
    const short = { ...options, epochs: 80, refine: false };
    const { values, uncertainty } = await learn(problem([scale], { window: 3 }), short, silent);
    expect(Math.abs(values.q!.item() / (s - r) - 1)).toBeLessThan(0.1); // steps of 0.1 and less
    expect(uncertainty).toBeNull();
  });
});

describe("training", () => {
  test("keeps the latents of the best validation loss and stops when it no longer falls", () => {
    const training = trainer(problem([scale], { window: 10, split: 40 }), {
      ...options,
      epochs: 500,
      patience: 3,
    });
    let state = trainStart({ q: [5] });
    const validation: number[] = [];
    while (!training.finished(state)) {
      const { state: next, report } = training.epoch(state);
      state = next;
      validation.push(report.validation!);
    }
    expect(state.epoch).toBeLessThan(500);
    expect(state.best!.loss).toBe(Math.min(...validation));
    expect(validation.indexOf(state.best!.loss)).toBe(validation.length - 5);
  });

  // The model's variance q(3 − q) is negative beyond q = 3, where the filter fails; it is best at
  // q = 1.5. A rate of 20 jumps over the edge at once.
  test("an epoch that fails is taken back and tried with half the rate", () => {
    const good = problem([scale]);
    const edged: typeof good = {
      ...good,
      run: (values, before, window) =>
        good.run({ q: mul(values.q!, sub(3, values.q!)) }, before, window),
    };
    const training = trainer(edged, { ...options, rates: { dynamics: 20, filter: 20 } });
    let state = trainStart({ q: [0] });
    const reports = Array.from({ length: 30 }, () => {
      const { state: next, report } = training.epoch(state);
      state = next;
      return report;
    });
    expect(reports[0]!.rate).toBe(1);
    expect(reports.at(-1)!.rate).toBeLessThan(0.1);
    expect(state.best!.loss).toBeLessThan(reports[0]!.training);
    expect(Math.abs(softplus(tensor(state.best!.latents.q![0]!)).item() - 1.5)).toBeLessThan(0.5);
  });

  test("a start at which the filter fails is an error, not a NaN", () => {
    const broken = trainer(
      {
        ...problem([scale]),
        run: () => {
          throw new NumericError("cholesky: pivot");
        },
      },
      options,
    );
    expect(() => broken.epoch(trainStart({ q: [0] }))).toThrow("cholesky: pivot");
  });

  test("the same state gives the same next state, to the bit", () => {
    const training = trainer(problem([scale], { window: 7 }), options);
    const first = training.epoch(trainStart({ q: [0] })).state;
    const copy = JSON.parse(JSON.stringify(first));
    const again = trainer(problem([scale], { window: 7 }), options);
    expect(again.epoch(copy).state).toEqual(training.epoch(first).state);
  });
});
