/** Two baselines that use no forecast: the climatology, and optimal interpolation. */
import { broadcastTo, tensor } from "../engine/index.js";
import { checkOptions, namesOf } from "../parts/index.js";
import type { Gaussian } from "../prob/index.js";
import { extendedAnalysis } from "./extended-kalman.js";
import type { Filter } from "./filter.js";
import { type KalmanState, stateOfPrior } from "./gaussian-state.js";
import { factorMoments } from "./kalman.js";
import { covarianceSize, defineMethod, type MethodContext } from "./record.js";
import { noiseRemedy } from "./remedies.js";

/** Parameters of both baselines. */
export interface ClimatologyParams {
  /** N(x̄, C): mean x̄ [d] and covariance C [d, d] of the states of a long run of the model. */
  readonly climatology: Gaussian;
}

const known = namesOf<ClimatologyParams>({ climatology: true });

/**
 * The climatology as a filter: its estimate is N(x̄, C) at every time, whatever is observed.
 *
 *     m = x̄,   P = C,   ℓ = log N(y; h(x̄), H C Hᵀ + R)
 *
 * A filter whose error is larger than that of the climatology has lost the truth. State: the mean [..., d]
 * and the covariance [..., d, d]. Where h is nonlinear, H is its tangent at x̄.
 *
 * @see gandin1965
 */
export function climatology(params: ClimatologyParams): Filter<KalmanState> {
  checkOptions("climatology", params, known);
  return {
    ...optimalInterpolation(params),
    name: "climatology",
    analyse: (state, observation) => ({
      ...extendedAnalysis("climatology", state, observation),
      state,
    }),
  };
}

/**
 * Optimal interpolation: each observation is analysed with the prior N(x̄, C), and no estimate is carried to
 * the next one.
 *
 *     S = H C Hᵀ + R,   K = C Hᵀ S⁻¹
 *     m = x̄ + K (y − h(x̄)),   P = (I − K H) C,   ℓ = log N(y; h(x̄), S)
 *
 * A filter whose error is larger gains nothing from earlier observations. State: the mean [..., d] and the
 * covariance [..., d, d]. Where h is nonlinear, H is its tangent at x̄.
 *
 * @see gandin1965
 */
export function optimalInterpolation(params: ClimatologyParams): Filter<KalmanState> {
  checkOptions("optimalInterpolation", params, known);
  const prior = stateOfPrior(params.climatology);
  const still = ({ mean }: Pick<KalmanState, "mean">): KalmanState => {
    const matrix = [...mean.shape, mean.shape.at(-1)!];
    return {
      mean: broadcastTo(prior.mean, mean.shape),
      covariance: broadcastTo(prior.covariance, matrix),
      factor: broadcastTo(prior.factor, matrix),
    };
  };
  return {
    name: "optimal-interpolation",
    init: still,
    forecast: still,
    analyse: (state, observation) => extendedAnalysis("optimal-interpolation", state, observation),
    moments: factorMoments,
  };
}

/** Returns the mean and the covariance of a long run of the model as a Gaussian. */
function gaussianOf({ climate, dtype }: MethodContext): Gaussian {
  const { mean, covariance } = climate!;
  return {
    mean: tensor(mean, { dtype }),
    covariance: { kind: "matrix", matrix: tensor(covariance, { dtype }) },
  };
}

export const climatologyRecord = defineMethod({
  kind: "climatology",
  title: "mean and covariance of a long run of the model at every time; a baseline",
  parameters: {},
  stateSize: covarianceSize,
  needs: () => ({ climate: ["kind"] }),
  takesExact: () => true,
  build: (_, context) => climatology({ climatology: gaussianOf(context) }),
  phrase: () => "the climatology, whatever is observed",
  remedy: noiseRemedy,
});

export const optimalInterpolationRecord = defineMethod({
  kind: "optimal-interpolation",
  title: "each observation analysed with the climatology as its prior; a baseline",
  parameters: {},
  stateSize: covarianceSize,
  needs: () => ({ climate: ["kind"], linearObservations: "take enkf" }),
  takesExact: () => true,
  build: (_, context) => optimalInterpolation({ climatology: gaussianOf(context) }),
  phrase: () => "optimal interpolation of the climatology",
  remedy: noiseRemedy,
});
