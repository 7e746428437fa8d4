import {
  add,
  cast,
  diagonal,
  eye,
  matmul,
  matvec,
  mul,
  positiveDefinite,
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
  innovationOf,
  type Observation,
  observedCount,
  rowsAtObserved,
  variances,
} from "../observe/index.js";
import { asRow, covarianceMatrix, floatType, logNormal, whiten } from "../prob/index.js";
import type { Analysis, Filter } from "./filter.js";
import { defineMethod, type MethodNeeds } from "./record.js";
import { noiseRemedy } from "./remedies.js";

/** The state of filters that carry a mean and a covariance. */
export interface KalmanState {
  /** m [..., d] */
  readonly mean: Tensor;
  /** P [..., d, d] */
  readonly covariance: Tensor;
}

/**
 * The Kalman filter: the exact filter of a linear Gaussian model.
 *
 *     m⁻ = F m                        P⁻ = F P Fᵀ + Q               forecast
 *     S  = H P⁻ Hᵀ + R = LLᵀ          K  = P⁻ Hᵀ S⁻¹
 *     m  = m⁻ + K (y − H m⁻)          P  = J P⁻ Jᵀ + K R Kᵀ,  J = I − K H
 *     ℓ  = log N(y; H m⁻, S)
 *
 * Joseph's form of P stays symmetric and positive, and an error in K enters it only as its square. State:
 * the mean [..., d] and the covariance [..., d, d].
 *
 * @throws UsageError when the model or the operator is not linear; NumericError when S is not positive
 * definite.
 * @see kalman1960; bucy1968 for Joseph's form
 */
export function kalman(): Filter<KalmanState> {
  return {
    name: "kalman",
    init: (prior) => ({ mean: prior.mean, covariance: covarianceMatrix(prior) }),
    forecast: kalmanForecast,
    analyse: kalmanAnalysis,
    moments: ({ mean, covariance }) => ({ mean, variance: diagonal(covariance) }),
  };
}

/** Makes one step of a linear model: F m and F P Fᵀ + Q. @throws UsageError when the model is not linear. */
export function kalmanForecast(
  { mean: m, covariance: P }: KalmanState,
  { matrix: F, noise: Q }: Transition,
): KalmanState {
  if (F === undefined) {
    throw new UsageError(
      "kalman: the model is not linear, so it has no transition matrix. Use extended-kalman or enkf.",
    );
  }
  return { mean: matvec(F, m), covariance: crossed(P, F, Q) };
}

/** Returns F P Fᵀ + Q, [..., d, d]. */
export const crossed = (P: Tensor, F: Tensor, Q: Transition["noise"]): Tensor =>
  addNoise(matmul(matmul(F, P), F, { transposeB: true }), Q);

/** Analyses N(m⁻, P⁻) by a linear operator. @throws UsageError when the operator is not linear. */
export function kalmanAnalysis(
  state: KalmanState,
  observation: Observation,
): Analysis<KalmanState> {
  const { operator } = observation;
  const H = operator.matrix(state.mean.shape.at(-1)!);
  if (H === null) {
    throw new UsageError(
      `kalman: the operator "${operator.name}" is not linear. Take the observed quantity as the state, or use extended-kalman or enkf.`,
    );
  }
  checkObservation("kalman", observation);
  const view = { hx: operator.apply(state.mean), H: cast(H, floatType(state.mean)) };
  return momentsAnalysis(state, observation, view);
}

/**
 * Analyses N(m, P) from h(m) [..., m] and H, [m, d] or [..., m, d]. Where the tangent is taken at another
 * state x, hx is h(x) and `offset` is H (x − m), [..., m].
 */
export function momentsAnalysis(
  { mean: m, covariance: P }: KalmanState,
  observation: Observation,
  view: { readonly hx: Tensor; readonly H: Tensor; readonly offset?: Tensor },
): Analysis<KalmanState> {
  const H = rowsAtObserved(view.H, observation); // [..., m, d]
  const R = variances(observation);
  const departure = innovationOf(observation, view.hx);
  const r = atObserved(view.offset ? add(departure, view.offset) : departure, observation); // [..., m]

  const HP = matmul(H, P); // [..., m, d]
  const S = positiveDefinite(addNoise(matmul(HP, H, { transposeB: true }), R)); // [..., m, m]
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

/** Returns the needs of an exact method: a linear model, and linear observations with normal errors. */
export const exactNeeds = (): MethodNeeds => ({
  linearModel: "take enkf",
  normalErrors: "take enkf",
  linearObservations: "take enkf",
});

export const kalmanRecord = defineMethod({
  kind: "kalman",
  title: "exact Kalman filter; linear models, normal noise",
  parameters: {},
  needs: exactNeeds,
  build: () => kalman(),
  phrase: () => "the exact Kalman filter",
  remedy: noiseRemedy,
  advice: { family: "exact", order: 1, whenLearning: true, propose: () => ({}) },
});
