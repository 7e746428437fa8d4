/** What the increments a(E, ζ) of an analysis are to first order in ζ: a bias, and a covariance Pᵃ. */
import {
  add,
  broadcastTo,
  concat,
  eye,
  jvp,
  mean,
  ShapeError,
  slice,
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
export const equivalentCovariance = (increments: Increments, E: Tensor): Tensor =>
  byDirections("equivalentCovariance", E, (directions) => columnsAt(increments, E, directions));

/**
 * Computes the derivative of the equivalent covariance as all members move along v [d]:
 *
 *     ∂/∂ε Pᵃ(E + ε v) at ε = 0,  that is Σ_l v_l ∂²a/∂x_l ∂ζ at ζ = 0        E [N, d] → [d, d]
 *
 * @see bocquet2024, eq. 12
 */
export const covarianceTangent = (increments: Increments, E: Tensor, v: Tensor): Tensor =>
  byDirections("covarianceTangent", E, (directions) => {
    const columns = (at: Tensor) => columnsAt(increments, at, directions);
    return jvp(columns, E, broadcastTo(v, E.shape)).tangent;
  });

/** Columns of Pᵃ, those of some directions of ζ, as rows; [n, d] → [n, d]. */
function columnsAt(increments: Increments, E: Tensor, directions: Tensor): Tensor {
  const n = directions.shape[0]!;
  const members = broadcastTo(E, [n, ...E.shape]); // [n, N, d]
  const increment = (zeta: Tensor) => meanIncrement(increments, members, zeta);
  return jvp(increment, zeros(directions.shape, floatType(E)), directions).tangent;
}

/** The number of directions that go together; more need more memory, and are no faster. */
const together = 40;

/** Computes columns [n, d] for all directions [n, d] of ζ, some at a time, and returns them side by side, [d, d]. */
function byDirections(who: string, E: Tensor, columns: (directions: Tensor) => Tensor): Tensor {
  if (E.shape.length !== 2) {
    throw new ShapeError(`${who}: the members are [${E.shape}]; need [N, d], those of one state.`);
  }
  const d = E.shape[1]!;
  const all = eye(d, floatType(E));
  const parts = Array.from({ length: Math.ceil(d / together) }, (_, i) =>
    columns(slice(all, 0, i * together, Math.min((i + 1) * together, d))),
  );
  return transpose(concat(parts, 0));
}

/** Returns ‖P − Pᵀ‖/‖P + Pᵀ‖ of P [d, d] in the Frobenius norm, []: 0 if it is symmetric. */
export function antisymmetricShare(P: Tensor): Tensor {
  const Pt = transpose(P);
  return normRatio(sub(P, Pt), add(P, Pt));
}
