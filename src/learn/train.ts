/**
 * Truncated back-propagation through time: one Adam update a window, many epochs.
 *
 *     for each epoch:  S ← S₀
 *       for each window w:  J, S ← filter(θ, stop(S), w);   θ ← θ − rate · Adam(∂J/∂θ)
 *
 * The rate shrinks when the validation loss (the training loss, if there is none) stops falling;
 * training ends when it has not improved for `patience` epochs. An epoch in which the filter fails
 * numerically is taken back and tried again with smaller steps.
 *
 * @see adrian2026, algorithms 1 and 2
 */
import {
  capture,
  NumericError,
  release,
  scope,
  sum,
  type Tensor,
  tensor,
  valueAndGradWithAux,
} from "../engine/index.js";
import { type AdamState, adam } from "./adam.js";
import type { NamedTensors } from "./parameters.js";
import { type PlateauOptions, type PlateauState, plateau, plateauStart } from "./plateau.js";
import { type LearningProblem, windowLoss } from "./problem.js";
import type { Window } from "./window.js";

export interface TrainOptions {
  readonly epochs: number;
  readonly rates: { readonly dynamics: number; readonly filter: number };
  /** Epochs without improvement after which training ends. */
  readonly patience: number;
  readonly plateau: PlateauOptions;
}

export interface EpochReport {
  readonly epoch: number;
  /** Negative log-likelihoods a value observed. */
  readonly training: number;
  readonly validation: number | null;
  /** What the learning rates were multiplied by. */
  readonly rate: number;
}

/** Everything that the next epoch depends on, as plain numbers. */
export interface TrainState {
  readonly epoch: number;
  readonly latents: Readonly<Record<string, number>>;
  readonly adam: {
    readonly count: number;
    readonly mean: Readonly<Record<string, number>>;
    readonly square: Readonly<Record<string, number>>;
  };
  readonly plateau: PlateauState;
  readonly best: {
    readonly loss: number;
    readonly latents: Readonly<Record<string, number>>;
  } | null;
  /** Epochs since the best. */
  readonly stale: number;
  /** Epochs taken back one after the other. */
  readonly failures: number;
}

/** Epochs that may fail in a row before the error is passed on. */
const patienceWithFailure = 8;

const numbers = (tensors: NamedTensors): Record<string, number> =>
  Object.fromEntries(Object.entries(tensors).map(([name, x]) => [name, x.item()]));
const tensors = (values: Readonly<Record<string, number>>): NamedTensors =>
  Object.fromEntries(Object.entries(values).map(([name, v]) => [name, tensor(v)]));

/** The state before the first epoch. */
export function trainStart(latents: NamedTensors): TrainState {
  const blank = Object.fromEntries(Object.keys(latents).map((name) => [name, 0]));
  return {
    epoch: 0,
    latents: numbers(latents),
    adam: { count: 0, mean: blank, square: blank },
    plateau: plateauStart,
    best: null,
    stale: 0,
    failures: 0,
  };
}

/** What one update leaves. */
interface Update<S> {
  readonly latents: NamedTensors;
  readonly moments: AdamState;
  readonly state: S;
  readonly loss: Tensor;
}

/** The number of values observed in a window. */
const valuesIn = ({ y, mask }: Window): number =>
  mask === null ? y.size : scope(() => sum(mask)).item();

export interface Trainer {
  /** One epoch; the state after it. */
  epoch(state: TrainState): { state: TrainState; report: EpochReport };
  /** True when nothing is left to gain or to do. */
  finished(state: TrainState): boolean;
}

/** A trainer of one problem: its windows are captured once and replayed for every start. */
export function trainer<S>(problem: LearningProblem<S>, options: TrainOptions): Trainer {
  const optimiser = adam();
  const update = capture(
    (
      latents: NamedTensors,
      moments: AdamState,
      rates: NamedTensors,
      before: S | null,
      window: Window,
    ): Update<S> => {
      const { value, aux, gradient } = valueAndGradWithAux((at: NamedTensors) => {
        const { loss, state } = windowLoss(problem, at, before, window);
        return { value: loss, aux: state };
      }, latents);
      const step = optimiser.update(latents, gradient, moments, rates);
      return { latents: step.parameters, moments: step.state, state: aux, loss: value };
    },
  );
  const judge = capture((latents: NamedTensors, before: S | null, window: Window) =>
    windowLoss(problem, latents, before, window),
  );
  const trainingValues = problem.training.reduce((n, w) => n + valuesIn(w), 0);
  const validationValues = problem.validation.reduce((n, w) => n + valuesIn(w), 0);

  /** The training windows one after the other, an update at each. */
  function pass(state: TrainState) {
    const rates = tensors(
      Object.fromEntries(
        problem.definitions.map(({ name, group }) => [
          name,
          state.plateau.scale * options.rates[group],
        ]),
      ),
    );
    let latents = tensors(state.latents);
    let moments: AdamState = {
      count: tensor(state.adam.count),
      mean: tensors(state.adam.mean),
      square: tensors(state.adam.square),
    };
    let before: S | null = null;
    let total = 0;
    for (const window of problem.training) {
      const next: Update<S> = update(latents, moments, rates, before, window);
      release([latents, moments, before]);
      total += next.loss.item();
      ({ latents, moments } = next);
      before = next.state;
    }
    return { latents, moments, after: before, training: total / trainingValues };
  }

  /** The loss of the windows that follow, a value. */
  function validate(latents: NamedTensors, after: S | null): number | null {
    if (problem.validation.length === 0) return null;
    let before = after;
    let total = 0;
    for (const window of problem.validation) {
      const { loss, state } = judge(latents, before, window);
      total += loss.item();
      before = state;
    }
    return total / validationValues;
  }

  function attempt(state: TrainState): { state: TrainState; report: EpochReport } {
    const { latents, moments, after, training } = pass(state);
    const validation = validate(latents, after);
    const score = validation ?? training;
    // Without validation the score belongs to the latents that the epoch began with.
    const scored = validation === null ? state.latents : numbers(latents);
    const improved = state.best === null || score < state.best.loss;
    const report = { epoch: state.epoch, training, validation, rate: state.plateau.scale };
    return {
      report,
      state: {
        epoch: state.epoch + 1,
        latents: numbers(latents),
        adam: {
          count: moments.count.item(),
          mean: numbers(moments.mean),
          square: numbers(moments.square),
        },
        plateau: plateau(state.plateau, score, options.plateau),
        best: improved ? { loss: score, latents: scored } : state.best,
        stale: improved ? 0 : state.stale + 1,
        failures: 0,
      },
    };
  }

  /** Back to the best latents, without momentum, with half the rate. */
  function retreat(state: TrainState, error: NumericError): TrainState {
    if (state.best === null || state.failures >= patienceWithFailure) throw error;
    const halved = { ...state.plateau, scale: state.plateau.scale / 2 };
    const { adam: blank } = trainStart(tensors(state.latents));
    const { latents } = state.best;
    return { ...state, latents, adam: blank, plateau: halved, failures: state.failures + 1 };
  }

  return {
    epoch(start) {
      let state = start;
      for (;;) {
        try {
          const current = state;
          return scope(() => attempt(current));
        } catch (error) {
          if (!(error instanceof NumericError)) throw error;
          state = retreat(state, error);
        }
      }
    },
    finished: ({ epoch, stale }) => epoch >= options.epochs || stale > options.patience,
  };
}
