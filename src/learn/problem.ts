/** What is to be learned from what: a filter run as a function of named parameters. */
import { mul, sum, type Tensor } from "../engine/index.js";
import type { Assimilation } from "../filters/index.js";
import { type NamedTensors, type ParameterDefinition, valuesOf } from "./parameters.js";
import type { Window } from "./window.js";

/** S is the state that a filter carries from one window to the next: a tree of tensors. */
export interface LearningProblem<S> {
  readonly definitions: readonly ParameterDefinition[];
  /** The state before the first cycle. */
  initial(values: NamedTensors): S;
  /** The filter over a window: the state after it, and the log-evidence of its observations. */
  run(values: NamedTensors, before: S, window: Window): Assimilation<S>;
  /** The windows to learn from, in order of time. */
  readonly training: readonly Window[];
  /** Windows that follow, to judge by; may be empty. */
  readonly validation: readonly Window[];
  /** The training windows as one: the whole record, for Newton steps and curvature. */
  readonly whole: Window;
}

/**
 * The loss of a window, eq. 14 of adrian2026 with its constants: J = −Σ_t log N(y_t; ȳ_t, S_t).
 * `before` is null for the first window, which starts from the prior.
 */
export function windowLoss<S>(
  problem: LearningProblem<S>,
  latents: NamedTensors,
  before: S | null,
  window: Window,
): { loss: Tensor; state: S } {
  const values = valuesOf(problem.definitions, latents);
  const start = before ?? problem.initial(values);
  const { state, logEvidence } = problem.run(values, start, window);
  return { loss: mul(-1, sum(logEvidence)), state };
}
