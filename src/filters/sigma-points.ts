/**
 * Sigma points: a few states with the mean and the covariance of a Gaussian, whose images have, to
 * second order or better, those of its image (scaled unscented transform).
 *
 *     X₀ = m,   X_i = m + c L_i,   X_{d+i} = m − c L_i,      P = L Lᵀ,  c² = d + λ = α² (d + κ)
 *     ȳ  = Σ w_i f(X_i)
 *     C  = Σ w_i (f(X_i) − ȳ)(f(X_i) − ȳ)ᵀ + (1 − α² + β) (f(X₀) − ȳ)(f(X₀) − ȳ)ᵀ
 *     w₀ = λ/(d + λ),   w_i = 1/(2 (d + λ))
 *
 * Sums are taken from f(X₀), Σ w = 1, so that nothing is lost where α is small and the weights are
 * large and of opposite signs.
 *
 * @see julier2004 for the transform; wan2000 for α, β and κ
 */
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

export interface SigmaPointParams {
  /**
   * α > 0: how far points lie from the mean. A small one, as 0.001, sees the map near the mean
   * alone; 1 sees it over the spread of the state. @defaultValue 1
   */
  readonly alpha?: number;
  /** β: what is known of the distribution beyond its covariance; 2 suits a Gaussian. @defaultValue 2 */
  readonly beta?: number;
  /** κ > −d: 0, or 3 − d to match the fourth moments of each component. @defaultValue 0 */
  readonly kappa?: number;
}

export interface SigmaWeights {
  /** c = √(d + λ) */
  readonly spread: number;
  /** w_i of a point beside the mean. */
  readonly side: number;
  /** Weight of the centre in C, λ/(d + λ) + 1 − α² + β; it may be negative. */
  readonly centre: number;
}

/** The weights of 2d + 1 points; throws unless α > 0 and d + κ > 0. */
export function sigmaWeights(
  who: string,
  d: number,
  { alpha = 1, beta = 2, kappa = 0 }: SigmaPointParams,
): SigmaWeights {
  if (!(alpha > 0 && Number.isFinite(alpha)) || !(d + kappa > 0) || !Number.isFinite(beta)) {
    throw new UsageError(
      `${who}: alpha is ${alpha}, beta ${beta}, kappa ${kappa}, of ${d} components; need alpha > 0, kappa > −${d} and finite numbers. Try 1, 2 and 0.`,
    );
  }
  const total = alpha ** 2 * (d + kappa); // d + λ
  return {
    spread: Math.sqrt(total),
    side: 1 / (2 * total),
    centre: (total - d) / total + 1 - alpha ** 2 + beta,
  };
}

/** The points of N(m, L Lᵀ) as rows, the mean first: m [..., d], L [..., d, d] → [..., 2d + 1, d]. */
export function sigmaPoints(m: Tensor, L: Tensor, { spread }: SigmaWeights): Tensor {
  const steps = mul(spread, transpose(L)); // [..., d, d], a row per direction
  const row = expandDims(m, -2);
  const above = add(row, steps);
  const middle = broadcastTo(row, above.shape.with(-2, 1));
  return concat([middle, above, sub(row, steps)], -2);
}

/** Moments of the images of sigma points, by the rows that make up their covariance. */
export interface SigmaMoments {
  /** ȳ [..., n] */
  readonly mean: Tensor;
  /** √w_i (f(X_i) − ȳ) of the points beside the mean, [..., 2d, n]. */
  readonly rows: Tensor;
  /** f(X₀) − ȳ, [..., 1, n]; it counts with the weight of the centre. */
  readonly centre: Tensor;
}

/** Moments of the images [..., 2d + 1, n] of sigma points, in their order. */
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

/** Moments of F(X) for the sigma points X of N(m, L Lᵀ). */
export const forecastMoments = (
  m: Tensor,
  L: Tensor,
  weights: SigmaWeights,
  F: StateMap,
): SigmaMoments => sigmaMoments(F(sigmaPoints(m, L, weights)), weights);

/** Moments of h(X), unwrapped about h(m) where h has jumps; rows are zero at the gaps. `who` asks. */
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

/** √w_i (X_i − m) of the points beside the mean, [..., 2d, d]: half of P from each side. */
export function stateRows(L: Tensor): Tensor {
  const half = mul(Math.SQRT1_2, transpose(L));
  return concat([half, mul(-1, half)], -2);
}
