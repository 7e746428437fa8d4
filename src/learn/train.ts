/**
 * Truncated back-propagation through time: one Adam update a window, many epochs.
 *
 *     for each epoch:  S ← S₀
 *       for each window w:  J, S ← filter(θ, stop(S), w);   θ ← θ − rate · Adam(∂J/∂θ)
 *
 * J is summed over the trajectories, which threads share in slices. The rate shrinks when the
 * validation loss (the training loss, if there is none) stops falling; training ends when it has
 * not improved for `patience` epochs. Windows in which the filter fails are cut (`recovery.ts`), and
 * gradients are brought to one size from then on (`normalise-gradient.ts`), with moments begun anew. A piece that
 * is a share s of its window moves the filter with √s of its rate: the squares of the steps of all
 * pieces add up to that of one, for short forecasts tell little of a filter, and pieces are many. An
 * epoch that fails all the same is taken back and tried again with smaller steps.
 *
 * @see adrian2026, algorithms 1 and 2
 */
import {
  type CaptureStatistics,
  full,
  NumericError,
  release,
  scope,
  sum,
  type Tensor,
  tensor,
} from "../engine/index.js";
import type { AdamState } from "./adam.js";
import { type NamedNumbers, type NamedTensors, numbersOf, tensorsOf } from "./parameters.js";
import { type PlateauOptions, type PlateauState, plateau, plateauStart } from "./plateau.js";
import type { Dataset, LearningProblem, WindowStart } from "./problem.js";
import { programs } from "./programs.js";
import { beforeFirstWindow, type Progress, passWindows } from "./recovery.js";
import type { Window } from "./window.js";

export interface TrainOptions {
  readonly epochs: number;
  readonly rates: { readonly dynamics: number; readonly filter: number };
  /** Epochs without improvement after which training ends. */
  readonly patience: number;
  readonly plateau: PlateauOptions;
  /**
   * Slices that the trajectories are cut into; as many threads can work. They are part of the
   * result, to rounding; threads are not. @defaultValue 4
   */
  readonly slices?: number;
  /** Gradients of one size from the first update on, not only after a failure. @defaultValue false */
  readonly normaliseGradients?: boolean;
}

export interface EpochReport {
  readonly epoch: number;
  /** Negative log-likelihoods a value observed. */
  readonly training: number;
  readonly validation: number | null;
  /** What the learning rates were multiplied by. */
  readonly rate: number;
  /** Pieces of windows that failed numerically and were tried again, in training and validation. */
  readonly recoveries: number;
}

/** Everything that the next epoch depends on, as plain numbers. */
export interface TrainState {
  readonly epoch: number;
  readonly latents: NamedNumbers;
  readonly adam: {
    readonly count: number;
    readonly mean: NamedNumbers;
    readonly square: NamedNumbers;
  };
  readonly plateau: PlateauState;
  readonly best: { readonly loss: number; readonly latents: NamedNumbers } | null;
  /** Epochs since the best. */
  readonly stale: number;
  /** Epochs taken back one after the other. */
  readonly failures: number;
  /** How often the windows are halved, where the filter fails in whole ones. */
  readonly halvings: number;
  /** Whether gradients are brought to one size, as they are from the first failure on. */
  readonly gradientsNormalised: boolean;
}

/** Epochs that may fail in a row before the error is passed on. */
const patienceWithFailure = 8;

const blankAdam = (latents: NamedNumbers): TrainState["adam"] => {
  const entries = Object.entries(latents);
  const blank = Object.fromEntries(entries.map(([name, row]) => [name, row.map(() => 0)]));
  return { count: 0, mean: blank, square: blank };
};

/** The state before the first epoch. */
export const trainStart = (latents: NamedNumbers): TrainState => ({
  ...{ epoch: 0, latents, adam: blankAdam(latents), plateau: plateauStart },
  ...{ best: null, stale: 0, failures: 0, halvings: 0, gradientsNormalised: false },
});

/** The number of values observed in windows. */
const valuesIn = (windows: readonly Window[]): number =>
  windows.reduce((n, { trajectories: { y, mask } }) => n + (mask ? total(mask) : y.size), 0);

const total = (x: Tensor): number => scope(() => sum(x)).item();

export interface Trainer {
  /** One epoch; the state after it. */
  epoch(state: TrainState): { state: TrainState; report: EpochReport };
  /** True when nothing is left to gain or to do. */
  finished(state: TrainState): boolean;
  /** J of all training windows for these latents, without learning. */
  loss(latents: NamedNumbers): number;
  /** Figures of the programs of the windows and of the update. */
  statistics(): CaptureStatistics;
  /** Gives the programs back. */
  forget(): void;
}

