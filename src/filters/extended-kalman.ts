/**
 * The extended Kalman filter: the Kalman filter of the model's tangent at the mean.
 *
 *     m⁻ = F(m)                        P⁻ = F′ P F′ᵀ + Q,   F′ = ∂F/∂x at m        forecast
 *     S  = H P⁻ Hᵀ + R                 H  = h′(m⁻)
 *     m  = m⁻ + K (y − h(m⁻))          P  = λ² (J P⁻ Jᵀ + K R Kᵀ),  J = I − K H
 *     ℓ  = log N(y; h(m⁻), S)
 *
 * Tangents come from the engine: all columns of F′ in one run of the model on d rows. Of a linear
 * model it is the Kalman filter. λ makes up for what the tangent leaves out: a factor λ² on P per
 * observation acts as the factor λ² on the forecast covariance of the next; a factor a per unit of
 * time, as some state it, is λ = a^(Δ/2) for observations Δ apart.
 *
 * @see jazwinski1970, section 8.3
 */
import { diagonal, mul, square } from "../engine/index.js";
import type { Transition } from "../models/index.js";
import { checkObservation, type Observation } from "../observe/index.js";
import { positiveNumber } from "../parts/index.js";
import { covarianceMatrix, type Scalar } from "../prob/index.js";
import type { Analysis, Filter } from "./filter.js";
import { crossed, type KalmanState, momentsAnalysis } from "./kalman.js";
import { squareRootSettings } from "./proposals.js";
import { defineMethod } from "./record.js";
import { noiseRemedy } from "./remedies.js";
import { jacobianAt, viewAt } from "./tangent.js";

export interface ExtendedKalmanParams {
  /** λ on the deviations after the analysis: P is multiplied by λ². @defaultValue 1 */
  readonly inflation?: Scalar;
}

export function extendedKalman({ inflation }: ExtendedKalmanParams = {}): Filter<KalmanState> {
  return {
    name: "extended-kalman",
    init: (prior) => ({ mean: prior.mean, covariance: covarianceMatrix(prior) }),
    forecast: extendedForecast,
    analyse: (state, observation) =>
      inflatedAnalysis(extendedAnalysis("extended-kalman", state, observation), inflation),
    moments: ({ mean, covariance }) => ({ mean, variance: diagonal(covariance) }),
  };
}

/** The analysis with λ² P in place of P; as it is without a λ. */
export function inflatedAnalysis(
  analysis: Analysis<KalmanState>,
  lambda: Scalar | undefined,
): Analysis<KalmanState> {
  if (lambda === undefined) return analysis;
  const { mean, covariance: P } = analysis.state;
  const factor = typeof lambda === "number" ? lambda ** 2 : square(lambda);
  return { ...analysis, state: { mean, covariance: mul(P, factor) } };
}

export function extendedForecast(
  { mean: m, covariance: P }: KalmanState,
  { map, matrix, noise }: Transition,
): KalmanState {
  if (matrix !== undefined) return { mean: map(m), covariance: crossed(P, matrix, noise) };
  const { value, jacobian } = jacobianAt(map, m, m.shape.at(-1)!);
  return { mean: value, covariance: crossed(P, jacobian, noise) };
}

/** The analysis with the tangent of h at the forecast; `who` asks. */
export function extendedAnalysis(
  who: string,
  state: KalmanState,
  observation: Observation,
): Analysis<KalmanState> {
  checkObservation(who, observation);
  return momentsAnalysis(state, observation, viewAt(observation.operator, state.mean));
}

/** λ of filters that carry a covariance. */
export const covarianceFactorKey = positiveNumber({
  symbol: "λ",
  optional: true,
  about: "λ: the covariance is multiplied by λ² after the analysis",
});

export const extendedKalmanRecord = defineMethod({
  kind: "extended-kalman",
  title: "the Kalman filter of the model's tangent; any model of few variables",
  parameters: { inflation: covarianceFactorKey },
  needs: () => ({}),
  build: ({ inflation }) => extendedKalman(inflation === undefined ? {} : { inflation }),
  phrase: () => "an extended Kalman filter",
  remedy: `More inflation, ${noiseRemedy[0]!.toLowerCase()}${noiseRemedy.slice(1)}`,
  advice: {
    family: "tangent",
    order: 8,
    whenLearning: false,
    propose: () => ({ inflation: squareRootSettings.inflation }),
  },
});
