import { describe, expect, test } from "vitest";
import { mul, NumericError, softplus, sub, tensor } from "../../src/engine/index.js";
import { type LearnOptions, learn, trainer, trainStart } from "../../src/learn/index.js";
import { learned as learnedFrom } from "../../src/parts/index.js";
import { key } from "../../src/random/index.js";
import { meanSquare, qName, rName, whiteNoise, y } from "./white-noise.js";

/**
 * Of white noise everything is known: with n values of mean square s,
 *     q̂ = s − r,   standard error of q̂ = s √(2/n),   log-likelihood = −n/2 (log 2πs + 1)
 */
const n = y.length;
const s = meanSquare(y);
const r = 0.5;
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
    const learned = await learn(whiteNoise(), options, silent);
    expect(learned.values[qName]!.item()).toBeCloseTo(s - r, 7);
    const likelihood = (-n / 2) * (Math.log(2 * Math.PI * s) + 1);
    expect(learned.attempts[0]!.logLikelihood).toBeCloseTo(likelihood, 9);
    const { standardError, interval } = learned.uncertainty!.parameters[qName]!;
    expect(standardError! / (s * Math.sqrt(2 / n))).toBeCloseTo(1, 7);
    expect(interval![0]).toBeLessThan(s - r);
    expect(interval![1]).toBeGreaterThan(s - r);
  });

  test("starts scattered over orders of magnitude reach the same maximum", async () => {
    const learned = await learn(whiteNoise(), { ...options, restarts: 5, scatter: 3 }, silent);
    expect(learned.attempts).toHaveLength(5);
    for (const { latents } of learned.attempts) {
      expect(latents[qName]![0]).toBeCloseTo(
        learned.attempts[learned.best]!.latents[qName]![0]!,
        6,
      );
    }
  });

  test("two variances that only count together have no standard errors, and it says so", async () => {
    const both = whiteNoise({ r: learnedFrom(1) });
    const { values, uncertainty } = await learn(both, options, silent);
    expect(values[qName]!.item() + values[rName]!.item()).toBeCloseTo(s, 5);
    expect(uncertainty!.parameters[qName]!.standardError).toBeNull();
    expect(uncertainty!.explanation).toMatch(
      /along processNoise.variance and observations.variance .* they cannot be told apart/,
    );
  });

  test("a variance that wants to be negative rests at its bound, and it says so", async () => {
    const { values, uncertainty } = await learn(whiteNoise({ r: 2 * s }), options, silent);
    expect(values[qName]!.item()).toBeLessThan(1e-2);
    expect(uncertainty!.parameters[qName]!.standardError).toBeNull();
    expect(uncertainty!.explanation).toMatch(/processNoise.variance came to rest at a bound/);
  });

  // Twenty updates a pass instead of one: the optimum of Adam alone, without Newton steps.
  test("truncated windows lead to the same optimum", async () => {
    const short = { ...options, epochs: 80, refine: false };
    const { values, uncertainty } = await learn(whiteNoise({ window: 3 }), short, silent);
    expect(Math.abs(values[qName]!.item() / (s - r) - 1)).toBeLessThan(0.1); // steps of 0.1 and less
    expect(uncertainty).toBeNull();
  });
});

describe("training", () => {
  test("keeps the latents of the best validation loss and stops when it no longer falls", () => {
    const training = trainer(whiteNoise({ window: 10, split: 40 }), {
      ...options,
      epochs: 500,
      patience: 3,
    });
    let state = trainStart({ [qName]: [5] });
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
    const good = whiteNoise();
    const edged: typeof good = {
      ...good,
      run: (values, before, window) =>
        good.run({ [qName]: mul(values[qName]!, sub(3, values[qName]!)) }, before, window),
    };
    const training = trainer(edged, { ...options, rates: { dynamics: 20, filter: 20 } });
    let state = trainStart({ [qName]: [0] });
    const reports = Array.from({ length: 30 }, () => {
      const { state: next, report } = training.epoch(state);
      state = next;
      return report;
    });
    expect(reports[0]!.rate).toBe(1);
    expect(reports.at(-1)!.rate).toBeLessThan(0.1);
    expect(state.best!.loss).toBeLessThan(reports[0]!.training);
    expect(Math.abs(softplus(tensor(state.best!.latents[qName]![0]!)).item() - 1.5)).toBeLessThan(
      0.5,
    );
  });

  test("a start at which the filter fails is an error, not a NaN", () => {
    const broken = trainer(
      {
        ...whiteNoise(),
        run: () => {
          throw new NumericError("cholesky: pivot");
        },
      },
      options,
    );
    expect(() => broken.epoch(trainStart({ [qName]: [0] }))).toThrow("cholesky: pivot");
  });

  test("the same state gives the same next state, to the bit", () => {
    const training = trainer(whiteNoise({ window: 7 }), options);
    const first = training.epoch(trainStart({ [qName]: [0] })).state;
    const copy = JSON.parse(JSON.stringify(first));
    const again = trainer(whiteNoise({ window: 7 }), options);
    expect(again.epoch(copy).state).toEqual(training.epoch(first).state);
  });
});
