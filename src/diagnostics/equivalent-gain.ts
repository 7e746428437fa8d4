/** The gain that an analysis is closest to, from increments of sampled innovations. */
import {
  broadcastTo,
  eye,
  matmul,
  mean,
  mul,
  positiveDefinite,
  solveRows,
  square,
  sub,
  type Tensor,
  UsageError,
} from "../engine/index.js";
import { type Increments, observedAt } from "../filters/index.js";
import { atObserved, type Observation, variances } from "../observe/index.js";
import { floatType, root } from "../prob/index.js";
import { type Key, normal } from "../random/index.js";
import { normRatio } from "./norm-ratio.js";

/** The equivalent gain of an analysis. */
export interface EquivalentGain {
  /** K [d, m] */
  readonly gain: Tensor;
  /** The part of the variance of the increments that K does not explain, 1 − R², []. */
  readonly unexplained: Tensor;
}

/** δ ↦ Hᵀ R⁻¹ δ, [J, m] → [J, d], at the mean of members E [J, N, d]; gaps count for nothing. */
function upliftAt(observation: Observation, E: Tensor): (delta: Tensor) => Tensor {
  const { uplift } = observedAt(observation, mean(E, -2));
  return (delta) => uplift(atObserved(delta, observation));
}

/**
 * Computes the gain K(E) that fits the increments of the mean of members E [N, d] for J innovations drawn from
 * N(0, R), by least squares:
 *
 *     δ_j ~ N(0, R),   a_j = a(E, Hᵀ R⁻¹ δ_j)
 *     K = argmin Σ_j ‖a_j − ā − K (δ_j − δ̄)‖²        [d, m]
 *
 * `observation` gives H (its tangent at the mean, if it is not linear), R and the gaps; of its y nothing is used.
 * Columns of gaps have no effect on the increments.
 *
 * @throws UsageError for fewer than m + 2 samples.
 * @see bocquet2024, eq. 9
 */
export function equivalentGain(
  increments: Increments,
  E: Tensor,
  observation: Observation,
  { samples: J, key }: { readonly samples: number; readonly key: Key },
): EquivalentGain {
  const m = observation.operator.size;
  if (!(Number.isInteger(J) && J >= m + 2)) {
    throw new UsageError(
      `equivalentGain: samples is ${J}; need a whole number, at least ${m + 2} for the ${m} values of an observation.`,
    );
  }
  const members = broadcastTo(E, [J, ...E.shape]); // [J, N, d]
  const delta = mul(normal(key, [J, m], floatType(E)), root(variances(observation))); // [J, m]
  const a = mean(increments(members, upliftAt(observation, members)(delta)), -2); // [J, d]
  const [A, D] = [sub(a, mean(a, 0)), sub(delta, mean(delta, 0))];
  const S = positiveDefinite(matmul(D, D, { transposeA: true })); // [m, m]
  const K = solveRows(S, matmul(A, D, { transposeA: true })); // [d, m]
  const rest = sub(A, matmul(D, K, { transposeB: true })); // [J, d]
  return { gain: K, unexplained: square(normRatio(rest, A)) };
}

/**
 * Returns the gain of an equivalent covariance, Pᵃ Hᵀ R⁻¹ [d, m], of members E [N, d]; zeros at the gaps.
 *
 * @see bocquet2024, eq. 10
 */
export function gainOfCovariance(P: Tensor, E: Tensor, observation: Observation): Tensor {
  const m = observation.operator.size;
  const uplift = upliftAt(observation, broadcastTo(E, [m, ...E.shape]));
  const rows = uplift(eye(m, floatType(E))); // [m, d], (Hᵀ R⁻¹)ᵀ
  return matmul(P, rows, { transposeB: true });
}

/** Returns ‖A − B‖/‖B‖ in the Frobenius norm, []; 0 if both are 0. */
export const relativeDifference = (A: Tensor, B: Tensor): Tensor => normRatio(sub(A, B), B);
