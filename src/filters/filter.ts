/**
 * Filters and smoothers as records of pure functions.
 *
 *     S₀ = init(p₀);   S⁻ = forecast(S);   S, ℓ = analyse(S⁻, y)
 *
 * S is a distribution in the form that the filter uses: moments for the Kalman filter, members [..., N, d]
 * for the ensemble filters. Leading axes are independent trajectories. With one random key their noise is
 * one draw, and depends on their position in the batch; with a key for each, [B, 2], a trajectory gets the
 * numbers that it would get alone.
 */
import type { Tensor } from "../engine/index.js";
import type { Propagation, Transition } from "../models/index.js";
import type { Observation } from "../observe/index.js";
import type { Gaussian } from "../prob/index.js";
import type { Key } from "../random/index.js";

/** The state after an observation, with the evidence, the innovation and χ² of the forecast. */
export interface Analysis<S> {
  readonly state: S;
  /**
   * ℓ = log N(y; ȳ, S), all constants included, [...]. A filter that knows only the variances gives the sum
   * of the log-densities of the y_j (composite); one that knows no S gives −‖y − ȳ‖². Learning maximises
   * the sum of ℓ over a record in each case.
   */
  readonly logEvidence: Tensor;
  /**
   * w = L⁻¹(y − ȳ), S = LLᵀ: the innovation in independent units, N(0, I) if the forecast is right, and 0
   * at the gaps, [..., m]. A filter that knows only the variances gives (y_j − ȳ_j)/√S_jj; one that knows
   * no S gives y − ȳ.
   */
  readonly innovation: Tensor;
  /** χ² = wᵀw, [...]; its mean is the number of observed entries if the forecast is right. */
  readonly chiSquare: Tensor;
  /**
   * Of particle filters, [...]: 1 where the weights degenerated at this analysis, so that the particles with
   * weight are too few to span the state, else 0 (`degenerateWeights`).
   */
  readonly degenerate?: Tensor;
}

/** The model steps to the next observation, and that observation; null: nothing was observed then. */
export interface Cycle extends Propagation {
  readonly observation: Observation | null;
}

/** The forecast, the analysis and the evidence of one cycle. */
export interface CycleResult<S> {
  readonly forecast: S;
  /** Equal to the forecast where nothing was observed. */
  readonly analysis: S;
  /** ℓ, w, χ² and whether the weights degenerated; null where nothing was observed. */
  readonly evidence: Omit<Analysis<S>, "state"> | null;
}

/** Mean and variance of each variable. The variance is 0 for a filter without an estimate of uncertainty. */
export interface Moments {
  /** [..., d] */
  readonly mean: Tensor;
  /** [..., d] */
  readonly variance: Tensor;
  /** 1 for variables of which nothing is known yet, whose variance is infinite, [..., d]; absent: none. */
  readonly unknown?: Tensor;
}

/** The members of an ensemble, or particles with their weights. */
export interface Members {
  /** [..., N, d] */
  readonly values: Tensor;
  /** Weights of the members [..., N], with sum 1; absent: equal weights. */
  readonly weights?: Tensor;
}

/** The common part of filters and smoothers. */
interface Estimator<S> {
  readonly name: string;
  /** The kind of its evidence; only likelihoods can be compared between filters. @defaultValue "likelihood" */
  readonly evidence?: "likelihood" | "composite" | "misfit";
  /** Makes the state before the first observation from a prior. */
  init(prior: Gaussian, key: Key): S;
  /** Returns mean and variance of each variable. */
  moments(state: S): Moments;
  /** Returns the members; absent: the method has none. */
  members?(state: S): Members;
  /**
   * Returns the states given the whole record, from the results of all its cycles: a smoother that runs
   * backwards after the filter. `cycles` are those that the filter passed.
   */
  smooth?(results: readonly CycleResult<S>[], cycles: readonly Cycle[]): readonly S[];
}

/** A filter: forecast and analysis of a state of type S. */
export interface Filter<S> extends Estimator<S> {
  /** Makes one model step. */
  forecast(state: S, transition: Transition, key: Key): S;
  /** Analyses an observation at the time of the state. */
  analyse(state: S, observation: Observation, key: Key): Analysis<S>;
  /** Of a filter whose state is its members: what an analysis adds to them; absent: it is not of this form. */
  readonly increments?: Increments;
}

/** Returns the increments a(E, ζ) [..., N, d] of members E [..., N, d], given ζ = Hᵀ R⁻¹ (y − h(x̄)) [..., d]. */
export type Increments = (E: Tensor, zeta: Tensor) => Tensor;

/**
 * A smoother of fixed lag: an observation also changes the states of the L cycles before it. A cycle takes
 * the model steps together with the observation; S holds the past states that are needed. All cycles
 * within the lag are propagated over the same interval as the present one.
 */
export interface Smoother<S> extends Estimator<S> {
  /** L: the number of past cycles whose states an observation changes. */
  readonly lag: number;
  /** Runs one cycle: model steps and analysis. */
  cycle(before: S, cycle: Cycle, key: Key): CycleResult<S>;
  /** Returns the present estimate of the state `back` cycles ago, 0 ≤ back ≤ L, not before the first state. */
  past(state: S, back: number): Moments;
}

/** A filter or a smoother. */
export type Method<S> = Filter<S> | Smoother<S>;
