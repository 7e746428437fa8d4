/** The learning problem of a method, a state-space problem and its trajectories. */
import { cast, type FloatType, scope, stack, type Tensor } from "../engine/index.js";
import { type LearningProblem, recordsOf, type Window, windowsOf } from "../learn/index.js";
import { observationSeries } from "../observe/index.js";
import { collectDefinitions, type ParameterDefinition, startValues } from "../parts/index.js";
import type { Key } from "../random/index.js";
import { type AnyMethod, boundMethod } from "./method.js";
import { keysTogether } from "./simulate.js";
import { bindSystem, type StateSpace } from "./system.js";
import { runKeys, type Trajectory } from "./trajectory.js";
import { type WindowOptions, type WindowProblem, windowProblem } from "./window-problem.js";

/** Everything that a problem and its method ask to learn. */
export function definitionsOf(method: AnyMethod, system: StateSpace): ParameterDefinition[] {
  const found = new Map<string, ParameterDefinition>();
  const source = collectDefinitions(found);
  const bound = bindSystem(system, source);
  boundMethod(method, system, bound, source);
  void bound.prior; // A learned mean is found where the prior is asked for.
  return [...found.values()];
}

export interface LearningData {
  readonly training: readonly Trajectory[];
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
  const K = training[0]!.series.times.length;
  const split = trainingLength(windows.validation, K);
  const length = windows.window ?? split;
  const record = windowOfAll(training, key, system.dtype);
  return {
    ...windowProblem(method, system, definitions, windows),
    evidence: scope(() => {
      const bound = bindSystem(system, startValues);
      return boundMethod(method, system, bound, startValues).evidence ?? "likelihood";
    }),
    training: { start: startOf(training, key), windows: windowsOf(record, length, 0, split) },
    validation:
      validation.length > 0
        ? {
            start: startOf(validation, key),
            windows: windowsOf(windowOfAll(validation, key, system.dtype), length),
          }
        : { start: null, windows: windowsOf(record, length, split, K) },
  };
}

/** Trajectories as one window: what they are observed by, and keys for each and each cycle. */
function windowOfAll(given: readonly Trajectory[], key: Key, dtype: FloatType): Window {
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
  };
  return { ...record, trajectories };
}

const startOf = (trajectories: readonly Trajectory[], key: Key): { readonly keys: Tensor } => ({
  keys: keysTogether(trajectories.map((each) => runKeys(key, each).initial)),
});
