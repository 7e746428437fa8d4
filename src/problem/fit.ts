/** Learning from observations: the problem's parameters, its noise and the method's settings together. */
import { scope, tensor, UsageError } from "../engine/index.js";
import {
  type Learned,
  type LearningProblem,
  type LearnState,
  latentCount,
  learn as learnAll,
  learnStart,
  refinementLimit,
} from "../learn/index.js";
import {
  checkOptions,
  collectTruths,
  isScalar,
  type NamedTensors,
  type ParameterDefinition,
} from "../parts/index.js";
import type { Scalar } from "../prob/index.js";
import { foldIn, type Key, key as keyOf } from "../random/index.js";
import { checkDetermined } from "./check-determined.js";
import {
  checkEndless,
  checkFitDemand,
  checkFitSettings,
  checkLearnState,
  checkTrajectories,
} from "./check-fit.js";
import { checkMethod } from "./check-method.js";
import { type Endless, isEndless } from "./endless.js";
import { type FitSettings, fitDefaults } from "./fit-settings.js";
import {
  definitionsOf,
  learningProblem,
  recordedJacobian,
  trainingLength,
} from "./learning-problem.js";
import type { Loss } from "./losses.js";
import { type AnyMethod, boundMethod } from "./method.js";
import { type Run, type RunOptions, runFilter } from "./run-filter.js";
import { bindSystem, expectProblem, type StateSpace } from "./system.js";
import {
  asTrajectory,
  expectRootKey,
  type Observations,
  startsKey,
  type Trajectory,
} from "./trajectory.js";

const knownOptions: readonly (keyof FitOptions)[] = [
  ...(["method", "learn", "validation", "key", "progress", "checkpoint", "from"] as const),
];

/** How far learning is. */
export interface FitProgress {
  readonly epoch: number;
  readonly epochs: number;
  /** The loss a value, of validation if there is one; null before the first epoch. */
  readonly loss: number | null;
  /** Sample-cycles a second: cycles of all trajectories that were learned from; null before the first epoch. */
  readonly sampleCycles: number | null;
  /** Seconds left at that speed, if all epochs are made; null before the first epoch. */
  readonly secondsLeft: number | null;
}

export interface FitOptions {
  readonly method: AnyMethod;
  readonly learn?: Partial<FitSettings>;
  /** Trajectories to judge by. @defaultValue those learned from, or their ends */
  readonly validation?: readonly Observations[];
  /** The root key. @defaultValue the key of the problem's seed */
  readonly key?: Key;
  /** Told after every epoch; may wait, and ends learning by throwing. */
  readonly progress?: (progress: FitProgress) => void | Promise<void>;
  /** Given after every epoch, as plain JSON, to go on from. */
  readonly checkpoint?: (state: LearnState) => void;
  /** What `checkpoint` was given last. */
  readonly from?: LearnState;
}

/** One learned number. */
export interface FittedParameter {
  readonly start: number;
  readonly learned: number;
  readonly truth?: number;
  /** From the curvature of the log-likelihood at the maximum; null when it gives none. */
  readonly standardError: number | null;
  /** The central 90 %, symmetric in the latent variable. */
  readonly interval: readonly [number, number] | null;
}

export interface Fitted {
  /** Learned numbers by name, with their standard errors. */
  readonly parameters: Readonly<Record<string, FittedParameter>>;
  /** Everything learned, tensors included, by name. */
  readonly values: NamedTensors;
  /** Of the values learned from, as they were recorded; null where another loss was learned by. */
  readonly logLikelihood: number | null;
  /** One entry an epoch: losses a value, by default negative log-likelihoods. */
  readonly losses: Learned["reports"];
  /** Where the standard errors come from, or why there are none. */
  readonly uncertainty: string;
  /** What a reader must know before relying on them. */
  readonly concerns: readonly string[];
  /** Runs the method with what was learned. */
  run(observations: Observations, options?: Omit<RunOptions, "values">): Run;
}

