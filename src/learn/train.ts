/**
 * Truncated back-propagation through time: one Adam update a window, many epochs.
 *
 *     for each epoch:  S ← S₀
 *       for each window w:  J, S ← filter(θ, stop(S), w);   θ ← θ − rate · Adam(∂J/∂θ)
 *
 * J is summed over the trajectories, which threads share in slices. The rate shrinks when the
 * validation loss (the training loss, if there is none) stops falling; training ends when it has
 * not improved for `patience` epochs. Windows in which the filter fails are cut (`recovery.ts`), and
 * gradients are brought to one size from then on (`even.ts`), with moments begun anew. A piece that
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
import type { Course, Entry, LearningProblem } from "./problem.js";
import { programs } from "./programs.js";
import { beginning, type Stand, walk } from "./recovery.js";
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
  readonly even?: boolean;
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
  readonly evened: boolean;
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
  ...{ best: null, stale: 0, failures: 0, halvings: 0, evened: false },
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
  const { even = false } = options;
  const made = programs(problem, options.slices ?? 4);
  const trainingValues = valuesIn(training.windows);
  const validationValues = valuesIn(validation.windows);
  const stored = (numbers: NamedNumbers) => tensorsOf(definitions, numbers, dtype);
  const momentsOf = ({ count, mean, square }: TrainState["adam"]): AdamState => ({
    ...{ count: tensor(count), mean: stored(mean), square: stored(square) },
  });
  const canEnter = problem.reenter !== undefined;

  /** The training windows one after the other, an update at each. */
  function learnFrom(state: TrainState) {
    const { start, windows } = training;
    const ratesFor = (share: number): NamedTensors => {
      const shares = { dynamics: 1, filter: Math.sqrt(share) };
      const rateOf = (group: keyof TrainOptions["rates"]) =>
        full([], shares[group] * state.plateau.scale * options.rates[group], dtype);
      return Object.fromEntries(definitions.map(({ name, group }) => [name, rateOf(group)]));
    };
    const rates = ratesFor(1);
    let latents = stored(state.latents);
    let moments = momentsOf(state.adam);
    let evened = state.evened || even;
    let total = 0;
    const from = { ...beginning, halvings: state.halvings };
    const stand = walk<S>(windows, from, {
      enter: canEnter ? (cycle) => made.enter(latents, start, cycle) : null,
      failed: () => {
        if (evened) return;
        evened = true;
        release(moments);
        moments = momentsOf(blankAdam(state.latents));
      },
      pass: (before, piece, share) => {
        const { loss, gradient, state } = made.gradient(latents, entryOf(before, start), piece);
        const own = share === 1 ? rates : ratesFor(share);
        const next = made.update(latents, gradient, moments, own, evened);
        release([latents, moments, gradient]);
        if (own !== rates) release(own);
        ({ parameters: latents, state: moments } = next);
        total += loss;
        return state;
      },
    });
    return { latents, moments, stand, evened, training: total / trainingValues };
  }

  /** J of a course, without learning. */
  function judge(latents: NamedTensors, course: Course, from: Stand<S>) {
    const start = course.start ?? training.start;
    let total = 0;
    const stand = walk<S>(course.windows, from, {
      enter: canEnter ? (cycle) => made.enter(latents, start, cycle) : null,
      pass: (before, window) => {
        const { loss, state } = made.judge(latents, entryOf(before, start), window);
        total += loss;
        return state;
      },
    });
    return { total, stand };
  }

  /** The loss a value of what is judged by; validation of the same trajectories goes on from them. */
  function validate(latents: NamedTensors, after: Stand<S>) {
    const { recoveries, halvings } = after;
    if (validation.windows.length === 0) return { validation: null, recoveries };
    const from = validation.start === null ? after : { ...beginning, halvings, recoveries };
    const { total, stand } = judge(latents, validation, from);
    return { validation: total / validationValues, recoveries: stand.recoveries };
  }

  function attempt(state: TrainState): { state: TrainState; report: EpochReport } {
    const passed = learnFrom(state);
    const { validation, recoveries } = validate(passed.latents, passed.stand);
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
        halvings: passed.stand.halvings,
        evened: passed.evened,
      },
    };
  }

  /** Back to the best latents, or those before the first epoch, without momentum, with half the rate. */
  function retreat(state: TrainState, error: NumericError): TrainState {
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
      evened: true,
    };
  }

  return {
    epoch(from) {
      let state = from;
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
    loss: (latents) =>
      scope(() => judge(stored(latents), training, { ...beginning, halvings: 0 }).total),
    statistics: made.statistics,
    forget: made.forget,
  };
}

const entryOf = <S>(before: S | null, start: NamedTensors): Entry<S> =>
  before === null ? { start } : { before };
