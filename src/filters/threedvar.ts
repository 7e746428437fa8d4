/**
 * 3DVar with a learned static covariance (3DVar-C): one state, a gain that no forecast changes.
 *
 *     S  = H C Hᵀ + R               innovation covariance          [m, m]
 *     Kᵀ = S⁻¹ H C                  gain, transposed               [m, d]
 *     x⁺ = x + (y − H x) Kᵀ         states are rows                [..., d]
 *     ℓ  = log N(y; H x, S)         evidence of y, eq. 14          [...]
 *
 * C = B Bᵀ enters through H C alone; S is factored and inverted once for everything. Where R and H
 * do not change (`observing`), that is once for all steps and all trajectories.
 *
 * @see lorenc1986; adrian2026, table 1 and algorithm 1
 */
import {
  add,
  broadcastTo,
  diagonalMatrix,
  expandDims,
  matmul,
  type Positive,
  positive,
  ShapeError,
  solve,
  solveVector,
  square,
  squeeze,
  sub,
  sum,
  transpose as T,
  type Tensor,
  UsageError,
} from "../engine/index.js";
import { addNoise } from "../models/index.js";
import {
  atObserved,
  checkObservation,
  columnsAtObserved,
  type Observation,
  type Operator,
  observedCount,
  rowsAtObserved,
  variances,
} from "../observe/index.js";
import { type Covariance, logNormal, type Scalar, whiten } from "../prob/index.js";
import type { Analysis, Filter } from "./filter.js";

/** What is observed, and how well, at every step. */
export interface Observing {
  readonly operator: Operator;
  /** R: one number, [] or [m]. */
  readonly variance: Scalar;
}

export interface ThreedvarParams {
  /** C: B Bᵀ with B [d, p] dense, or diagonal with a variance per component, [d]. */
  readonly covariance: Covariance;
  /** Given if H and R are the same at every step: the gain is then worked out once. */
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
  const once = observing && staticGain(covariance, { ...observing, mask: null });
  const gainFor = (observation: Observation): StaticGain => {
    const { operator, variance, mask } = observation;
    const same = operator === observing?.operator && variance === observing.variance;
    return once !== undefined && same && mask === null ? once : staticGain(covariance, observation);
  };
  return {
    name: "3dvar-c",
    init: ({ mean }) => mean,
    forecast: (x, { map }) => map(x),
    analyse: (x, observation) => threedvarAnalysis(x, observation, gainFor(observation)),
    moments: (x) => ({
      mean: x,
      variance: broadcastTo(staticVariance(covariance), x.shape),
    }),
  };
}

/** H C, the factor of S, and the gain. */
export function staticGain(
  covariance: Covariance,
  observation: Omit<Observation, "y">,
): StaticGain {
  const { operator } = observation;
  if (!operator.linear) {
    throw new UsageError(
      `3dvar-c: the operator "${operator.name}" is not linear; take what it sees as the state, or use the enkf.`,
    );
  }
  const HC = rowsAtObserved(observedCovariance(covariance, operator), observation); // [..., m, d]
  const HCH = columnsAtObserved(operator.apply(HC), observation); // [..., m, m]
  const S = positive(addNoise(HCH, variances(observation)));
  return { HC, S, transposed: solve(S, HC) };
}

/** H C for C = B Bᵀ as (H B) Bᵀ, [m, d]: the observed rows of C, and no others. */
function observedCovariance(C: Covariance, H: Operator): Tensor {
  if (C.kind === "diagonal") return T(H.apply(diagonalMatrix(componentVariances(C.variance))));
  const HB = H.apply(T(C.factor)); // [p, m], transposed
  return matmul(HB, C.factor, { transposeA: true, transposeB: true });
}

function componentVariances(v: Scalar): Tensor {
  if (typeof v !== "number" && v.shape.length === 1) return v;
  throw new ShapeError(
    `3dvar-c: the variance is ${typeof v === "number" ? v : `[${v.shape}]`}; need [d], a variance per component.`,
  );
}

/** diag C, [d] */
const staticVariance = (C: Covariance): Tensor =>
  C.kind === "dense" ? sum(square(C.factor), -1) : componentVariances(C.variance);

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
