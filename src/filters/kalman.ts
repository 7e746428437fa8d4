import {
  add,
  cast,
  matmul,
  matvec,
  ShapeError,
  slice,
  square,
  sub,
  sum,
  type Tensor,
  triangularFactorOfRows,
  UsageError,
} from "../engine/index.js";
import { expectNoise, type Transition } from "../models/index.js";
import {
  atObserved,
  checkObservation,
  innovationOf,
  type Observation,
  rowsAtObserved,
} from "../observe/index.js";
import { floatType, root } from "../prob/index.js";
import { determine, determinedRows, movedBy, unknownVariables } from "./diffuse.js";
import { analysisOfFactor, diagonalRows, joined, observedRows } from "./factor-analysis.js";
import type { Analysis, Filter, Moments } from "./filter.js";
import {
  diffuseStateOfPrior,
  factorOf,
  type KalmanState,
  stateOfFactor,
  stateOfRows,
} from "./gaussian-state.js";
import { covarianceSize, defineMethod, type MethodNeeds } from "./record.js";
import { noiseRemedy } from "./remedies.js";

/**
 * The Kalman filter: the exact filter of a linear Gaussian model, in its square-root form.
 *
 *     m⁻ = F m                        L⁻ = factor of the rows [ (F L)ᵀ;  √Q ]                 forecast
 *
 *     [ √R   0   ]                    [ S^½    0 ]      S = H P⁻ Hᵀ + R,  K = P⁻ Hᵀ S⁻¹
 *     [ H L⁻ L⁻ ]  →  lower factor    [ K S^½  L ]      m = m⁻ + K (y − H m⁻)                analysis
 *
 *     ℓ  = log N(y; H m⁻, S)
 *
 * The rows of a factor are triangularised as they are (`triangularFactorOfRows`): P = L Lᵀ is never a
 * difference, so no variance is ever negative, and an initial variance or R may be 0, or 10¹³ times the
 * others. State: the mean [..., d], a lower factor L [..., d, d], and the covariance L Lᵀ for those who read
 * it.
 *
 * @throws UsageError when the model or the operator is not linear; NumericError when S is singular: a value
 * without error is observed of something that is known already.
 * @see kalman1960; kailath2000, chapter 12, for the square-root form
 */
export function kalman(): Filter<KalmanState> {
  return {
    name: "kalman",
    init: diffuseStateOfPrior,
    forecast: kalmanForecast,
    analyse: kalmanAnalysis,
    moments: factorMoments,
  };
}

/** Returns the mean and the variances Σ_j L_ij². */
export const factorMoments = (state: KalmanState): Moments => ({
  mean: state.mean,
  variance: sum(square(factorOf(state)), -1),
  ...(state.diffuse && { unknown: unknownVariables(state.diffuse) }),
});

/** Makes one step of a linear model: F m and F P Fᵀ + Q. @throws UsageError when the model is not linear. */
export function kalmanForecast(
  state: KalmanState,
  { matrix: F, noise: Q }: Transition,
): KalmanState {
  if (F === undefined) {
    throw new UsageError(
      "kalman: the model is not linear, so it has no transition matrix. Use extended-kalman or enkf.",
    );
  }
  const rows = forecastRows(factorOf(state), F, Q);
  return stateOfRows(matvec(F, state.mean), rows, state.diffuse && movedBy(F, state.diffuse));
}

/** Returns rows whose products sum to F L Lᵀ Fᵀ + Q, [..., d or 2d, d]. */
export function forecastRows(L: Tensor, F: Tensor, Q: Transition["noise"]): Tensor {
  const d = L.shape.at(-1)!;
  if (F.shape.at(-1) !== d || F.shape.at(-2) !== d) {
    throw new ShapeError(
      `kalman: the transition is [${F.shape}]; need [..., ${d}, ${d}], for ${d} variables.`,
    );
  }
  const moved = matmul(L, F, { transposeA: true, transposeB: true }); // (F L)ᵀ
  if (Q === null) return moved;
  expectNoise("kalman", Q, d);
  return joined([moved, diagonalRows(root(Q), moved)], -2);
}

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
  return tangentAnalysis(state, observation, view);
}

/**
 * Analyses N(m⁻, P⁻) from h(m⁻) [..., m] and H, [m, d] or [..., m, d]. Where the tangent is taken at another
 * state x, hx is h(x) and `offset` is H (x − m⁻), [..., m].
 */
export function tangentAnalysis(
  state: KalmanState,
  observation: Observation,
  view: { readonly hx: Tensor; readonly H: Tensor; readonly offset?: Tensor },
): Analysis<KalmanState> {
  const departure = innovationOf(observation, view.hx);
  const r = atObserved(view.offset ? add(departure, view.offset) : departure, observation); // [..., m]
  const rows = observedRows(factorOf(state), view.H, observation);
  if (state.diffuse) return diffuseAnalysis(state, observation, rows, r, view.H);
  const T = triangularFactorOfRows(rows, observation.operator.size);
  const { state: after, ...evidence } = analysisOfFactor(state.mean, T, r, observation);
  return { state: stateOfFactor(after.mean, after.factor), ...evidence };
}

/** Analyses a state with flat directions, from the rows of its joint normal with the observation. */
function diffuseAnalysis(
  state: KalmanState,
  observation: Observation,
  rows: Tensor,
  r: Tensor,
  H: Tensor,
): Analysis<KalmanState> {
  const m = r.shape.at(-1)!;
  const found = determine(rows, r, rowsAtObserved(H, observation), state.diffuse!);
  const [values, change] = [
    slice(found.shift, -1, 0, m),
    slice(found.shift, -1, m, found.shift.shape.at(-1)!),
  ];
  const T = triangularFactorOfRows(determinedRows(found), m);
  const {
    state: after,
    logEvidence,
    ...evidence
  } = analysisOfFactor(sub(state.mean, change), T, values, observation);
  return {
    state: stateOfFactor(after.mean, after.factor, found.diffuse),
    logEvidence: sub(logEvidence, found.volume),
    ...evidence,
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
  stateSize: covarianceSize,
  needs: exactNeeds,
  takesDiffuse: true,
  takesExact: () => true,
  build: () => kalman(),
  phrase: () => "the exact Kalman filter",
  remedy: noiseRemedy,
  advice: { family: "exact", order: 1, whenLearning: true, propose: () => ({}) },
});
