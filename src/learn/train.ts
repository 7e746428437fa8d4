import {
  type CaptureStatistics,
  full,
  NumericError,
  release,
  scope,
  tensor,
} from "../engine/index.js";
import type { AdamState } from "./adam.js";
import { epochError } from "./failed-learning.js";
import { type NamedNumbers, type NamedTensors, numbersOf, tensorsOf } from "./parameters.js";
import { type PlateauOptions, type PlateauState, plateau, plateauStart } from "./plateau.js";
import type { Dataset, LearningProblem, WindowStart } from "./problem.js";
import { programs } from "./programs.js";
import {
  beforeFirstWindow,
  type PassWindowsOptions,
  type Progress,
  passWindows,
} from "./recovery.js";
import { type Schedule, scheduledRate } from "./schedule.js";
import { valuesIn, type Window } from "./window.js";

export interface TrainOptions {
  /** Largest number of epochs. */
  readonly epochs: number;
  /** Learning rates of Adam in the latents: of the model and its noise, and of the filter. */
  readonly rates: { readonly dynamics: number; readonly filter: number };
  /** Number of epochs without improvement after which training ends. */
  readonly patience: number;
  /** Schedule of the learning rates. */
  readonly plateau: PlateauOptions;
  /**
   * Number of slices into which the trajectories are cut, and so the largest number of threads that
   * can share the work. Sums are rounded slice by slice, so slices change the result by rounding;
   * threads do not change it. @defaultValue 4
   */
  readonly slices?: number;
  /** Whether gradients are normalised from the first update on, not only after a failure. @defaultValue false */
  readonly normaliseGradients?: boolean;
  /** How the learning rates fall. @defaultValue "plateau" */
  readonly schedule?: Schedule;
  /**
   * The largest norm of the gradient of the loss per value, to which longer ones are clipped; null: none is.
   * @defaultValue null
   */
  readonly clip?: number | null;
}

export interface EpochReport {
  /** Number of the epoch, from 0. */
  readonly epoch: number;
  /** Negative log-likelihood of the training windows per observed value. */
  readonly training: number;
  /** The same of the validation windows; null without any. */
  readonly validation: number | null;
  /** Factor of the learning rates (`plateau`). */
  readonly rate: number;
  /** Number of pieces of windows in which the filter failed and was restarted, in training and validation. */
  readonly recoveries: number;
}

/** The complete state of training between two epochs, as plain numbers. */
export interface TrainState {
  /** Number of epochs done. */
  readonly epoch: number;
  readonly latents: NamedNumbers;
  /** State of the optimiser. */
  readonly adam: {
    readonly count: number;
    readonly mean: NamedNumbers;
    readonly square: NamedNumbers;
  };
  readonly plateau: PlateauState;
  /** The least loss so far and its latents; null before the first epoch. */
  readonly best: { readonly loss: number; readonly latents: NamedNumbers } | null;
  /** Number of epochs since the best. */
  readonly stale: number;
  /** Number of failed epochs in a row. */
  readonly failures: number;
  /** Number of times that windows are halved, because the filter fails in longer ones. */
  readonly halvings: number;
  /** Whether gradients are normalised, as they are from the first failure on. */
  readonly gradientsNormalised: boolean;
}

/** Largest number of epochs that may fail in a row; the next failure is an error. */
const patienceWithFailure = 8;

/** The number of cycles of windows. */
const cyclesIn = (windows: readonly Window[]): number =>
  windows.reduce((n, { intervals }) => n + intervals.length, 0);

/** The optimiser's state before the first update. */
const blankAdam = (latents: NamedNumbers): TrainState["adam"] => {
  const entries = Object.entries(latents);
  const blank = Object.fromEntries(entries.map(([name, row]) => [name, row.map(() => 0)]));
  return { count: 0, mean: blank, square: blank };
};

/** Returns the state before the first epoch, from latents. */
export const trainStart = (latents: NamedNumbers): TrainState => ({
  ...{ epoch: 0, latents, adam: blankAdam(latents), plateau: plateauStart },
  ...{ best: null, stale: 0, failures: 0, halvings: 0, gradientsNormalised: false },
});

/** The number of values that the loss of windows is a sum over. */
const judgedIn = <S>({ judged }: LearningProblem<S>, windows: readonly Window[]): number =>
  judged === undefined ? valuesIn(windows) : windows.reduce((n, window) => n + judged(window), 0);

/** A problem whose windows are captured and can be trained on from any state. */
export interface Trainer {
  /** Trains for one epoch. */
  epoch(state: TrainState): { state: TrainState; report: EpochReport };
  /** Whether training has ended: all epochs are done, or the loss no longer improves. */
  finished(state: TrainState): boolean;
  /** Returns J of all training windows at given latents, without learning. */
  loss(latents: NamedNumbers): number;
  /** Returns the number and the size of the captured programs. */
  statistics(): CaptureStatistics;
  /** Releases the captured programs. */
  forget(): void;
}

