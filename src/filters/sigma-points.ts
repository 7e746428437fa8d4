/** Sigma points of the scaled unscented transform: their weights, and moments of their images. */
import {
  add,
  broadcastTo,
  concat,
  expandDims,
  mul,
  slice,
  squeeze,
  sub,
  sum,
  type Tensor,
  transpose,
  UsageError,
} from "../engine/index.js";
import type { StateMap } from "../models/index.js";
import {
  checkObservation,
  columnsAtObserved,
  type Observation,
  unwrapAbout,
} from "../observe/index.js";

/** Parameters of sigma points. */
export interface SigmaPointParams {
  /**
   * α > 0: the distance of the points from the mean. With a small value such as 0.001 only the map near the
   * mean counts; with 1 the map over the spread of the state counts. @defaultValue 1
   */
  readonly alpha?: number;
  /** β: changes the weight of the mean in covariances; 2 suits a Gaussian. @defaultValue 2 */
  readonly beta?: number;
  /** κ > −d: 0, or 3 − d to match the fourth moments of each component. @defaultValue 0 */
  readonly kappa?: number;
}

/** The weights of sigma points. */
export interface SigmaWeights {
  /** c = √(d + λ), the factor on the columns of L. */
  readonly spread: number;
  /** w_i of each point other than the mean. */
  readonly side: number;
  /** Weight of the centre in C, λ/(d + λ) + 1 − α² + β; it may be negative. */
  readonly centre: number;
}

/**
 * Computes the weights of the 2d + 1 sigma points of a state with d components.
 *
 *     c² = d + λ = α² (d + κ),   w₀ = λ/(d + λ),   w_i = 1/(2 (d + λ))
 *
 * @throws UsageError unless α > 0 and d + κ > 0.
 * @see julier2004 for the transform; wan2000 for α, β and κ
 */
export function sigmaWeights(
  who: string,
  d: number,
  { alpha = 1, beta = 2, kappa = 0 }: SigmaPointParams,
): SigmaWeights {
  if (!(alpha > 0 && Number.isFinite(alpha)) || !(d + kappa > 0) || !Number.isFinite(beta)) {
    throw new UsageError(
      `${who}: alpha is ${alpha}, beta ${beta}, kappa ${kappa}, for ${d} components; need alpha > 0, kappa > −${d} and finite numbers. Try 1, 2 and 0.`,
    );
  }
  const total = alpha ** 2 * (d + kappa); // d + λ
  return {
    spread: Math.sqrt(total),
    side: 1 / (2 * total),
    centre: (total - d) / total + 1 - alpha ** 2 + beta,
  };
}

/**
 * Returns the sigma points of N(m, L Lᵀ) as rows, the mean first: m [..., d], L [..., d, d] →
 * [..., 2d + 1, d]. Their images under a map have, to second order or better, the moments of the image of
 * the Gaussian.
 *
 *     X₀ = m,   X_i = m + c L_i,   X_{d+i} = m − c L_i
 *
 * @see julier2004
 */
export function sigmaPoints(m: Tensor, L: Tensor, { spread }: SigmaWeights): Tensor {
  const steps = mul(spread, transpose(L)); // [..., d, d], a row per direction
  const row = expandDims(m, -2);
  const above = add(row, steps);
  const middle = broadcastTo(row, above.shape.with(-2, 1));
  return concat([middle, above, sub(row, steps)], -2);
}

/**
 * Moments of the images of sigma points; the covariance is given by the rows whose products it is the sum
 * of.
 */
export interface SigmaMoments {
  /** ȳ [..., n] */
  readonly mean: Tensor;
  /** √w_i (f(X_i) − ȳ) of the points other than the mean, [..., 2d, n]. */
  readonly rows: Tensor;
  /** f(X₀) − ȳ, [..., 1, n]; its weight in the covariance is that of the centre. */
  readonly centre: Tensor;
}

/**
 * Computes the moments of the images [..., 2d + 1, n] of sigma points.
 *
 *     ȳ  = Σ w_i f(X_i)
 *     C  = Σ w_i (f(X_i) − ȳ)(f(X_i) − ȳ)ᵀ + (1 − α² + β) (f(X₀) − ȳ)(f(X₀) − ȳ)ᵀ
 *
 * Sums are taken relative to f(X₀), Σ w = 1, so that no precision is lost where α is small and the weights
 * are large and of opposite signs.
 *
 * @see julier2004
 */
export function sigmaMoments(images: Tensor, { side }: SigmaWeights): SigmaMoments {
  const count = images.shape.at(-2)!;
  const first = slice(images, -2, 0, 1); // f(X₀)
  const D = sub(slice(images, -2, 1, count), first); // [..., 2d, n]
  const shift = mul(side, sum(D, -2, { keepDims: true })); // ȳ − f(X₀), [..., 1, n]
  return {
    mean: squeeze(add(first, shift), -2),
    rows: mul(Math.sqrt(side), sub(D, shift)),
    centre: mul(-1, shift),
  };
}

/** Computes the moments of F(X) for the sigma points X of N(m, L Lᵀ). */
export const forecastMoments = (
  m: Tensor,
  L: Tensor,
  weights: SigmaWeights,
  F: StateMap,
): SigmaMoments => sigmaMoments(F(sigmaPoints(m, L, weights)), weights);

/**
 * Computes the moments of h(X), unwrapped about h(m) where h has jumps; rows are zero at the gaps. `who`
 * names the caller in errors.
 */
export function seenMoments(
  who: string,
  m: Tensor,
  L: Tensor,
  observation: Observation,
  weights: SigmaWeights,
): SigmaMoments {
  checkObservation(who, observation);
  const { operator } = observation;
  const hX = operator.apply(sigmaPoints(m, L, weights)); // [..., 2d + 1, m]
  const near = operator.linear ? hX : unwrapAbout(operator, hX, slice(hX, -2, 0, 1));
  const { mean, rows, centre } = sigmaMoments(near, weights);
  return {
    mean,
    rows: columnsAtObserved(rows, observation),
    centre: columnsAtObserved(centre, observation),
  };
}

/** Returns √w_i (X_i − m) of the points other than the mean, [..., 2d, d]: half of P from each side. */
export function stateRows(L: Tensor): Tensor {
  const half = mul(Math.SQRT1_2, transpose(L));
  return concat([half, mul(-1, half)], -2);
}
