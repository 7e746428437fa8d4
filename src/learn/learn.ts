/**
 * Learning from start to end: several starts, each trained and refined, the best kept, and its
 * uncertainty. It can stop between epochs and go on from a checkpoint to the same numbers.
 */
import { add, NumericError, scope, type Tensor, UsageError } from "../engine/index.js";
import { foldIn, type Key, normal } from "../random/index.js";
import { type NewtonState, newton, type Objective, objective, orNaN } from "./newton.js";
import {
  elements,
  fromRow,
  fromVector,
  latentCount,
  type NamedNumbers,
  type NamedTensors,
  rowOf,
  startLatents,
  tensorsOf,
  valuesOf,
} from "./parameters.js";
import { type LearningProblem, type WindowStart, windowLoss } from "./problem.js";
import {
  type EpochReport,
  type Trainer,
  type TrainOptions,
  type TrainState,
  trainer,
  trainStart,
} from "./train.js";
import { type Uncertainty, uncertainty } from "./uncertainty.js";

export interface LearnOptions extends TrainOptions {
  /** Independent starts; the first from the start values, the others scattered about them. */
  readonly restarts: number;
  /** Standard deviation of the scatter in the latents. */
  readonly scatter: number;
  /** Finish with Newton steps on the whole record; for at most 200 numbers, and in f64. */
  readonly refine: boolean;
  readonly key: Key;
}

/** One finished start. */
export interface Attempt {
  readonly latents: NamedNumbers;
  /** Of all training windows; unrefined, of those that were entered anew where the filter fails. */
  readonly logLikelihood: number;
}

export interface LearnReport extends EpochReport {
  readonly restart: number;
}

/** Between epochs, all that the rest of learning depends on; plain JSON. */
export interface LearnState {
  readonly restart: number;
  readonly train: TrainState | null;
  readonly attempts: readonly Attempt[];
  readonly reports: readonly LearnReport[];
}

export interface Learned {
  readonly attempts: readonly Attempt[];
  readonly best: number;
  readonly values: NamedTensors;
  readonly reports: readonly LearnReport[];
  /** null when the last Newton steps were not asked for. */
  readonly uncertainty: Uncertainty | null;
}

export const learnStart: LearnState = { restart: 0, train: null, attempts: [], reports: [] };

/** Newton steps after training, and how small the gradient must become. */
const refinement = { iterations: 50, tolerance: 1e-9 };

/** Numbers for which a Hessian is affordable: it takes as many gradients. */
export const refinementLimit = 200;

function checkRefinement<S>({ definitions, dtype = "f64" }: LearningProblem<S>): void {
  const n = latentCount(definitions);
  if (n <= refinementLimit && dtype === "f64") return;
  throw new UsageError(
    `learn: refine was asked for with ${n} numbers to learn in ${dtype}; need at most ${refinementLimit}, in f64, for Newton steps and standard errors. Turn refine off, or learn fewer.`,
  );
}

/** J of all training windows as a function of one vector of latents. */
function wholeLoss<S>(problem: LearningProblem<S>): (u: Tensor) => Tensor {
  const { definitions, training } = problem;
  return (u) => {
    const latents = fromVector(definitions, u);
    let entry: WindowStart<S> = { start: training.start };
    const losses = training.windows.map((window) => {
      const { loss, state } = windowLoss(problem, latents, entry, window);
      entry = { before: state };
      return loss;
    });
    return losses.reduce((sum, loss) => add(sum, loss));
  };
}

/**
 * Learns; `visit` is called after every epoch with the state to go on from, and ends learning
 * by throwing. It may wait, so that a host can answer other calls meanwhile.
 */
export async function learn<S>(
  problem: LearningProblem<S>,
  options: LearnOptions,
  visit: (state: LearnState) => Promise<void>,
  from: LearnState = learnStart,
): Promise<Learned> {
  if (options.refine) checkRefinement(problem);
  const training = trainer(problem, options);
  const J = options.refine ? objective(wholeLoss(problem)) : null;
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
  return bestOf(problem, state, J);
}

const unrefined = (training: Trainer, latents: NamedNumbers): Attempt => {
  const loss = orNaN(() => training.loss(latents));
  return { latents, logLikelihood: -loss };
};

function refined<S>(
  { definitions }: LearningProblem<S>,
  J: Objective,
  latents: NamedNumbers,
): Attempt {
  const { point } = newton(J, rowOf(definitions, latents), refinement);
  return { latents: fromRow(definitions, point), logLikelihood: -J.value(point) };
}

/** The latents that a restart begins with. */
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

/** The best of the attempts, in values, with its uncertainty. */
function bestOf<S>(
  { definitions, dtype = "f64" }: LearningProblem<S>,
  { attempts, reports }: LearnState,
  J: Objective | null,
): Learned {
  const likelihoods = attempts.map(({ logLikelihood }) => logLikelihood);
  const best = likelihoods.indexOf(Math.max(...likelihoods.filter(Number.isFinite)));
  if (best < 0) {
    throw new NumericError(
      `learn: none of the ${attempts.length} starts ended where the whole record has a likelihood. Try other start values, or smaller rates.`,
    );
  }
  const { latents } = attempts[best]!;
  return {
    attempts,
    best,
    values: scope(() => valuesOf(definitions, tensorsOf(definitions, latents, dtype))),
    reports,
    uncertainty: J && uncertainty(elements(definitions), atPoint(J, rowOf(definitions, latents))),
  };
}

/** The curvature where an attempt ended. */
const atPoint = (J: Objective, point: readonly number[]): NewtonState =>
  newton(J, point, { ...refinement, iterations: 0 });
