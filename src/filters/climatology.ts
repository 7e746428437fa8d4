/**
 * Two baselines that no forecast enters; N(x̄, C) is the distribution of the model's states over a
 * long run.
 *
 *     climatology             m = x̄,  P = C,  whatever is observed
 *     optimal interpolation   m = x̄ + K (y − h(x̄)),  K = C Hᵀ S⁻¹,  S = H C Hᵀ + R
 *     ℓ = log N(y; h(x̄), S)   of both
 *
 * A method that scores worse than the first has lost the record; one that scores worse than the
 * second gains nothing from the observations before. Nonlinear h enters by its tangent at x̄.
 *
 * @see gandin1965
 */
import { broadcastTo, diagonal, tensor } from "../engine/index.js";
import { covarianceMatrix, type Gaussian } from "../prob/index.js";
import { extendedAnalysis } from "./extended-kalman.js";
import type { Filter } from "./filter.js";
import type { KalmanState } from "./kalman.js";
import { defineMethod, type MethodContext } from "./record.js";
import { noiseRemedy } from "./remedies.js";

export interface ClimatologyParams {
  /** N(x̄, C): x̄ [d]. */
  readonly climatology: Gaussian;
}

/** Always N(x̄, C). */
export const climatology = ({ climatology }: ClimatologyParams): Filter<KalmanState> => ({
  ...optimalInterpolation({ climatology }),
  name: "climatology",
  analyse: (state, observation) => ({
    ...extendedAnalysis("climatology", state, observation),
    state,
  }),
});

/** Each observation is analysed with the prior N(x̄, C). */
export function optimalInterpolation({ climatology }: ClimatologyParams): Filter<KalmanState> {
  const covariance = covarianceMatrix(climatology);
  const still = ({ mean }: Pick<KalmanState, "mean">): KalmanState => ({
    mean: broadcastTo(climatology.mean, mean.shape),
    covariance: broadcastTo(covariance, [...mean.shape, mean.shape.at(-1)!]),
  });
  return {
    name: "optimal-interpolation",
    init: still,
    forecast: still,
    analyse: (state, observation) => extendedAnalysis("optimal-interpolation", state, observation),
    moments: ({ mean, covariance: P }) => ({ mean, variance: diagonal(P) }),
  };
}

/** What a long run of the model says, as a Gaussian. */
function gaussianOf({ climate, dtype }: MethodContext): Gaussian {
  const { mean, covariance } = climate!;
  return {
    mean: tensor(mean, { dtype }),
    covariance: { kind: "matrix", matrix: tensor(covariance, { dtype }) },
  };
}

export const climatologyRecord = defineMethod({
  kind: "climatology",
  title: "mean and covariance of a long run of the model, whatever is observed: a yardstick",
  parameters: {},
  needs: () => ({ climate: ["kind"] }),
  build: (_, context) => climatology({ climatology: gaussianOf(context) }),
  phrase: () => "the climatology, whatever is observed",
  remedy: noiseRemedy,
});

export const optimalInterpolationRecord = defineMethod({
  kind: "optimal-interpolation",
  title: "each observation with the climatology before it, and nothing carried on: a yardstick",
  parameters: {},
  needs: () => ({ climate: ["kind"], linearObservations: "take enkf" }),
  build: (_, context) => optimalInterpolation({ climatology: gaussianOf(context) }),
  phrase: () => "optimal interpolation of the climatology",
  remedy: noiseRemedy,
});
