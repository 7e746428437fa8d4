/** What the three systems of adrian2026 have in common: a truth, an imperfect model, an error. */
import type { FloatType, Tensor } from "../../engine/index.js";
import type { NamedTensors, ParameterDefinition } from "../../learn/index.js";
import type { Transition } from "../../models/index.js";
import type { Gaussian, Support } from "../../prob/index.js";
import type { Key } from "../../random/index.js";
import type { Trial } from "./trial.js";

export interface System {
  readonly dtype: FloatType;
  readonly support: Support;
  /** Time between observations. */
  readonly step: number;
  /** The largest value that a state may take before the filter counts as failed. */
  readonly bound: number;
  /** True states of n trajectories over the cycles, [T, n, d]. */
  truth(trial: Trial, trajectories: number, key: Key): Tensor;
  /** Components observed, where they do not change: `ratio` of them. */
  observed(trial: Trial): number[];
  /** The dynamics to learn, from the initial model of this key. */
  definitions(trial: Trial, key: Key): ParameterDefinition[];
  /** One step without noise. */
  transition(values: NamedTensors, trial: Trial): Transition;
  /** One step of the true model. */
  exact(trial: Trial): Transition;
  /** Before the first cycle. */
  prior(trial: Trial): Gaussian;
  /** Q₀, and B of C₀ = B Bᵀ or K = B Hᵀ for a start, as multiples of the identity. */
  readonly start: { readonly noise: number; readonly factor: number; readonly gain: number };
  /** What the errors of the model are called. */
  readonly errorNames: readonly string[];
  /** Errors of learned dynamics, from tensors on the attractor [points, d] where they are needed. */
  errors(values: NamedTensors, trial: Trial, points: Tensor): number[];
}

/** Every k-th component left out, so that `ratio` of d is observed, evenly spread. */
export function evenly(d: number, ratio: number): number[] {
  const m = Math.round(ratio * d);
  return Array.from({ length: m }, (_, i) => Math.floor((i * d) / m));
}
