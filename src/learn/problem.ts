/** Learning problems: a filter run as a function of named parameters, and its datasets. */
import { type FloatType, mul, sum, type Tensor } from "../engine/index.js";
import type { Assimilation, Method } from "../filters/index.js";
import { type NamedTensors, type ParameterDefinition, valuesOf } from "./parameters.js";
import type { Window } from "./window.js";

/** A dataset of trajectories through time: their start, and their windows in order of time. */
export interface Dataset {
  /**
   * The tensors [B, ...] from which `LearningProblem.initial` makes the first state: keys or
   * ensembles, say; may be empty. null, for validation only: the states after the last training
   * window, of which validation is the continuation.
   */
  readonly start: NamedTensors | null;
  readonly windows: readonly Window[];
}

/** A dataset with a start of its own. */
export type TrainingData = Dataset & { readonly start: NamedTensors };

/** What the log-evidence of a method is. */
export type Evidence = NonNullable<Method<unknown>["evidence"]>;

/**
 * A learning problem: its parameters, its filter and its data. S is the state that the filter carries
 * from one window to the next, a tree of tensors [B, ...] whose first axis is the trajectory. The
 * functions are called with slices of the trajectories and must not depend on the slice.
 */
export interface LearningProblem<S> {
  /** The parameters to be learned. */
  readonly definitions: readonly ParameterDefinition[];
  /** dtype of the latents and values. @defaultValue "f64" */
  readonly dtype?: FloatType;
  /** What the log-evidence is: standard errors need a likelihood. @defaultValue "likelihood" */
  readonly evidence?: Evidence;
  /** Returns the state before the first cycle. */
  initial(values: NamedTensors, start: NamedTensors): S;
  /** Runs the filter over a window: the state after it, and the log-evidence of its observations. */
  run(values: NamedTensors, before: S, window: Window): Assimilation<S>;
  /**
   * Restarts a filter that has failed: returns the state at the time of one cycle from its
   * observation alone, without a forecast, for example by an analysis of the prior. Without this
   * function a failure of the filter is an error.
   */
  restart?(values: NamedTensors, start: NamedTensors, cycle: Window): S;
  /** The largest absolute value in a state; beyond it the filter has failed. @defaultValue Infinity */
  readonly bound?: number;
  /** The data that the loss is computed from. */
  readonly training: TrainingData;
  /**
   * Draws new training data for an epoch, in place of `training`; they hold tensors of the caller's scope.
   * Absent: all epochs have `training`.
   */
  draw?(epoch: number): TrainingData;
  /**
   * Returns the number of values that the loss of a window is a sum over; losses are reported per value.
   * Absent: the observed ones.
   */
  judged?(window: Window): number;
  /** The times of the observations, for messages; absent: they are told by their numbers. */
  readonly times?: readonly number[];
  /** The data that decide when training ends: the same trajectories or others; may have no windows. */
  readonly validation: Dataset;
}

/** The start of a window: a state, or the tensors from which `initial` makes one. */
export type WindowStart<S> = { readonly before: S } | { readonly start: NamedTensors };

/**
 * Returns the loss of a window, summed over its trajectories and cycles, and the state after it.
 *
 *     J = −Σ log N(y_t; ȳ_t, S_t)          []
 *
 * @see adrian2026, eq. 14 (which leaves the constants out)
 */
export function windowLoss<S>(
  problem: LearningProblem<S>,
  latents: NamedTensors,
  entry: WindowStart<S>,
  window: Window,
): { loss: Tensor; state: S } {
  const values = valuesOf(problem.definitions, latents);
  const before = "before" in entry ? entry.before : problem.initial(values, entry.start);
  const { state, logEvidence } = problem.run(values, before, window);
  return { loss: mul(-1, sum(logEvidence)), state };
}