/**
 * Learns every value that the problem and the method mark with `learned(start)`, by the gradient of
 * the log-likelihood of the observations through the method:
 *
 *     θ ← θ − rate · Adam(∂J/∂θ),   J = −Σ log N(y_t; ȳ_t, S_t)
 *
 * over windows of the record, then by Newton steps to the maximum, whose curvature gives standard
 * errors (`refine`, for at most 200 numbers).
 *
 * J may be another loss (`learn.loss`, see `assimilateByStates`), and the data new ones for each epoch
 * (`endless`).
 *
 * @throws UsageError if nothing is to be learned.
 * @throws NumericError if no start ends where the observations have a likelihood, or a record does not
 * determine a variable that has a diffuse start.
 */
export async function fit(
  system: StateSpace,
  observations: Observations | readonly Observations[] | Endless,
  options: FitOptions,
): Promise<Fitted> {
  checkOptions("fit", options, knownOptions);
  expectProblem("fit", system);
  const { method, learn = {}, key = keyOf(system.seed) } = options;
  checkOptions("fit", learn, Object.keys(fitDefaults));
  checkMethod("fit", method, system);
  expectRootKey("fit", key);
  const trajectories = (given: Observations | readonly Observations[]) =>
    [given].flat().map((each) => asTrajectory(system, each as Observations, "fit"));
  const drawn = isEndless(observations);
  const training = drawn ? [] : trajectories(observations);
  const validation = trajectories(options.validation ?? []);
  if (training.length === 0 && !drawn) {
    throw new UsageError("fit: the list of trajectories is empty; need one record, or several.");
  }
  checkTrajectories(training, "training");
  checkTrajectories(validation, "validation");
  const definitions = scope(() => definitionsOf(method, system));
  if (definitions.length === 0) {
    throw new UsageError(
      "fit: nothing is to be learned; mark values of the problem or the method with learned(start).",
    );
  }
  const unrefined = whyUnrefined(drawn ? 2 : training.length, system.dtype, learn.loss);
  const refine = learn.refine ?? (refinable(definitions) && unrefined === null);
  const settings: FitSettings = { ...fitDefaults, ...learn, refine };
  checkFitSettings(settings);
  if (options.from !== undefined) checkLearnState(options.from);
  if (drawn) checkEndless(settings);
  checkFitDemand(system, drawn ? observations : training, settings);
  const K = drawn ? 0 : trainingLength(settings.validation, training[0]!.series.times.length);
  checkDetermined(method, system, training, K);
  const problem = learningProblem(
    method,
    system,
    { training: drawn ? observations : training, validation, key },
    settings,
    definitions,
  );
  const learned = await learnFrom(problem, settings, startsKey(key), options);
  const logJacobian = training.reduce((sum, each) => sum + recordedJacobian(system, each, K), 0);
  const { values, attempts, best, reports, uncertainty } = learned;
  return {
    parameters: fittedParameters(method, system, definitions, learned),
    values,
    logLikelihood:
      settings.loss === "likelihood" ? attempts[best]!.logLikelihood + logJacobian : null,
    losses: reports,
    uncertainty:
      uncertainty?.explanation ??
      (learn.refine === undefined ? unrefined : null) ??
      withoutErrors(refine || learn.refine === undefined, latentCount(definitions)),
    concerns: uncertainty?.concerns ?? [],
    run: (record, runOptions) => runFilter(method, system, record, { key, ...runOptions, values }),
  };
}

/** Why there are no Newton steps unless they are asked for; null: there are. */
function whyUnrefined(
  trajectories: number,
  dtype: string,
  loss: Loss = "likelihood",
): string | null {
  const why = (reason: string) => `No standard errors: ${reason}.`;
  if (loss !== "likelihood") return why(`they take a likelihood, and the loss is "${loss}"`);
  if (dtype === "f32") return why("they are worked out in f64, and the problem is in f32");
  if (trajectories === 1) return null;
  return why(
    `of ${trajectories} trajectories they are worked out only if learn: { refine: true } asks for them`,
  );
}