/**
 * Makes the trainer of a problem: truncated back-propagation through time, with one update of Adam
 * for each window. Windows are captured once and replayed for every epoch and every start.
 *
 *     for each epoch:  S ← S₀
 *       for each window w:  J, S ← filter(θ, stop(S), w);   θ ← θ − rate · Adam(∂J/∂θ)
 *
 * J is summed over the trajectories. Data that are drawn anew (`LearningProblem.draw`) are other ones in each
 * epoch, and the same whenever an epoch is repeated. The rate is reduced when the validation loss (or, without
 * validation, the training loss) stops falling; training ends when it has not improved for `patience`
 * epochs.
 *
 * Where the filter fails it is restarted, and windows are cut into pieces (`passWindows`). From the
 * first failure on gradients are normalised, and the optimiser's moments start at 0 again. A piece
 * that is a fraction s of its window changes the filter's parameters with √s of their rate, so that
 * the squared steps of all pieces add up to that of a whole window: short forecasts carry little
 * information about the filter, and there are many of them. An epoch that fails nevertheless is
 * undone and repeated with half the rate, eight times at most.
 *
 * @throws NumericError when the filter fails in too many epochs in a row, or cannot be restarted.
 * @see adrian2026, algorithms 1 and 2
 */
export function trainer<S>(problem: LearningProblem<S>, options: TrainOptions): Trainer {
  const { definitions, training, validation, dtype = "f64" } = problem;
  const { normaliseGradients = false, schedule = "plateau", clip = null } = options;
  const compiled = programs(problem, options.slices ?? 4);
  const validationValues = judgedIn(problem, validation.windows);
  const stored = (numbers: NamedNumbers) => tensorsOf(definitions, numbers, dtype);
  const momentsOf = ({ count, mean, square }: TrainState["adam"]): AdamState => ({
    ...{ count: tensor(count), mean: stored(mean), square: stored(square) },
  });
  const canRestart = problem.restart !== undefined;
  const rateIn = ({ epoch, plateau }: TrainState): number =>
    plateau.scale * scheduledRate(schedule, epoch, options.epochs);

  /** Passes the training windows in order, with an update of the parameters after each. */
  function learnFrom(state: TrainState) {
    const { start, windows } = problem.draw?.(state.epoch) ?? training;
    const rate = rateIn(state);
    const ratesFor = (fraction: number): NamedTensors => {
      const factors = { dynamics: 1, filter: Math.sqrt(fraction) };
      const rateOf = (group: keyof TrainOptions["rates"]) =>
        full([], factors[group] * rate * options.rates[group], dtype);
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
        const most = clip === null ? null : full([], clip * judgedIn(problem, [piece]), dtype);
        const next = compiled.update(
          ...([latents, gradient, moments, pieceRates, gradientsNormalised, most] as const),
        );
        release([latents, moments, gradient, most]);
        if (pieceRates !== rates) release(pieceRates);
        ({ parameters: latents, state: moments } = next);
        total += loss;
        return state;
      },
    });
    return {
      latents,
      moments,
      progress,
      gradientsNormalised,
      training: total / judgedIn(problem, windows),
    };
  }

  /** Computes J of a dataset, without learning. */
  function totalLoss(
    latents: NamedTensors,
    dataset: Dataset,
    from: Progress<S>,
    place?: PassWindowsOptions<S>["place"],
  ) {
    const start = dataset.start ?? training.start;
    let total = 0;
    const progress = passWindows<S>(dataset.windows, from, {
      ...(place && { place }),
      restart: canRestart ? (cycle) => compiled.restart(latents, start, cycle) : null,
      pass: (before, window) => {
        const { loss, state } = compiled.loss(latents, entryOf(before, start), window);
        total += loss;
        return state;
      },
    });
    return { total, progress };
  }

  /** Computes the validation loss per observed value; validation of the same trajectories continues from `after`. */
  function validate(latents: NamedTensors, after: Progress<S>) {
    const { recoveries, halvings } = after;
    if (validation.windows.length === 0) return { validation: null, recoveries };
    const from = validation.start === null ? after : { ...beforeFirstWindow, halvings, recoveries };
    const first = validation.start === null ? cyclesIn(training.windows) : 0;
    const place = { of: "validation", first } as const;
    const { total, progress } = totalLoss(latents, validation, from, place);
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
      report: { epoch, training, validation, rate: rateIn(state), recoveries },
      state: {
        epoch: epoch + 1,
        latents,
        adam: {
          count: passed.moments.count.item(),
          mean: numbersOf(passed.moments.mean),
          square: numbersOf(passed.moments.square),
        },
        plateau:
          schedule === "plateau" ? plateau(state.plateau, score, options.plateau) : state.plateau,
        best: improved ? { loss: score, latents: scored } : state.best,
        stale: improved ? 0 : state.stale + 1,
        failures: 0,
        halvings: passed.progress.halvings,
        gradientsNormalised: passed.gradientsNormalised,
      },
    };
  }

  /** Returns to the best latents (or those before the first epoch), with moments 0 and half the rate. */
  function undoEpoch(state: TrainState, error: NumericError): TrainState {
    if (state.failures >= patienceWithFailure) throw epochError(error, state.epoch, problem.times);
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
