import { mul, square } from "../engine/index.js";
import type { Transition } from "../models/index.js";
import { checkObservation, type Observation } from "../observe/index.js";
import { checkOptions, namesOf, positiveNumber } from "../parts/index.js";
import type { Scalar } from "../prob/index.js";
import type { Analysis, Filter } from "./filter.js";
import { factorOf, type KalmanState, stateOfPrior, stateOfRows } from "./gaussian-state.js";
import { factorMoments, forecastRows, tangentAnalysis } from "./kalman.js";
import { squareRootSettings } from "./proposals.js";
import { defineMethod, tangentSize } from "./record.js";
import { noiseRemedy } from "./remedies.js";
import { jacobianAt, viewAt } from "./tangent.js";

/** Parameters of the extended Kalman filter. */
export interface ExtendedKalmanParams {
  /** λ: P is multiplied by λ² after the analysis. @defaultValue 1 */
  readonly inflation?: Scalar;
}

const known = namesOf<ExtendedKalmanParams>({ inflation: true });

/**
 * The extended Kalman filter: the Kalman filter with the tangent of the model and of h at the mean.
 *
 *     m⁻ = F(m)                        P⁻ = F′ P F′ᵀ + Q,   F′ = ∂F/∂x at m        forecast
 *     S  = H P⁻ Hᵀ + R                 H  = h′(m⁻)
 *     m  = m⁻ + K (y − h(m⁻))          P  = λ² (P⁻ − K S Kᵀ)
 *     ℓ  = log N(y; h(m⁻), S)
 *
 * The engine computes all columns of F′ in one run of the model on d rows. For a linear model it is the
 * Kalman filter. λ accounts for what the tangent leaves out: the factor λ² on P after an analysis acts as
 * the factor λ² on the next forecast covariance. A factor a per unit of time is λ = a^(Δ/2) for
 * observations at intervals Δ. P is carried by a factor, as in `kalman`, and so is the state.
 *
 * @throws NumericError when S is singular.
 * @see jazwinski1970, section 8.3
 */
export function extendedKalman(params: ExtendedKalmanParams = {}): Filter<KalmanState> {
  checkOptions("extendedKalman", params, known);
  const { inflation } = params;
  return {
    name: "extended-kalman",
    init: stateOfPrior,
    forecast: extendedForecast,
    analyse: (state, observation) =>
      inflatedAnalysis(extendedAnalysis("extended-kalman", state, observation), inflation),
    moments: factorMoments,
  };
}

/** Multiplies the covariance of an analysis by λ²; without λ the analysis stays as it is. */
export function inflatedAnalysis(
  analysis: Analysis<KalmanState>,
  lambda: Scalar | undefined,
): Analysis<KalmanState> {
  if (lambda === undefined) return analysis;
  const { mean, covariance: P, factor: L } = analysis.state;
  const factor = typeof lambda === "number" ? lambda ** 2 : square(lambda);
  const state = { mean, covariance: mul(P, factor), ...(L && { factor: mul(L, lambda) }) };
  return { ...analysis, state };
}

/** Makes one model step of the moments: F(m) and F′ P F′ᵀ + Q. */
export function extendedForecast(
  state: KalmanState,
  { map, matrix, noise }: Transition,
): KalmanState {
  const { mean: m } = state;
  const { value, jacobian } =
    matrix === undefined
      ? jacobianAt(map, m, m.shape.at(-1)!)
      : { value: map(m), jacobian: matrix };
  return stateOfRows(value, forecastRows(factorOf(state), jacobian, noise));
}

/** Analyses N(m⁻, P⁻) with the tangent of h at m⁻; `who` names the caller in errors. */
export function extendedAnalysis(
  who: string,
  state: KalmanState,
  observation: Observation,
): Analysis<KalmanState> {
  checkObservation(who, observation);
  return tangentAnalysis(state, observation, viewAt(observation.operator, state.mean));
}

/** The key of λ for filters whose state holds a covariance. */
export const covarianceFactorKey = positiveNumber({
  symbol: "λ",
  optional: true,
  about: "λ: the covariance is multiplied by λ² after the analysis; absent means 1",
});

export const extendedKalmanRecord = defineMethod({
  kind: "extended-kalman",
  title: "Kalman filter with the tangent of the model; any model of few variables",
  parameters: { inflation: covarianceFactorKey },
  stateSize: tangentSize,
  needs: () => ({}),
  takesExact: () => true,
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
