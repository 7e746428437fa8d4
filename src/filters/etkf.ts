import type { Tensor } from "../engine/index.js";
import type { Observation } from "../observe/index.js";
import { checkOptions, namesOf } from "../parts/index.js";
import type { Scalar } from "../prob/index.js";
import { ensembleFilter } from "./ensemble-filter.js";
import { ensembleOf, membersText } from "./ensemble-settings.js";
import {
  ensembleSpace,
  ensembleSpaceEvidence,
  recombine,
  scaledEnsemble,
} from "./ensemble-space.js";
import type { Analysis, Filter } from "./filter.js";
import { type Inflation, inflated, inflationNames } from "./inflation.js";
import { ensembleKeys } from "./method-keys.js";
import { proposeEnsemble, squareRootSettings } from "./proposals.js";
import { defineMethod, ensembleSpaceSize } from "./record.js";
import { membersRemedy } from "./remedies.js";

/** Parameters of deterministic ensemble filters. */
export interface EtkfParams extends Inflation {
  /** Number of members N, at least 2. */
  readonly members: number;
  /** φ ≥ 0: the forecast covariance is multiplied by 1 + φ. @defaultValue 0 */
  readonly covarianceInflation?: Scalar;
}

const known = namesOf<EtkfParams>({ members: true, covarianceInflation: true, ...inflationNames });

/**
 * The ensemble transform Kalman filter (ETKF): a deterministic analysis by the symmetric square root.
 *
 *     x̄⁺ = x̄ + w̄ᵀA/√(N − 1),    w̄ = (I + ZZᵀ)⁻¹ Zδ                                  [d]
 *     A⁺ = T A,    T = (I + ZZᵀ)^(−½)                                               [N, d]
 *     ℓ  = log N(y; ȳ, S),    S = (1 + φ) Ĉ_yy + R                                  []
 *
 * with A, Z and δ of `scaledEnsemble`. Mean and covariance are those of the Kalman filter for the moments of
 * the members, their covariance multiplied by 1 + φ; unlike in the EnKF the members themselves are inflated
 * with it. Of all square roots the symmetric one changes the members least. Inflation, relaxation and
 * rotation follow after the analysis. State: the ensemble [..., N, d].
 *
 * @throws UsageError unless `members` is a whole number, at least 2.
 * @see bishop2001; hunt2007; sakov2008b for the symmetric root and rotations
 */
export function etkf(params: EtkfParams): Filter<Tensor> {
  checkOptions("etkf", params, known);
  return ensembleFilter("etkf", params.members, (E, observation, key) =>
    inflated(etkfAnalysis(E, observation, params.covarianceInflation), E, params, key),
  );
}

/** Analyses a forecast ensemble E [..., N, d] by the formulas of `etkf`; φ is one number or []. */
export function etkfAnalysis(
  E: Tensor,
  observation: Observation,
  covarianceInflation?: Scalar,
): Analysis<Tensor> {
  const { mean, anomalies, seen, departure } = scaledEnsemble(
    "etkf",
    E,
    observation,
    covarianceInflation,
  );
  const space = ensembleSpace(seen, departure);
  return {
    state: recombine(mean, anomalies, space.weights(), space.inverseRoot()),
    ...ensembleSpaceEvidence(space, observation),
  };
}

export const etkfRecord = defineMethod({
  kind: "etkf",
  title:
    "ensemble transform Kalman filter (ETKF): deterministic, by the symmetric square root; any model",
  parameters: ensembleKeys,
  stateSize: ensembleSpaceSize,
  needs: () => ({}),
  build: (settings) => etkf(ensembleOf(settings)),
  phrase: (block) => `an ensemble transform Kalman filter of ${membersText(block)}`,
  remedy: membersRemedy,
  advice: {
    family: "ensemble",
    squareRoot: true,
    againstSampling: "letkf",
    order: 6,
    whenLearning: false,
    propose: (facts) => ({ members: proposeEnsemble(facts).members, ...squareRootSettings }),
  },
});
