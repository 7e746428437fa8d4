/**
 * 3DVar with a learned static covariance (3DVar-C): one state, a gain that no forecast changes.
 *
 *     S  = H C Hᵀ + R                innovation covariance          [m, m]
 *     Kᵀ = S⁻¹ H C                  gain, transposed               [m, d]
 *     x⁺ = x + (y − H x) Kᵀ         states are rows                [..., d]
 *     ℓ  = log N(y; H x, S)         evidence of y, eq. 14          [...]
 *
 * C enters through H C alone; S is factored and inverted once for everything. Where R and H do not
 * change (`observing`), that is once for all steps and all trajectories.
 *
 * @see lorenc1986; adrian2026, table 1 and algorithm 1
 */
import {
  add,
  broadcastTo,
  expandDims,
  matmul,
  type Positive,
  positive,
  solve,
  solveVector,
  square,
  squeeze,
  sub,
  sum,
  type Tensor,
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
  logNormal,
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
  /** S, [..., m, m] */
  readonly S: Positive;
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

/** H C, S, and the gain; H C without gaps may be given, where it is known. */
export function staticGain(
  covariance: Covariance,
  observation: Omit<Observation, "y">,
  known?: ObservedCovariance,
): StaticGain {
  const all = known ?? observedCovariance("3dvar-c", covariance, observation.operator);
  const { HC, HCH } = covarianceAtObserved(all, observation);
  const S = positive(addNoise(HCH, variances(observation)));
  return { HC, S, transposed: solve(S, HC) };
}

/**
 * One analysis: forecast x [..., d] and a gain → analysis and ℓ. The increments are r Kᵀ; of fewer
 * trajectories than components rather (S⁻¹r)ᵀ H C, where the evidence needs S⁻¹r anyway.
 */
export function threedvarAnalysis(
  x: Tensor,
  observation: Observation,
  gain: StaticGain,
): Analysis<Tensor> {
  checkObservation("3dvar-c", observation);
  const { y, operator } = observation;
  const r = atObserved(sub(y, operator.apply(x)), observation); // [..., m]
  const { HC, S, transposed } = gain;
  const a = solveVector(S, r); // [..., m]
  const w = whiten(r, S.factor); // [..., m]
  const shared = S.matrix.shape.length === 2;
  const [d, n] = [HC.shape.at(-1)!, r.size / r.shape.at(-1)!];
  return {
    state: add(x, shared && n < d ? rowTimes(a, HC) : rowTimes(r, transposed)),
    logEvidence: logNormal(r, S, observedCount(observation), a),
    innovation: w,
    chiSquare: sum(square(w), -1),
  };
}

/** x K for vectors x [..., m]; one K [m, d], or one for each. */
const rowTimes = (x: Tensor, K: Tensor): Tensor =>
  K.shape.length === 2 && x.shape.length > 1
    ? matmul(x, K)
    : squeeze(matmul(expandDims(x, -2), K), -2);