/** Learns with progress and checkpoints. */
export function learnFrom(
  problem: LearningProblem<unknown>,
  settings: FitSettings,
  starts: Key,
  { progress, checkpoint, from = learnStart }: Pick<FitOptions, "progress" | "checkpoint" | "from">,
): Promise<Learned> {
  const { epochs, restarts } = settings;
  const doneIn = (state: LearnState) => state.restart * epochs + (state.train?.epoch ?? 0);
  const speed = speedFrom(doneIn(from), epochs * restarts, problem);
  const visit = async (state: LearnState): Promise<void> => {
    const last = state.reports.at(-1);
    const done = doneIn(state);
    const loss = last === undefined ? null : (last.validation ?? last.training);
    checkpoint?.(state);
    await progress?.({
      ...{ epoch: Math.min(done, epochs * restarts), epochs: epochs * restarts, loss },
      ...speed(done),
    });
  };
  const refine = settings.refine && refinable(problem.definitions);
  return learnAll(problem, { ...settings, refine, key: foldIn(starts, 0) }, visit, from);
}

/**
 * Returns the speed since learning began, or went on, at `first` of `all` epochs. An attempt that ends early
 * passes over epochs, which no time was spent on: they do not count.
 */
function speedFrom(
  first: number,
  all: number,
  { training }: LearningProblem<unknown>,
): (done: number) => Pick<FitProgress, "sampleCycles" | "secondsLeft"> {
  const began = performance.now();
  const perEpoch = training.windows.reduce(
    (n, { intervals, trajectories }) => n + intervals.length * trajectories.keys.shape[0]!,
    0,
  );
  let before = first;
  let made = 0;
  let seconds: number | null = null; // of an epoch
  return (done) => {
    if (done === before + 1) {
      made++;
      seconds = (performance.now() - began) / 1000 / made;
    }
    before = done;
    if (seconds === null) return { sampleCycles: null, secondsLeft: null };
    return { sampleCycles: perEpoch / seconds, secondsLeft: Math.max(0, all - done) * seconds };
  };
}

/** Newton's steps need a Hessian, which is for few numbers: what is learned whole is left to Adam. */
const refinable = (definitions: readonly ParameterDefinition[]): boolean =>
  definitions.every(isScalar) && definitions.length <= refinementLimit;

/** Why a fit has no standard errors. */
export const withoutErrors = (refine: boolean, n: number): string =>
  refine
    ? `No standard errors: they take a Hessian, which is worked out for at most ${refinementLimit} single values, and ${n} numbers were learned.`
    : "No standard errors: they are taken at the maximum, and `learn.refine` was off.";

/** The truths that a problem and its method give, by name. */
export function truthsOf(method: AnyMethod, system: StateSpace): Map<string, Scalar> {
  const truths = new Map<string, Scalar>();
  const source = collectTruths(truths);
  const bound = bindSystem(system, source);
  boundMethod(method, system, bound, source);
  void bound.prior;
  return truths;
}

/** Start, learned value, truth and standard error of every learned number. */
export function fittedParameters(
  method: AnyMethod,
  system: StateSpace,
  definitions: readonly ParameterDefinition[],
  { values, uncertainty }: Pick<Learned, "values" | "uncertainty">,
): Record<string, FittedParameter> {
  const truths = scope(() => {
    const numbers = [...truthsOf(method, system)].map(([name, x]) => [
      name,
      typeof x === "number" || x.size === 1 ? (typeof x === "number" ? x : x.item()) : null,
    ]);
    return new Map(numbers as [string, number | null][]);
  });
  return Object.fromEntries(
    definitions.filter(isScalar).map(({ name, start }): [string, FittedParameter] => {
      const truth = truths.get(name);
      const doubt = uncertainty?.parameters[name];
      const parameter = {
        start,
        learned: values[name]!.item(),
        ...(truth === undefined || truth === null ? {} : { truth }),
        standardError: doubt?.standardError ?? null,
        interval: doubt?.interval ?? null,
      };
      return [name, parameter];
    }),
  );
}

/** The start values of definitions as tensors. */
export const startTensors = (definitions: readonly ParameterDefinition[]): NamedTensors =>
  Object.fromEntries(
    definitions.map(({ name, start }) => [name, typeof start === "number" ? tensor(start) : start]),
  );
