/**
 * Truncated back-propagation through time: one Adam update a window, many epochs.
 *
 *     for each epoch:  S ← S₀
 *       for each window w:  J, S ← filter(θ, stop(S), w);   θ ← θ − rate · Adam(∂J/∂θ)
 *
 * J is summed over the trajectories, which threads share in slices. The rate shrinks when the
 * validation loss (the training loss, if there is none) stops falling; training ends when it has
 * not improved for `patience` epochs. Windows in which the filter fails are cut (`recovery.ts`); an
 * epoch that fails all the same is taken back and tried again with smaller steps.
 *
 * @see adrian2026, algorithms 1 and 2
 */
import {
  abs,
  add,
  type CaptureStatistics,
  capture,
  full,
  greater,
  leavesOf,
  NumericError,
  parallel,
  release,
  scope,
  sum,
  type Tensor,
  tensor,
  valueAndGradWithAux,
} from "../engine/index.js";
import { type AdamState, adam } from "./adam.js";
import {
  type NamedNumbers,
  type NamedTensors,
  numbersOf,
  tensorsOf,
  valuesOf,
} from "./parameters.js";
import { type PlateauOptions, type PlateauState, plateau, plateauStart } from "./plateau.js";
import { type Course, type Entry, type LearningProblem, windowLoss } from "./problem.js";
import { beginning, type Stand, walk } from "./recovery.js";
import type { TrajectoryTensors, Window } from "./window.js";

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
  ...{ best: null, stale: 0, failures: 0, halvings: 0 },
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

/** What all slices are given. */
interface Shared extends Omit<Window, "trajectories"> {
  readonly latents: NamedTensors;
}

/** What each slice is given of its own. */
interface Sliced<S> {
  readonly entry: Entry<S>;
  readonly trajectories: TrajectoryTensors;
}