/** A trainer of one problem: its windows are captured once and replayed for every start. */
export function trainer<S>(problem: LearningProblem<S>, options: TrainOptions): Trainer {
  const { definitions, training, validation, dtype = "f64" } = problem;
  const { normaliseGradients = false } = options;
  const compiled = programs(problem, options.slices ?? 4);
  const trainingValues = valuesIn(training.windows);
  const validationValues = valuesIn(validation.windows);
  const stored = (numbers: NamedNumbers) => tensorsOf(definitions, numbers, dtype);
  const momentsOf = ({ count, mean, square }: TrainState["adam"]): AdamState => ({
    ...{ count: tensor(count), mean: stored(mean), square: stored(square) },
  });
  const canRestart = problem.restart !== undefined;

  /** The training windows one after the other, an update at each. */
  function learnFrom(state: TrainState) {
    const { start, windows } = training;
    const ratesFor = (fraction: number): NamedTensors => {
      const factors = { dynamics: 1, filter: Math.sqrt(fraction) };
      const rateOf = (group: keyof TrainOptions["rates"]) =>
        full([], factors[group] * state.plateau.scale * options.rates[group], dtype);
      return Object.fromEntries(definitions.map(({ name, group }) => [name, rateOf(group)]));
    };
    const rates = ratesFor(1);
    let latents = stored(state.latents);
    let moments = momentsOf(state.adam);
    let gradientsNormalised = state.gradientsNormalised || normaliseGradients;
    let total = 0;
    const from = { ...beforeFirstWindow, halvings: state.halvings };
    const progress = passWindows<S>(windows, from, {
      restart: canRestart ? (cycle) => compiled.restart(latents, start, cycle) : null,
      onFailure: () => {
        if (gradientsNormalised) return;
        gradientsNormalised = true;
        release(moments);
        moments = momentsOf(blankAdam(state.latents));
      },
      pass: (before, piece, fraction) => {
        const { loss, gradient, state } = compiled.gradient(latents, entryOf(before, start), piece);
        const pieceRates = fraction === 1 ? rates : ratesFor(fraction);
        const next = compiled.update(latents, gradient, moments, pieceRates, gradientsNormalised);
        release([latents, moments, gradient]);
        if (pieceRates !== rates) release(pieceRates);
        ({ parameters: latents, state: moments } = next);
        total += loss;
        return state;
      },
    });
    return { latents, moments, progress, gradientsNormalised, training: total / trainingValues };
  }

  /** J of a course, without learning. */
  function totalLoss(latents: NamedTensors, dataset: Dataset, from: Progress<S>) {
    const start = dataset.start ?? training.start;
    let total = 0;
    const progress = passWindows<S>(dataset.windows, from, {
      restart: canRestart ? (cycle) => compiled.restart(latents, start, cycle) : null,
      pass: (before, window) => {
        const { loss, state } = compiled.loss(latents, entryOf(before, start), window);
        total += loss;
        return state;
      },
    });
    return { total, progress };
  }

  /** The loss a value of what is judged by; validation of the same trajectories goes on from them. */
  function validate(latents: NamedTensors, after: Progress<S>) {
    const { recoveries, halvings } = after;
    if (validation.windows.length === 0) return { validation: null, recoveries };
    const from = validation.start === null ? after : { ...beforeFirstWindow, halvings, recoveries };
    const { total, progress } = totalLoss(latents, validation, from);
    return { validation: total / validationValues, recoveries: progress.recoveries };
  }

  function tryEpoch(state: TrainState): { state: TrainState; report: EpochReport } {
    const passed = learnFrom(state);
    const { validation, recoveries } = validate(passed.latents, passed.progress);
    const { training } = passed;
    const latents = numbersOf(passed.latents);
    const score = validation ?? training;
    // Without validation the score belongs to the latents that the epoch began with.
    const scored = validation === null ? state.latents : latents;
    const improved = state.best === null || score < state.best.loss;
    const { epoch } = state;
    return {
      report: { epoch, training, validation, rate: state.plateau.scale, recoveries },
      state: {
        epoch: epoch + 1,
        latents,
        adam: {
          count: passed.moments.count.item(),
          mean: numbersOf(passed.moments.mean),
          square: numbersOf(passed.moments.square),
        },
        plateau: plateau(state.plateau, score, options.plateau),
        best: improved ? { loss: score, latents: scored } : state.best,
        stale: improved ? 0 : state.stale + 1,
        failures: 0,
        halvings: passed.progress.halvings,
        gradientsNormalised: passed.gradientsNormalised,
      },
    };
  }

  /** Back to the best latents, or those before the first epoch, without momentum, with half the rate. */
  function undoEpoch(state: TrainState, error: NumericError): TrainState {
    if (state.failures >= patienceWithFailure) throw error;
    const { scale } = state.plateau;
    const { latents } = state.best ?? state;
    const halved = { ...state.plateau, scale: scale / 2 };
    return {
      ...state,
      latents,
      adam: blankAdam(latents),
      plateau: halved,
      failures: state.failures + 1,
      gradientsNormalised: true,
    };
  }

  return {
    epoch(from) {
      let state = from;
      for (;;) {
        try {
          const current = state;
          return scope(() => tryEpoch(current));
        } catch (error) {
          if (!(error instanceof NumericError)) throw error;
          state = undoEpoch(state, error);
        }
      }
    },
    finished: ({ epoch, stale }) => epoch >= options.epochs || stale > options.patience,
    loss: (latents) =>
      scope(
        () => totalLoss(stored(latents), training, { ...beforeFirstWindow, halvings: 0 }).total,
      ),
    statistics: compiled.statistics,
    forget: compiled.forget,
  };
}

const entryOf = <S>(before: S | null, start: NamedTensors): WindowStart<S> =>
  before === null ? { start } : { before };
