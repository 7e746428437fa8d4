/**
 * What a filter is: a record of pure functions on its state.
 *
 *     S₀ = init(p₀);   S⁻ = forecast(S);   S, ℓ = analyse(S⁻, y)
 *
 * S is a distribution in the filter's own form: moments for the Kalman filter, members [..., N, d]
 * for the ensemble filters. Leading axes are independent trajectories. With one key their noise is one
 * draw, and depends on their place in the batch; with a key for each, [B, 2], a trajectory gets what
 * it would get alone.
 */
import type { Tensor } from "../engine/index.js";
import type { Propagation, Transition } from "../models/index.js";
import type { Observation } from "../observe/index.js";
import type { Gaussian } from "../prob/index.js";
import type { Key } from "../random/index.js";

/** A state after an observation, and what the observation said of the forecast. */
export interface Analysis<S> {
  readonly state: S;
  /**
   * ℓ = log N(y; ȳ, S), all constants included, [...]; of a filter that knows variances alone, the sum
   * of the log-densities of the y_j (composite); of one that knows no S, −‖y − ȳ‖². The sum over a
   * record is what is learned by, any way.
   */
  readonly logEvidence: Tensor;
  /**
   * w = L⁻¹(y − ȳ), S = LLᵀ: the innovation in independent units, N(0, I) if the forecast is right;
   * 0 at the gaps. Of variances alone (y_j − ȳ_j)/√S_jj; without an S, y − ȳ itself. [..., m]
   */
  readonly innovation: Tensor;
  /** χ² = wᵀw, of mean m (observed entries) if the forecast is right. [...] */
  readonly chiSquare: Tensor;
  /**
   * Of particle filters: 1 where the weights degenerated at this analysis, so that too few particles
   * hold them to span the state, else 0 (`degenerateWeights`). [...]
   */
  readonly degenerate?: Tensor;
}

/** The way to an observation, and the observation; null: a time at which nothing was seen. */
export interface Cycle extends Propagation {
  readonly observation: Observation | null;
}

/** What is known at the end of one cycle. */
export interface CycleResult<S> {
  readonly forecast: S;
  /** Equal to the forecast where nothing was seen. */
  readonly analysis: S;
  /** ℓ, w and χ², and whether weights degenerated; null where nothing was seen. */
  readonly evidence: Omit<Analysis<S>, "state"> | null;
}

/** A filter without an estimate of its own uncertainty says 0. */
export interface Moments {
  /** [..., d] */
  readonly mean: Tensor;
  /** [..., d] */
  readonly variance: Tensor;
}

/** An ensemble. */
export interface Members {
  /** [..., N, d] */
  readonly values: Tensor;
  /** Where members do not count alike: their shares [..., N], of sum 1. */
  readonly weights?: Tensor;
}

/** What all methods have that go through a record cycle by cycle. */
interface Estimator<S> {
  readonly name: string;
  /** What its evidence is: only likelihoods compare between filters. @defaultValue "likelihood" */
  readonly evidence?: "likelihood" | "composite" | "misfit";
  /** The state before anything is observed. */
  init(prior: Gaussian, key: Key): S;
  moments(state: S): Moments;
  /** Of methods with members. */
  members?(state: S): Members;
  /**
   * The states that know the whole record, from the results of all its cycles: a smoother that runs
   * backwards after the filter. `propagations` holds the way to each cycle.
   */
  smooth?(results: readonly CycleResult<S>[], propagations: readonly Propagation[]): readonly S[];
}

export interface Filter<S> extends Estimator<S> {
  /** One model step. */
  forecast(state: S, transition: Transition, key: Key): S;
  analyse(state: S, observation: Observation, key: Key): Analysis<S>;
}

/**
 * A smoother of fixed lag: an observation changes the states of the cycles before it, too. It needs
 * the way to an observation together with the observation; S holds what it needs of the past. All
 * cycles within its reach are crossed as the present one is.
 */
export interface Smoother<S> extends Estimator<S> {
  /** L: how many cycles an observation reaches back. */
  readonly lag: number;
  cycle(before: S, cycle: Cycle, key: Key): CycleResult<S>;
  /** What is known now of the state `back` cycles ago, 0 ≤ back ≤ L and not before the first state. */
  past(state: S, back: number): Moments;
}

export type Method<S> = Filter<S> | Smoother<S>;