/** A trainer of one problem: its windows are captured once and replayed for every start. */
export function trainer<S>(problem: LearningProblem<S>, options: TrainOptions): Trainer {
  const { definitions, training, validation, bound, dtype = "f64" } = problem;
  const optimiser = adam();
  const slices = { slices: options.slices ?? 4 };
  const lossOf = (latents: NamedTensors, shared: Shared, own: Sliced<S>) =>
    windowLoss(problem, latents, own.entry, { ...shared, trajectories: own.trajectories });

  const gradientOf = parallel((shared: Shared, own: Sliced<S>) => {
    const { value, aux, gradient } = valueAndGradWithAux((latents: NamedTensors) => {
      const { loss, state } = lossOf(latents, shared, own);
      return { value: loss, aux: state };
    }, shared.latents);
    return { total: { loss: value, beyond: beyond(aux, bound), gradient }, each: aux };
  }, slices);
  const judge = parallel((shared: Shared, own: Sliced<S>) => {
    const { loss, state } = lossOf(shared.latents, shared, own);
    return { total: { loss, beyond: beyond(state, bound) }, each: state };
  }, slices);
  const entering = parallel((shared: Shared, { start, trajectories }: Entered) => {
    const values = valuesOf(definitions, shared.latents);
    const cycle = { ...shared, trajectories };
    return { total: {}, each: problem.reenter!(values, start, cycle) };
  }, slices);
  const update = capture(
    (latents: NamedTensors, gradient: NamedTensors, moments: AdamState, rates: NamedTensors) =>
      optimiser.update(latents, gradient, moments, rates),
  );
  const programs = [gradientOf, judge, entering, update];

  const trainingValues = valuesIn(training.windows);
  const validationValues = valuesIn(validation.windows);
  const stored = (numbers: NamedNumbers) => tensorsOf(definitions, numbers, dtype);

  /** The state of trajectories from their observations alone. */
  const reentering = (latents: () => NamedTensors, start: NamedTensors) =>
    problem.reenter === undefined
      ? null
      : ({ trajectories, ...cycle }: Window): S =>
          entering({ latents: latents(), ...cycle }, { start, trajectories }).each;

  /** The training windows one after the other, an update at each. */
  function learnFrom(state: TrainState) {
    const rates: NamedTensors = Object.fromEntries(
      definitions.map(({ name, group }) => [
        name,
        full([], state.plateau.scale * options.rates[group], dtype),
      ]),
    );
    const { count, mean, square } = state.adam;
    let latents = stored(state.latents);
    let moments: AdamState = {
      ...{ count: tensor(count), mean: stored(mean), square: stored(square) },
    };
    let sum = 0;
    const stand = walk<S>(training.windows, start(state), {
      reenter: reentering(() => latents, training.start),
      pass: (before, { trajectories, ...window }) => {
        const entry = entryOf(before, training.start);
        const made = gradientOf({ latents, ...window }, { entry, trajectories });
        checkBound(made.total.beyond, made, bound);
        const next = update(latents, made.total.gradient, moments, rates);
        sum += made.total.loss.item();
        release([latents, moments, made.total]);
        ({ parameters: latents, state: moments } = next);
        return made.each;
      },
    });
    return { latents, moments, stand, training: sum / trainingValues };
  }

  const start = ({ halvings }: TrainState): Stand<S> => ({ ...beginning, halvings });

  /** J of a course, without learning. */
  function judged(latents: NamedTensors, { start, windows }: Course, from: Stand<S>) {
    const begin = start ?? training.start;
    let sum = 0;
    const stand = walk<S>(windows, from, {
      reenter: reentering(() => latents, begin),
      pass: (before, { trajectories, ...window }) => {
        const entry = entryOf(before, begin);
        const made = judge({ latents, ...window }, { entry, trajectories });
        checkBound(made.total.beyond, made, bound);
        sum += made.total.loss.item();
        release(made.total);
        return made.each;
      },
    });
    return { sum, stand };
  }

  /** The loss a value of what is judged by; validation of the same trajectories goes on from them. */
  function validate(latents: NamedTensors, after: Stand<S>) {
    if (validation.windows.length === 0) return { validation: null, stand: after };
    const { recoveries, halvings } = after;
    const from = validation.start === null ? after : { ...beginning, halvings, recoveries };
    const { sum, stand } = judged(latents, validation, from);
    return { validation: sum / validationValues, stand };
  }

  function attempt(state: TrainState): { state: TrainState; report: EpochReport } {
    const passed = learnFrom(state);
    const { validation, stand } = validate(passed.latents, passed.stand);
    const {
      training,
      stand: { halvings },
    } = passed;
    const latents = numbersOf(passed.latents);
    const score = validation ?? training;
    // Without validation the score belongs to the latents that the epoch began with.
    const scored = validation === null ? state.latents : latents;
    const improved = state.best === null || score < state.best.loss;
    const {
      epoch,
      plateau: { scale: rate },
    } = state;
    return {
      report: { epoch, training, validation, rate, recoveries: stand.recoveries },
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
        halvings,
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
      scope(() => judged(stored(latents), training, { ...beginning, halvings: 0 }).sum),
    statistics: () => {
      const all = programs.map((program) => program.statistics());
      const figure = (name: keyof CaptureStatistics) => all.reduce((n, one) => n + one[name], 0);
      const [programs_, instructions] = [figure("programs"), figure("instructions")];
      return { programs: programs_, instructions, bytes: figure("bytes") };
    },
    forget: () => {
      for (const program of programs) program.forget();
    },
  };
}

/** What each slice is given where trajectories are entered anew. */
interface Entered {
  readonly start: NamedTensors;
  readonly trajectories: TrajectoryTensors;
}

const entryOf = <S>(before: S | null, start: NamedTensors): Entry<S> =>
  before === null ? { start } : { before };

/** How many numbers of a state are beyond the bound; null: none is set. */
function beyond(state: unknown, bound: number | undefined): Tensor | null {
  if (bound === undefined) return null;
  return leavesOf(state)
    .map((x) => sum(greater(abs(x), bound)))
    .reduce(add);
}

function checkBound(beyond: Tensor | null, made: unknown, bound: number | undefined): void {
  const many = beyond?.item() ?? 0;
  if (many === 0) return;
  release(made);
  throw new NumericError(
    `training: ${many} numbers of the filter's state are beyond ${bound} after a window. Shorter windows, smaller rates or another start may help.`,
  );
}
