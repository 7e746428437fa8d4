import { matvec, sub } from "../engine/index.js";
import { checkObservation, type Observation } from "../observe/index.js";
import { checkOptions, count, mostRepeated, namesOf } from "../parts/index.js";
import {
  covarianceFactorKey,
  type ExtendedKalmanParams,
  extendedForecast,
  extendedKalmanRecord,
  inflatedAnalysis,
} from "./extended-kalman.js";
import type { Analysis, Filter } from "./filter.js";
import { type KalmanState, stateOfPrior } from "./gaussian-state.js";
import { factorMoments, tangentAnalysis } from "./kalman.js";
import { defineMethod, tangentSize } from "./record.js";
import { viewAt } from "./tangent.js";
import { checkIterations } from "./threedvar.js";

/** Parameters of the iterated extended Kalman filter. */
export interface IteratedExtendedKalmanParams extends ExtendedKalmanParams {
  /** n: the number of tangents of h in each analysis, at least 1. @defaultValue 5 */
  readonly iterations?: number;
}

const known = namesOf<IteratedExtendedKalmanParams>({ inflation: true, iterations: true });

/**
 * The iterated extended Kalman filter: an extended Kalman filter whose analysis takes the tangent of h again
 * at each better estimate, by the Gauss–Newton method. For any differentiable model and operator.
 *
 *     x⁰ = m⁻;   xⁱ⁺¹ = m⁻ + Kᵢ (y − h(xⁱ) − Hᵢ (m⁻ − xⁱ)),   Hᵢ = h′(xⁱ)
 *     Kᵢ = P⁻ Hᵢᵀ (Hᵢ P⁻ Hᵢᵀ + R)⁻¹
 *     m  = xⁿ                       P = λ² (P⁻ − K S Kᵀ),  the last K and S
 *     ℓ  = log N(y; h(m⁻), S),      S = H₀ P⁻ H₀ᵀ + R: that of the extended Kalman filter
 *
 * Where the iterations converge, m is a minimum of ½ ‖x − m⁻‖² in the norm of P⁻¹ plus ½ ‖y − h(x)‖² in
 * that of R⁻¹: the most probable state (MAP). With one iteration, or a linear h, it is the extended Kalman
 * filter. Steps are not damped: far from y they may diverge. The state is that of `kalman`.
 *
 * @throws UsageError unless `iterations` is a whole number, at least 1.
 * @see bell1993
 */
export function iteratedExtendedKalman(
  params: IteratedExtendedKalmanParams = {},
): Filter<KalmanState> {
  checkOptions("iteratedExtendedKalman", params, known);
  const { iterations = 5, inflation } = params;
  checkIterations("iterated-extended-kalman", iterations);
  return {
    name: "iterated-extended-kalman",
    init: stateOfPrior,
    forecast: extendedForecast,
    analyse: (state, observation) =>
      inflatedAnalysis(iteratedAnalysis(state, observation, iterations), inflation),
    moments: factorMoments,
  };
}

/**
 * Analyses the forecast N(m⁻, P⁻) with a number of tangents of h, by the formulas of
 * `iteratedExtendedKalman`.
 */
export function iteratedAnalysis(
  forecast: KalmanState,
  observation: Observation,
  iterations: number,
): Analysis<KalmanState> {
  checkObservation("iterated-extended-kalman", observation);
  const { operator } = observation;
  const first = tangentAnalysis(forecast, observation, viewAt(operator, forecast.mean));
  const needed = operator.linear ? 1 : iterations;
  let { state } = first;
  for (let i = 1; i < needed; i++) {
    const view = viewAt(operator, state.mean);
    const offset = matvec(view.H, sub(state.mean, forecast.mean)); // H (x − m⁻), [..., m]
    ({ state } = tangentAnalysis(forecast, observation, { ...view, offset }));
  }
  return { ...first, state };
}

export const iteratedExtendedKalmanRecord = defineMethod({
  kind: "iterated-extended-kalman",
  title: "extended Kalman filter whose analysis is iterated; observations that are far from linear",
  parameters: {
    iterations: count(
      1,
      {
        default: 5,
        about: "Gauss–Newton steps of each analysis; with 1 it is the extended Kalman filter",
      },
      mostRepeated,
    ),
    inflation: covarianceFactorKey,
  },
  stateSize: tangentSize,
  needs: () => ({}),
  takesExact: () => true,
  build: ({ iterations, inflation }) =>
    iteratedExtendedKalman({ iterations, ...(inflation !== undefined && { inflation }) }),
  phrase: () => "an iterated extended Kalman filter",
  remedy: extendedKalmanRecord.remedy,
});
