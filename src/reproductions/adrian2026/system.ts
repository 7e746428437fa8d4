/** What the three systems of adrian2026 have in common: a model with its truth, and an error of what is learned. */
import type { FloatType, Tensor } from "../../engine/index.js";
import type { NamedTensors, ParameterDefinition } from "../../learn/index.js";
import type { Transition } from "../../models/index.js";
import type { StateSpaceOptions } from "../../problem/index.js";
import type { Key } from "../../random/index.js";
import type { Trial } from "./trial.js";

/** One step of the learned model, and one of the true model, without noise. */
export interface ModelSteps {
  readonly learned: Transition;
  readonly exact: Transition;
}

export interface System {
  readonly dtype: FloatType;
  /** Time between observations. */
  readonly step: number;
  /** The largest value that a state may take before the filter counts as failed. */
  readonly bound: number;
  /** Q₀, and B of C₀ = B Bᵀ or K = B Hᵀ for a start, as multiples of the identity. */
  readonly start: { readonly noise: number; readonly factor: number; readonly gain: number };
  /** What the errors of the model are called. */
  readonly errorNames: readonly string[];
  /** The model, its learned parameters at the truth; the prior; what is observed, if it is not a fraction. */
  problem(
    trial: Trial,
  ): Required<Pick<StateSpaceOptions, "model" | "parameters" | "prior">> &
    Pick<StateSpaceOptions, "observe">;
  /** First values of what is learned of the dynamics, from the initial model of this key. */
  definitions(trial: Trial, key: Key): ParameterDefinition[];
  /** True states of n trajectories over the cycles, [T, n, d]. */
  truth(trial: Trial, exact: Transition, trajectories: number, key: Key): Tensor;
  /** Errors of learned dynamics; `points` [n, d] lie on the attractor. */
  errors(values: NamedTensors, trial: Trial, steps: ModelSteps, points: Tensor): number[];
}
