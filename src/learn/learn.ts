import { NumericError, scope, UsageError } from "../engine/index.js";
import { foldIn, type Key, normal } from "../random/index.js";
import { learningError } from "./failed-learning.js";
import { type Objective, orElse } from "./newton.js";
import {
  latentCount,
  type NamedNumbers,
  type NamedTensors,
  scaleFree,
  startLatents,
  tensorsOf,
  valuesOf,
} from "./parameters.js";
import type { LearningProblem } from "./problem.js";
import { recordObjective } from "./record-objective.js";
import { refine } from "./refine.js";
import {
  type EpochReport,
  type Trainer,
  type TrainOptions,
  type TrainState,
  trainer,
  trainStart,
} from "./train.js";
import type { Uncertainty } from "./uncertainty.js";

export interface LearnOptions extends TrainOptions {
  /**
   * Number of independent starts of learning. The first begins at the start values, the others are
   * drawn about them. (A restart of the *filter* within a window is `LearningProblem.restart`.)
   */
  readonly restarts: number;
  /** Standard deviation of the other starts about the first, in the latents. */
  readonly scatter: number;
  /** Whether Newton steps on the whole record follow; for at most 200 numbers, in f64. */
  readonly refine: boolean;
  /** Draws the other starts. */
  readonly key: Key;
}

/** The result of one independent start. */
export interface Attempt {
  /** Latents where learning ended. */
  readonly latents: NamedNumbers;
  /**
   * Log-likelihood of all training windows. Without Newton steps the filter is restarted where it
   * fails, and the log-likelihood is that of the restarted filter.
   */
  readonly logLikelihood: number;
  /** Standard errors; null without Newton steps. */
  readonly uncertainty: Uncertainty | null;
}

/** The report of one epoch of one independent start. */
export interface LearnReport extends EpochReport {
  /** Number of the independent start, from 0. */
  readonly restart: number;
}

/** The complete state of learning between two epochs, as plain JSON. */
export interface LearnState {
  /** Number of the independent start that is being trained, from 0. */
  readonly restart: number;
  /** State of its training; null before its first epoch. */
  readonly train: TrainState | null;
  /** The starts that are finished. */
  readonly attempts: readonly Attempt[];
  /** Reports of all epochs so far. */
  readonly reports: readonly LearnReport[];
}

/** The result of learning. */
export interface Learned {
  /** One entry for each independent start. */
  readonly attempts: readonly Attempt[];
  /** Index of the attempt with the largest log-likelihood. */
  readonly best: number;
  /** Parameter values of the best attempt. */
  readonly values: NamedTensors;
  /** Reports of all epochs. */
  readonly reports: readonly LearnReport[];
  /** Standard errors of the best attempt; null without `refine`. */
  readonly uncertainty: Uncertainty | null;
}

/** The state before the first epoch. */
export const learnStart: LearnState = { restart: 0, train: null, attempts: [], reports: [] };

/** The largest number of learned numbers for Newton steps: a Hessian takes as many gradients. */
export const refinementLimit = 200;

function checkRefinement<S>({ definitions, dtype = "f64" }: LearningProblem<S>): void {
  const n = latentCount(definitions);
  if (n <= refinementLimit && dtype === "f64") return;
  throw new UsageError(
    `learn: refine is on with ${n} numbers to learn in ${dtype}; Newton steps and standard errors need at most ${refinementLimit} numbers, in f64. Turn refine off, or learn fewer.`,
  );
}

/**
 * Learns the parameters of a problem: trains from several independent starts, refines each by Newton
 * steps if asked, and returns the best with its standard errors.
 *
 * `visit` is called after every epoch with the complete state of learning. It may wait, so that a
 * host can answer other calls, and it ends learning by throwing. Learning that continues from such a
 * state (`from`) gives the same numbers, bit for bit, as learning that was not interrupted.
 *
 * @throws UsageError when `refine` is on for too many numbers or in f32; NumericError when no start
 * ended at parameters for which the whole record has a likelihood.
 * @see adrian2026, algorithms 1 and 2
 */
export async function learn<S>(
  problem: LearningProblem<S>,
  options: LearnOptions,
  visit: (state: LearnState) => Promise<void>,
  from: LearnState = learnStart,
): Promise<Learned> {
  if (options.refine) checkRefinement(problem);
  const training = trainer(problem, options);
  const J = options.refine
    ? recordObjective({ ...problem, definitions: scaleFree(problem.definitions) })
    : null;
  let state = from;
  while (state.restart < options.restarts) {
    let train = state.train ?? trainStart(scatteredStart(problem, options, state.restart));
    while (!training.finished(train)) {
      const { state: next, report } = training.epoch(train);
      train = next;
      const reports = [...state.reports, { ...report, restart: state.restart }];
      state = { ...state, train, reports };
      await visit(state);
    }
    const { latents } = train.best ?? train;
    const attempt = J === null ? unrefined(training, latents) : refined(problem, J, latents);
    const attempts = [...state.attempts, attempt];
    state = { ...state, restart: state.restart + 1, train: null, attempts };
    await visit(state);
  }
  training.forget();
  J?.forget();
  return bestOf(problem, state);
}

const unrefined = (training: Trainer, latents: NamedNumbers): Attempt => {
  const loss = orElse(Number.NaN, () => training.loss(latents));
  return { latents, logLikelihood: -loss, uncertainty: null };
};

/** Refines; a failure says where it was. */
function refined<S>(problem: LearningProblem<S>, J: Objective, latents: NamedNumbers): Attempt {
  try {
    return refine(problem, J, latents);
  } catch (error) {
    throw error instanceof NumericError ? learningError(error) : error;
  }
}

/** The latents of an independent start: the start values for number 0, draws about them otherwise. */
function scatteredStart<S>(
  { definitions }: LearningProblem<S>,
  { key, scatter }: LearnOptions,
  restart: number,
): NamedNumbers {
  if (restart === 0) return startLatents(definitions);
  const z = scope(() => normal(foldIn(key, restart), [latentCount(definitions)]));
  return startLatents(
    definitions,
    z.data().map((v) => scatter * v),
  );
}

/** Selects the best attempt and adds its values. */
function bestOf<S>(
  { definitions, dtype = "f64" }: LearningProblem<S>,
  { attempts, reports }: LearnState,
): Learned {
  const likelihoods = attempts.map(({ logLikelihood }) => logLikelihood);
  const best = likelihoods.indexOf(Math.max(...likelihoods.filter(Number.isFinite)));
  if (best < 0) {
    throw new NumericError(
      `learn: none of the ${attempts.length} independent starts ended at parameters for which the whole record has a finite likelihood. Try other start values, or smaller rates.`,
    );
  }
  const { latents, uncertainty } = attempts[best]!;
  return {
    ...{ attempts, best, reports, uncertainty },
    values: scope(() => valuesOf(definitions, tensorsOf(definitions, latents, dtype))),
  };
}
