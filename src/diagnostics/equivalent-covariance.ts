/** What the increments a(E, ζ) of an analysis are to first order in ζ: a bias, and a covariance Pᵃ. */
import {
  add,
  broadcastTo,
  eye,
  jvp,
  mean,
  ShapeError,
  sqrt,
  square,
  sub,
  type Tensor,
  transpose,
  zeros,
} from "../engine/index.js";
import type { Increments } from "../filters/index.js";
import { floatType } from "../prob/index.js";
import { normRatio } from "./norm-ratio.js";

/** The increment of the mean, [..., d]. */
const meanIncrement = (increments: Increments, E: Tensor, zeta: Tensor): Tensor =>
  mean(increments(E, zeta), -2);

/**
 * Computes what an analysis adds to the mean of its members where the observations are as forecast:
 *
 *     b = ‖a(E, 0)‖/√d        E [..., N, d] → [...],  a the mean over the members
 *
 * @see bocquet2024, eq. 7
 */
export function incrementBias(increments: Increments, E: Tensor): Tensor {
  const zeta = zeros(E.shape.toSpliced(-2, 1), floatType(E));
  return sqrt(mean(square(meanIncrement(increments, E, zeta)), -1));
}

/**
 * Computes the equivalent covariance of the analysis, the derivative of the mean increment:
 *
 *     Pᵃ = ∇_ζ a(E, ζ) at ζ = 0        E [N, d] → [d, d]
 *
 * For a Kalman filter it is the covariance of the analysis, because its increment is Pᵃ Hᵀ R⁻¹ δ = Pᵃ ζ. That of
 * a network need be neither symmetric nor positive.
 *
 * @see bocquet2024, eq. 11
 */
export function equivalentCovariance(increments: Increments, E: Tensor): Tensor {
  const d = variables("equivalentCovariance", E);
  return covarianceAt(increments, broadcastTo(E, [d, ...E.shape]));
}

/**
 * Computes the derivative of the equivalent covariance as all members move along v [d]:
 *
 *     ∂/∂ε Pᵃ(E + ε v) at ε = 0,  that is Σ_l v_l ∂²a/∂x_l ∂ζ at ζ = 0        E [N, d] → [d, d]
 *
 * @see bocquet2024, eq. 12
 */
export function covarianceTangent(increments: Increments, E: Tensor, v: Tensor): Tensor {
  const d = variables("covarianceTangent", E);
  const all = broadcastTo(E, [d, ...E.shape]);
  return jvp((at: Tensor) => covarianceAt(increments, at), all, broadcastTo(v, all.shape)).tangent;
}

/** Pᵃ of the members E [d, N, d], which are given once for each column. */
function covarianceAt(increments: Increments, E: Tensor): Tensor {
  const d = E.shape.at(-1)!;
  const [none, directions] = [zeros([d, d], floatType(E)), eye(d, floatType(E))];
  const columns = jvp((zeta: Tensor) => meanIncrement(increments, E, zeta), none, directions);
  return transpose(columns.tangent);
}

function variables(who: string, E: Tensor): number {
  if (E.shape.length === 2) return E.shape[1]!;
  throw new ShapeError(`${who}: the members are [${E.shape}]; need [N, d], those of one state.`);
}

/** Returns ‖P − Pᵀ‖/‖P + Pᵀ‖ of P [d, d] in the Frobenius norm, []: 0 if it is symmetric. */
export function antisymmetricShare(P: Tensor): Tensor {
  const Pt = transpose(P);
  return normRatio(sub(P, Pt), add(P, Pt));
}
