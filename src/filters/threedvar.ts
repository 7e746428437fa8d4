/**
 * 3DVar with a learned static covariance (3DVar-C): one state, a gain that no forecast changes.
 *
 *     S  = H C Hᵀ + R = LLᵀ         innovation covariance          [m, m]
 *     Kᵀ = S⁻¹ H C                  gain, transposed               [m, d]
 *     x⁺ = x + (y − H x) Kᵀ         states are rows                [..., d]
 *     ℓ  = log N(y; H x, S)         evidence of y, eq. 14          [...]
 *
 * C enters through H C alone, and a Cholesky factor of S serves everything. Where R and H do
 * not change (`observing`), both are worked out once for all steps and all trajectories.
 *
 * @see lorenc1986; adrian2026, table 1 and algorithm 1
 */
import {
  add,
  broadcastTo,
  cholesky,
  choleskySolve,
  expandDims,
  matmul,
  reshape,
  square,
  squeeze,
  sub,
  sum,
  transpose as T,
  type Tensor,
  triangularSolve,
} from "../engine/index.js";
import { addNoise } from "../models/index.js";
import {
  atObserved,
  checkObservation,
  covarianceAtObserved,
  type Observation,
  type ObservedCovariance,
  type Operator,
  observedCount,
  observedCovariance,
  variances,
} from "../observe/index.js";
import {
  asTensor,
  type Covariance,
  covarianceDiagonal,
  logNormalWhitened,
  type Scalar,
  whiten,
} from "../prob/index.js";
import type { Analysis, Filter } from "./filter.js";

/** What is observed, and how well, at every step. */
export interface Observing {
  readonly operator: Operator;
  /** R: one number, [] or [m]. */
  readonly variance: Scalar;
}

export interface ThreedvarParams {
  /**
   * C in any form; of a diagonal one a variance per component, [d]. Where H changes and steps times
   * observations exceed d, form C once: `{ kind: "matrix", matrix: formCovariance(C, d) }`.
   */
  readonly covariance: Covariance;
  /**
   * Given if H and R are the same at every step: H C is then worked out once, and the gain wherever
   * nothing is missing.
   */
  readonly observing?: Observing;
}

/** What C, H and R come to; leading axes only where gaps differ. */
export interface StaticGain {
  /** H C, [..., m, d] */
  readonly HC: Tensor;
  /** S = LLᵀ, [..., m, m] */
  readonly L: Tensor;
  /** Kᵀ = S⁻¹ H C, [..., m, d] */
  readonly transposed: Tensor;
}

/** State: x [..., d]; the mean of the prior at first. */
export function threedvarC(params: ThreedvarParams): Filter<Tensor> {
  const { observing, covariance } = params;
  const known = observing && observedCovariance("3dvar-c", covariance, observing.operator);
  const once = observing && staticGain(covariance, { ...observing, mask: null }, known);
  const gainFor = (observation: Observation): StaticGain => {
    const { operator, variance, mask } = observation;
    if (operator !== observing?.operator) return staticGain(covariance, observation);
    const same = mask === null && variance === observing.variance;
    return same ? once! : staticGain(covariance, observation, known);
  };
  return {
    name: "3dvar-c",
    init: ({ mean }) => mean,
    forecast: (x, { map }) => map(x),
    analyse: (x, observation) => threedvarAnalysis(x, observation, gainFor(observation)),
    moments: (x) => ({
      mean: x,
      variance: broadcastTo(asTensor(covarianceDiagonal(covariance), x.dtype), x.shape),
    }),
  };
}

/** H C, the factor of S, and the gain; H C without gaps may be given, where it is known. */
export function staticGain(
  covariance: Covariance,
  observation: Omit<Observation, "y">,
  known?: ObservedCovariance,
): StaticGain {
  const all = known ?? observedCovariance("3dvar-c", covariance, observation.operator);
  const { HC, HCH } = covarianceAtObserved(all, observation);
  const L = cholesky(addNoise(HCH, variances(observation)));
  return { HC, L, transposed: choleskySolve(L, HC) };
}

/** One analysis: forecast x [..., d] and a gain → analysis and ℓ. */
export function threedvarAnalysis(
  x: Tensor,
  observation: Observation,
  gain: StaticGain,
): Analysis<Tensor> {
  checkObservation("3dvar-c", observation);
  const { y, operator } = observation;
  const r = atObserved(sub(y, operator.apply(x)), observation); // [..., m]
  const { w, increments } = gain.L.shape.length === 2 ? oneGain(r, gain) : gainEach(r, gain);
  return {
    state: add(x, increments),
    logEvidence: logNormalWhitened(w, gain.L, observedCount(observation)),
    innovation: w,
    chiSquare: sum(square(w), -1),
  };
}

interface Corrections {
  /** L⁻¹ r, [..., m] */
  readonly w: Tensor;
  /** r Kᵀ, [..., d] */
  readonly increments: Tensor;
}

/**
 * All trajectories with one gain, as two products of matrices. S⁻¹ stands on the side that has
 * fewer columns: the n trajectories, where r Kᵀ = (L⁻ᵀw)ᵀ H C, or the d components of the state.
 */
function oneGain(r: Tensor, { HC, L, transposed }: StaticGain): Corrections {
  const [m, d] = HC.shape as [number, number];
  const rows = reshape(r, [-1, m]); // [n, m]
  const W = triangularSolve(L, T(rows)); // [m, n]
  const increments =
    d <= rows.shape[0]!
      ? matmul(rows, transposed)
      : matmul(triangularSolve(L, W, { transpose: true }), HC, { transposeA: true });
  const lead = r.shape.slice(0, -1);
  return { w: reshape(T(W), r.shape), increments: reshape(increments, [...lead, d]) };
}

/** A gain for every trajectory: their gaps differ. */
const gainEach = (r: Tensor, { L, transposed }: StaticGain): Corrections => ({
  w: whiten(r, L),
  increments: squeeze(matmul(expandDims(r, -2), transposed), -2),
});
