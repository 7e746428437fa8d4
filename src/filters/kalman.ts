/**
 * The Kalman filter: the exact filter of a linear Gaussian model.
 *
 *     m⁻ = F m                        P⁻ = F P Fᵀ + Q               forecast
 *     S  = H P⁻ Hᵀ + R = LLᵀ          K  = P⁻ Hᵀ S⁻¹
 *     m  = m⁻ + K (y − H m⁻)          P  = J P⁻ Jᵀ + K R Kᵀ,  J = I − K H
 *     ℓ  = log N(y; H m⁻, S)
 *
 * Joseph's form of P stays symmetric and positive, and an error in K enters it squared only.
 *
 * @see kalman1960; bucy1968 for Joseph's form
 */
import {
  add,
  diagonal,
  eye,
  matmul,
  matvec,
  mul,
  positive,
  solve,
  square,
  sub,
  sum,
  transpose as T,
  type Tensor,
  UsageError,
} from "../engine/index.js";
import { addNoise, type Transition } from "../models/index.js";
import {
  atObserved,
  checkObservation,
  type Observation,
  observedCount,
  rowsAtObserved,
  variances,
} from "../observe/index.js";
import { asRow, covarianceMatrix, floatType, logNormal, whiten } from "../prob/index.js";
import type { Analysis, Filter } from "./filter.js";

export interface KalmanState {
  /** m [..., d] */
  readonly mean: Tensor;
  /** P [..., d, d] */
  readonly covariance: Tensor;
}

export function kalman(): Filter<KalmanState> {
  return {
    name: "kalman",
    init: (prior) => ({ mean: prior.mean, covariance: covarianceMatrix(prior) }),
    forecast: kalmanForecast,
    analyse: kalmanAnalysis,
    moments: ({ mean, covariance }) => ({ mean, variance: diagonal(covariance) }),
  };
}

export function kalmanForecast(
  { mean: m, covariance: P }: KalmanState,
  { matrix: F, noise: Q }: Transition,
): KalmanState {
  if (F === undefined) {
    throw new UsageError(
      "kalman: the model is not linear; it has no transition matrix. Use the enkf.",
    );
  }
  return {
    mean: matvec(F, m),
    covariance: addNoise(matmul(matmul(F, P), F, { transposeB: true }), Q),
  };
}

export function kalmanAnalysis(
  { mean: m, covariance: P }: KalmanState,
  observation: Observation,
): Analysis<KalmanState> {
  checkObservation("kalman", observation);
  const H = rowsAtObserved(linearMatrix(observation, m), observation); // [..., m, d]
  const R = variances(observation);
  const r = atObserved(sub(observation.y, matvec(H, m)), observation); // [..., m]

  const HP = matmul(H, P); // [..., m, d]
  const S = positive(addNoise(matmul(HP, H, { transposeB: true }), R)); // [..., m, m]
  const K = T(solve(S, HP)); // [..., d, m]  K = PHᵀS⁻¹
  const J = sub(eye(m.shape.at(-1)!, floatType(m)), matmul(K, H)); // [..., d, d]
  const JPJ = matmul(matmul(J, P), J, { transposeB: true });
  const KRK = matmul(mul(K, asRow(R)), K, { transposeB: true });

  const w = whiten(r, S.factor);
  return {
    state: { mean: add(m, matvec(K, r)), covariance: add(JPJ, KRK) },
    logEvidence: logNormal(r, S, observedCount(observation)),
    innovation: w,
    chiSquare: sum(square(w), -1),
  };
}

function linearMatrix({ operator }: Observation, m: Tensor): Tensor {
  const H = operator.matrix(m.shape.at(-1)!);
  if (H !== null) return H;
  throw new UsageError(
    `kalman: the operator "${operator.name}" is not linear; take the logarithm as the state, or use the enkf.`,
  );
}
