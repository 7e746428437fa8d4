/** What is to be learned from what: a filter run as a function of named parameters. */
import { type FloatType, mul, sum, type Tensor } from "../engine/index.js";
import type { Assimilation } from "../filters/index.js";
import { type NamedTensors, type ParameterDefinition, valuesOf } from "./parameters.js";
import type { Window } from "./window.js";

/** Trajectories through time: what they start from, and their windows in order. */
export interface Dataset {
  /**
   * Whatever `initial` makes the first state of, [B, ...]: keys, ensembles, or nothing at all;
   * null: the states where training ended (of validation only).
   */
  readonly start: NamedTensors | null;
  readonly windows: readonly Window[];
}

/**
 * S is the state that a filter carries from one window to the next: a tree of tensors whose first
 * axis is the trajectory. All functions are given some of the trajectories, never told which.
 */
export interface LearningProblem<S> {
  readonly definitions: readonly ParameterDefinition[];
  /** Of all that is learned. @defaultValue "f64" */
  readonly dtype?: FloatType;
  /** The state before the first cycle. */
  initial(values: NamedTensors, start: NamedTensors): S;
  /** The filter over a window: the state after it, and the log-evidence of its observations. */
  run(values: NamedTensors, before: S, window: Window): Assimilation<S>;
  /**
   * The state at the time of a cycle, from its observation and no forecast: an analysis of the
   * prior, say. Given, a filter that fails is entered again from the observations.
   */
  restart?(values: NamedTensors, start: NamedTensors, cycle: Window): S;
  /** The largest number that a state may hold before it counts as failed. @defaultValue Infinity */
  readonly bound?: number;
  /** What to learn from. */
  readonly training: Dataset & { readonly start: NamedTensors };
  /** What to judge by, the same trajectories or others; its windows may be none. */
  readonly validation: Dataset;
}

/** Where a window begins: with a state, or with what `initial` makes one of. */
export type WindowStart<S> = { readonly before: S } | { readonly start: NamedTensors };

/** The loss of a window, eq. 14 of adrian2026 with its constants: J = −Σ log N(y_t; ȳ_t, S_t). */
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
