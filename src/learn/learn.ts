/**
 * Learning from start to end: several starts, each trained and refined, the best kept, and its
 * uncertainty. It can stop between epochs and go on from a checkpoint to the same numbers.
 */
import { index, NumericError, scope, type Tensor, tensor } from "../engine/index.js";
import { foldIn, type Key, normal } from "../random/index.js";
import { type NewtonState, newton, type Objective, objective } from "./newton.js";
import { type NamedTensors, named, numbersOf, startLatents, valuesOf } from "./parameters.js";
import { type LearningProblem, windowLoss } from "./problem.js";
import {
  type EpochReport,
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
  /** Finish with Newton steps on the whole record. */
  readonly refine: boolean;
  readonly key: Key;
}

/** One finished start. */
export interface Attempt {
  /** Latents in the order of the definitions. */
  readonly latents: readonly number[];
  /** Of the whole training record. */
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
  readonly values: Readonly<Record<string, number>>;
  readonly reports: readonly LearnReport[];
  /** null when the last Newton steps were not asked for. */
  readonly uncertainty: Uncertainty | null;
}

export const learnStart: LearnState = { restart: 0, train: null, attempts: [], reports: [] };

/** Newton steps after training, and how small the gradient must become. */
const refinement = { iterations: 50, tolerance: 1e-9 };

/** J of the whole record as a function of one vector of latents. */
function wholeLoss<S>(problem: LearningProblem<S>): (u: Tensor) => Tensor {
  return (u) => {
    const parts = problem.definitions.map((_, i) => index(u, 0, i));
    return windowLoss(problem, named(problem.definitions, parts), null, problem.whole).loss;
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
  const { definitions } = problem;
  const training = trainer(problem, options);
  const J = objective(wholeLoss(problem));
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
    const latents = (train.best?.latents ?? train.latents) as Readonly<Record<string, number>>;
    const point = definitions.map(({ name }) => latents[name]!);
    const end = options.refine ? newton(J, point, refinement).point : point;
    const attempt = { latents: end, logLikelihood: -J.value(end) };
    const attempts = [...state.attempts, attempt];
    state = { ...state, restart: state.restart + 1, train: null, attempts };
    await visit(state);
  }
  return conclude(problem, options, state, J);
}

/** The latents that a restart begins with. */
function scatteredStart<S>(
  { definitions }: LearningProblem<S>,
  { key, scatter }: LearnOptions,
  restart: number,
): NamedTensors {
  if (restart === 0) return startLatents(definitions);
  const z = scope(() => normal(foldIn(key, restart), [definitions.length]));
  return startLatents(
    definitions,
    Array.from(z.data(), (v) => scatter * v),
  );
}

/** The best of the attempts, in values, with its uncertainty. */
function conclude<S>(
  { definitions }: LearningProblem<S>,
  { refine }: LearnOptions,
  { attempts, reports }: LearnState,
  J: Objective,
): Learned {
  const likelihoods = attempts.map(({ logLikelihood }) => logLikelihood);
  const best = likelihoods.indexOf(Math.max(...likelihoods.filter(Number.isFinite)));
  if (best < 0) {
    throw new NumericError(
      `learn: none of the ${attempts.length} starts ended where the whole record has a likelihood. Try other start values, or smaller rates.`,
    );
  }
  const point = attempts[best]!.latents;
  const values = scope(() => {
    const latents = named(
      definitions,
      point.map((u) => tensor(u)),
    );
    return numbersOf(definitions, valuesOf(definitions, latents));
  });
  return {
    attempts,
    best,
    values: Object.fromEntries(definitions.map(({ name }, i) => [name, values[i]!])),
    reports,
    uncertainty: refine ? uncertainty(definitions, atPoint(J, point)) : null,
  };
}

/** The curvature where an attempt ended. */
const atPoint = (J: Objective, point: readonly number[]): NewtonState =>
  newton(J, point, { ...refinement, iterations: 0 });
