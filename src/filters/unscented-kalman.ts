/**
 * The unscented Kalman filter: moments carried through the model and through h by sigma points
 * (`sigma-points.ts`), without any tangent. Noise is additive.
 *
 *     m⁻, P⁻ = moments of F(X),  P⁻ + Q                X: sigma points of N(m, P)           forecast
 *     ȳ, S   = moments of h(X),  S + R                 X: new sigma points, of N(m⁻, P⁻)
 *     C  = Σ w_i (h(X_i) − ȳ)(X_i − m⁻)ᵀ,  K = Cᵀ S⁻¹                                      [m, d], [d, m]
 *     m  = m⁻ + K (y − ȳ),   P = λ² (P⁻ − K S Kᵀ),   ℓ = log N(y; ȳ, S)                     analysis
 *
 * New points are drawn before the analysis so that they hold Q. Of a linear model and operator it is
 * the Kalman filter. λ is as in the extended Kalman filter.
 *
 * Two forms give the same numbers to rounding: "covariance" keeps P, and factors it for the points;
 * "square-root" keeps a factor of P and never forms P (`unscented-square-root.ts`). The second stays
 * positive where P is nearly, or exactly, singular, in f32 above all, and costs more: its
 * triangularisation is composed of a few instructions for each of m + d columns.
 *
 * @see julier1997 and julier2004; wan2000 for α, β and κ
 */
import {
  add,
  cholesky,
  diagonal,
  matmul,
  matvec,
  mul,
  positiveDefinite,
  square,
  sub,
  sum,
  type Tensor,
  transpose,
  triangularSolve,
} from "../engine/index.js";
import { addNoise } from "../models/index.js";
import {
  atObserved,
  innovationOf,
  type Observation,
  observedCount,
  variances,
} from "../observe/index.js";
import { choice, setting } from "../parts/index.js";
import { covarianceMatrix, logNormal, type Scalar, whiten } from "../prob/index.js";
import { covarianceFactorKey, extendedKalmanRecord, inflatedAnalysis } from "./extended-kalman.js";
import type { Analysis, Filter, Method } from "./filter.js";
import type { KalmanState } from "./kalman.js";
import { defineMethod } from "./record.js";
import {
  forecastMoments,
  type SigmaMoments,
  type SigmaPointParams,
  type SigmaWeights,
  seenMoments,
  sigmaWeights,
  stateRows,
} from "./sigma-points.js";
import { type FactorState, squareRootForm } from "./unscented-square-root.js";

export interface UnscentedKalmanParams extends SigmaPointParams {
  /** λ on the deviations after the analysis: P is multiplied by λ². @defaultValue 1 */
  readonly inflation?: Scalar;
  /** What the state carries: P, or a factor of it. @defaultValue "covariance" */
  readonly form?: "covariance" | "square-root";
}

type OfForm<F extends "covariance" | "square-root"> = UnscentedKalmanParams & { readonly form: F };

/**
 * The unscented Kalman filter, for any model and any operator, without tangents.
 *
 *     m = m⁻ + K (y − ȳ),   P = λ² (P⁻ − K S Kᵀ),   ȳ, S and K from 2d + 1 sigma points
 *
 * State: mean [..., d] and covariance [..., d, d], or in the square-root form mean and lower factor
 * [..., d, d].
 * @throws UsageError unless α > 0 and d + κ > 0.
 * @throws NumericError when P is not positive definite (covariance form).
 * @see julier2004; wan2000; vandermerwe2001 for the square-root form
 */
export function unscentedKalman(params: OfForm<"square-root">): Filter<FactorState>;
export function unscentedKalman(
  params?: UnscentedKalmanParams & { readonly form?: "covariance" },
): Filter<KalmanState>;
export function unscentedKalman(
  params: UnscentedKalmanParams = {},
): Filter<KalmanState> | Filter<FactorState> {
  return params.form === "square-root" ? squareRootForm(name, params) : covarianceForm(params);
}

const name = "unscented-kalman";

const covarianceForm = (params: UnscentedKalmanParams): Filter<KalmanState> => ({
  name,
  init: (prior) => ({ mean: prior.mean, covariance: covarianceMatrix(prior) }),
  forecast: ({ mean, covariance }, transition) => {
    const weights = sigmaWeights(name, mean.shape.at(-1)!, params);
    const moved = forecastMoments(mean, cholesky(covariance), weights, transition.map);
    return { mean: moved.mean, covariance: addNoise(gram(moved, weights), transition.noise) };
  },
  analyse: (state, observation) =>
    inflatedAnalysis(covarianceAnalysis(state, observation, params), params.inflation),
  moments: ({ mean, covariance }) => ({ mean, variance: diagonal(covariance) }),
});

/** The covariance of the moments, [..., n, n]. */
const gram = ({ rows, centre }: SigmaMoments, { centre: w }: SigmaWeights): Tensor =>
  add(
    matmul(rows, rows, { transposeA: true }),
    mul(w, matmul(centre, centre, { transposeA: true })),
  );

/** One analysis in the covariance form. */
function covarianceAnalysis(
  { mean: m, covariance: P }: KalmanState,
  observation: Observation,
  params: SigmaPointParams,
): Analysis<KalmanState> {
  const weights = sigmaWeights(name, m.shape.at(-1)!, params);
  const L = cholesky(P);
  const seen = seenMoments(name, m, L, observation, weights);
  const S = positiveDefinite(addNoise(gram(seen, weights), variances(observation))); // [..., m, m]
  const C = matmul(seen.rows, stateRows(L), { transposeA: true }); // [..., m, d]
  const W = triangularSolve(S.factor, C); // [..., m, d]  W = (K S^½)ᵀ
  const r = atObserved(innovationOf(observation, seen.mean), observation); // [..., m]
  const w = whiten(r, S.factor);
  return {
    state: {
      mean: add(m, matvec(transpose(W), w)), // K r = Wᵀ w
      covariance: sub(P, matmul(W, W, { transposeA: true })),
    },
    logEvidence: logNormal(r, S, observedCount(observation)),
    innovation: w,
    chiSquare: sum(square(w), -1),
  };
}

export const unscentedKalmanRecord = defineMethod({
  kind: "unscented-kalman",
  title: "the Kalman filter of sigma points, without a tangent; any model of few variables",
  parameters: {
    alpha: setting({
      bounds: { above: 0 },
      default: 1,
      symbol: "α",
      about: "how far the sigma points lie from the mean",
    }),
    beta: setting({
      bounds: { min: 0 },
      default: 2,
      symbol: "β",
      about: "how the weight of the mean counts in covariances; 2 suits a Gaussian",
    }),
    kappa: setting({
      bounds: {},
      default: 0,
      symbol: "κ",
      about: "a further spread of the sigma points",
    }),
    form: choice(["covariance", "square-root"], {
      default: "covariance",
      about: "what the filter carries: the covariance, or a factor of it that cannot lose its rank",
    }),
    inflation: covarianceFactorKey,
  },
  needs: () => ({}),
  build: ({ form, inflation, ...points }): Method<unknown> => {
    const settings = { ...points, ...(inflation !== undefined && { inflation }) };
    return form === "square-root"
      ? unscentedKalman({ ...settings, form })
      : unscentedKalman({ ...settings, form });
  },
  phrase: () => "an unscented Kalman filter",
  remedy: extendedKalmanRecord.remedy,
});
