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
import { checkOptions, choice, counted, namesOf, setting } from "../parts/index.js";
import { covarianceMatrix, logNormal, type Scalar, whiten } from "../prob/index.js";
import { covarianceFactorKey, extendedKalmanRecord, inflatedAnalysis } from "./extended-kalman.js";
import type { FactorState } from "./factor-analysis.js";
import type { Analysis, Filter, Method } from "./filter.js";
import type { KalmanState } from "./gaussian-state.js";
import { covarianceSize, defineMethod } from "./record.js";
import {
  forecastMoments,
  type SigmaMoments,
  type SigmaPointParams,
  type SigmaWeights,
  seenMoments,
  sigmaWeights,
  stateRows,
} from "./sigma-points.js";
import { squareRootForm } from "./unscented-square-root.js";

/** Parameters of the unscented Kalman filter. */
export interface UnscentedKalmanParams extends SigmaPointParams {
  /** λ: P is multiplied by λ² after the analysis. @defaultValue 1 */
  readonly inflation?: Scalar;
  /** Whether the state holds P or a factor of it. @defaultValue "covariance" */
  readonly form?: "covariance" | "square-root";
}

type OfForm<F extends "covariance" | "square-root"> = UnscentedKalmanParams & { readonly form: F };

const known = namesOf<UnscentedKalmanParams>({
  alpha: true,
  beta: true,
  kappa: true,
  inflation: true,
  form: true,
});

/**
 * The unscented Kalman filter: moments are carried through the model and through h by 2d + 1 sigma points,
 * without tangents, for any model and any operator. Noise is additive.
 *
 *     m⁻, P⁻ = moments of F(X),  P⁻ + Q                X: sigma points of N(m, P)           forecast
 *     ȳ, S   = moments of h(X),  S + R                 X: new sigma points, of N(m⁻, P⁻)
 *     C  = Σ w_i (h(X_i) − ȳ)(X_i − m⁻)ᵀ,  K = Cᵀ S⁻¹                                      [m, d], [d, m]
 *     m  = m⁻ + K (y − ȳ),   P = λ² (P⁻ − K S Kᵀ),   ℓ = log N(y; ȳ, S)                     analysis
 *
 * New points are made before the analysis so that they include Q. For a linear model and operator it is the
 * Kalman filter. λ is that of the extended Kalman filter.
 *
 * Two forms give the same numbers up to rounding. "covariance" keeps P, and factors it for the points; the
 * state is the mean [..., d] and the covariance [..., d, d]. "square-root" keeps a lower factor [..., d, d]
 * and never forms P, so P stays positive where it is nearly or exactly singular, in f32 above all. It costs
 * more: its triangularisation takes a few instructions for each of m + d columns.
 *
 * @throws UsageError unless α > 0 and d + κ > 0.
 * @throws NumericError when P is not positive definite (covariance form).
 * @see julier1997 and julier2004; wan2000 for α, β and κ; vandermerwe2001 for the square-root form
 */
export function unscentedKalman(params: OfForm<"square-root">): Filter<FactorState>;
export function unscentedKalman(
  params?: UnscentedKalmanParams & { readonly form?: "covariance" },
): Filter<KalmanState>;
export function unscentedKalman(
  params: UnscentedKalmanParams = {},
): Filter<KalmanState> | Filter<FactorState> {
  checkOptions("unscentedKalman", params, known);
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

/** Returns the covariance of the moments, [..., n, n]. */
const gram = ({ rows, centre }: SigmaMoments, { centre: w }: SigmaWeights): Tensor =>
  add(
    matmul(rows, rows, { transposeA: true }),
    mul(w, matmul(centre, centre, { transposeA: true })),
  );

/** Analyses N(m⁻, P⁻) in the covariance form. */
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
  title: "Kalman filter with sigma points, without tangents; any model of few variables",
  parameters: {
    alpha: setting({
      bounds: { above: 0 },
      default: 1,
      symbol: "α",
      about: "distance of the sigma points from the mean, in units of √(d + κ) standard deviations",
    }),
    beta: setting({
      bounds: { min: 0 },
      default: 2,
      symbol: "β",
      about: "changes the weight of the mean in covariances; 2 suits a Gaussian",
    }),
    kappa: setting({
      bounds: {},
      default: 0,
      symbol: "κ",
      about: "second parameter of the distance of the sigma points; above −d for d variables",
    }),
    form: choice(["covariance", "square-root"], {
      default: "covariance",
      about:
        "whether the filter keeps the covariance, or a square root of it that stays positive definite",
    }),
    inflation: covarianceFactorKey,
  },
  stateSize: covarianceSize,
  checkDimension: ({ kappa }, d, tell) => {
    if (d + (kappa as number) > 0) return;
    tell(["kappa"], `got ${kappa}; need a number above −${d} for ${counted(d, "variable")}`);
  },
  needs: () => ({}),
  takesExact: ({ form }) => form === "square-root",
  build: ({ form, inflation, ...points }): Method<unknown> => {
    const settings = { ...points, ...(inflation !== undefined && { inflation }) };
    return form === "square-root"
      ? unscentedKalman({ ...settings, form })
      : unscentedKalman({ ...settings, form });
  },
  phrase: () => "an unscented Kalman filter",
  remedy: extendedKalmanRecord.remedy,
});
