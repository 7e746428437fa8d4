/** The learning problem of a method, a state-space problem and its trajectories. */
import { cast, log, scope, stack, type Tensor, tensor, UsageError } from "../engine/index.js";
import { type LearningProblem, recordsOf, type Window, windowsOf } from "../learn/index.js";
import { observationSeries } from "../observe/index.js";
import { collectDefinitions, type ParameterDefinition, startValues } from "../parts/index.js";
import type { Key } from "../random/index.js";
import { drawTrajectories, type Endless, epochKey, isEndless } from "./endless.js";
import type { Loss } from "./losses.js";
import { type AnyMethod, boundMethod, expectMethod } from "./method.js";
import { keysTogether } from "./simulate.js";
import { bindSystem, boundModel, expectProblem, type StateSpace } from "./system.js";
import { runKeys, type Trajectory } from "./trajectory.js";
import { type WindowOptions, type WindowProblem, windowProblem } from "./window-problem.js";

/** Everything that a problem and its method ask to learn. */
export function definitionsOf(method: AnyMethod, system: StateSpace): ParameterDefinition[] {
  expectProblem("definitionsOf", system);
  expectMethod("definitionsOf", method);
  const found = new Map<string, ParameterDefinition>();
  const source = collectDefinitions(found);
  const bound = bindSystem(system, source);
  boundMethod(method, system, bound, source);
  void bound.prior; // A learned mean is found where the prior is asked for.
  return [...found.values()];
}

export interface LearningData {
  /** Trajectories, or the numbers of those that are drawn anew for each epoch. */
  readonly training: readonly Trajectory[] | Endless;
  /** None: a fraction of the training trajectories at their ends, or nothing, is kept instead. */
  readonly validation: readonly Trajectory[];
  /** The root key of the runs. */
  readonly key: Key;
}

/** How trajectories are cut into windows, and how a method runs over them. */
export interface Windows extends WindowOptions {
  /** Observations in a window of truncated back-propagation; null: the whole record. */
  readonly window: number | null;
  /** The fraction of the training trajectories, at their ends, kept for validation. */
  readonly validation: number;
}

/** The number of observations, of K, to learn from; the others, at the end, are for validation. */
export const trainingLength = (validation: number, K: number): number =>
  K - Math.round(validation * K);

/**
 * What turns the log-likelihood of the first `count` compared values of a trajectory into that of the
 * values as they were recorded.
 */
export function recordedJacobian(
  { view }: StateSpace,
  { record: { times, values } }: Trajectory,
  count: number,
): number {
  if (view.transform === "identity") return 0;
  const part = { times: times.slice(0, count), values: values.slice(0, count) };
  return scope(() => observationSeries(part, view.transform)).logJacobian;
}

/** A method over windows of trajectories. */
export function learningProblem(
  method: AnyMethod,
  system: StateSpace,
  { training, validation, key }: LearningData,
  windows: Windows,
  definitions: readonly ParameterDefinition[],
): WindowProblem & LearningProblem<unknown> {
  const data = (trajectories: readonly Trajectory[], root: Key) => ({
    start: startOf(trajectories, root),
    record: windowOfAll(trajectories, root, system, windows.loss),
  });
  const drawn = (epoch: number) => {
    const root = epochKey(key, epoch);
    return data(drawTrajectories(system, training as Endless, root), root);
  };
  const { start, record } = isEndless(training) ? drawn(0) : data(training, key);
  const K = record.intervals.length;
  const split = trainingLength(windows.validation, K);
  const length = windows.window ?? split;
  return {
    ...windowProblem(method, system, definitions, windows),
    evidence: scope(() => {
      const bound = bindSystem(system, startValues);
      return boundMethod(method, system, bound, startValues).evidence ?? "likelihood";
    }),
    training: { start, windows: windowsOf(record, length, 0, split) },
    ...(!isEndless(training) && { times: training[0]!.series.times }),
    ...(isEndless(training) && {
      draw: (epoch) => {
        const { start: first, record: all } = drawn(epoch);
        return { start: first, windows: windowsOf(all, length) };
      },
    }),
    validation:
      validation.length > 0
        ? {
            start: startOf(validation, key),
            windows: windowsOf(windowOfAll(validation, key, system, windows.loss), length),
          }
        : { start: null, windows: windowsOf(record, length, split, K) },
  };
}

/** Trajectories as one window: what they are observed by, and keys for each and each cycle. */
function windowOfAll(
  given: readonly Trajectory[],
  key: Key,
  system: StateSpace,
  loss: Loss | undefined,
): Window {
  const { dtype } = system;
  const record = recordsOf(
    given.map(({ series }) => series),
    given.map((each) => runKeys(key, each).cycles),
  );
  const { y, mask } = record.trajectories;
  const positions =
    given[0]!.positions &&
    stack(
      given.map((each) => each.positions!),
      0,
    ); // [B, K, m]
  const trajectories = {
    ...record.trajectories,
    ...{ y: cast(y, dtype), mask: mask && cast(mask, dtype) },
    ...(positions && { positions }),
    ...(loss === "truth" && { truth: truthsOf(given, system) }),
  };
  return { ...record, trajectories };
}

/** The true states in the state's own variables, [B, K, d]. */
function truthsOf(given: readonly Trajectory[], system: StateSpace): Tensor {
  const unknown = given.find(({ truth }) => truth === null);
  if (unknown !== undefined) {
    throw new UsageError(
      'fit: the loss is "truth", but the true states of the observations are not known; need those of a twin (simulate, simulateMany, endless), or loss: "observations".',
    );
  }
  const { coordinates } = scope(() => boundModel(system, startValues));
  const numbers = given.flatMap(({ truth }) => truth!.flat());
  const natural = tensor(numbers, {
    shape: [given.length, given[0]!.truth!.length, system.dimension],
    dtype: system.dtype,
  });
  return coordinates === "log" ? log(natural) : natural;
}

const startOf = (trajectories: readonly Trajectory[], key: Key): { readonly keys: Tensor } => ({
  keys: keysTogether(trajectories.map((each) => runKeys(key, each).initial)),
});
