import { expandDims, mul, sqrt, type Tensor } from "../engine/index.js";
import type { Observation } from "../observe/index.js";
import { checkOptions, choice, namesOf, positiveNumber } from "../parts/index.js";
import type { Scalar } from "../prob/index.js";
import { ensembleFilter } from "./ensemble-filter.js";
import { ensembleOf, membersText } from "./ensemble-settings.js";
import {
  ensembleSpace,
  ensembleSpaceEvidence,
  recombine,
  scaledEnsemble,
} from "./ensemble-space.js";
import type { EtkfParams } from "./etkf.js";
import type { Analysis, Filter } from "./filter.js";
import { type FiniteSize, finiteSizeFactor, hyperprior } from "./finite-size.js";
import { inflated, inflationNames } from "./inflation.js";
import { ensembleKeys } from "./method-keys.js";
import { defineMethod, ensembleSpaceSize } from "./record.js";
import { membersRemedy } from "./remedies.js";

/** Parameters of the EnKF-N. */
export interface EnkfNParams extends EtkfParams, FiniteSize {}

const known = namesOf<EnkfNParams>({
  members: true,
  covarianceInflation: true,
  xN: true,
  nullity: true,
  form: true,
  ...inflationNames,
});

/**
 * The finite-size EnKF (EnKF-N): an ETKF that finds its inflation from each observation.
 *
 *     s  = argmin D(s)                        factor on the forecast covariance     []
 *     A ← √s A,  Z ← √s Z                     then the analysis of the ETKF         [N, d], [N, m]
 *
 * with D of `finiteSizeFactor`. Inflation no longer has to be tuned for the sampling errors of N members,
 * only for the errors of the model; both may be given. ℓ and w are those of the forecast, before s changes
 * its covariance. State: the ensemble [..., N, d].
 *
 * @throws UsageError unless `members` is a whole number, at least 2.
 * @see bocquet2011; bocquet2015
 */
export function enkfN(params: EnkfNParams): Filter<Tensor> {
  checkOptions("enkfN", params, known);
  return ensembleFilter("enkf-n", params.members, (E, observation, key) =>
    inflated(enkfNAnalysis(E, observation, params), E, params, key),
  );
}

/** Analyses a forecast ensemble E [..., N, d] by the formulas of `enkfN`. */
export function enkfNAnalysis(
  E: Tensor,
  observation: Observation,
  params: FiniteSize & { readonly covarianceInflation?: Scalar } = {},
): Analysis<Tensor> {
  const { mean, anomalies, seen, departure } = scaledEnsemble(
    "enkf-n",
    E,
    observation,
    params.covarianceInflation,
  );
  const forecast = ensembleSpace(seen, departure);
  const prior = hyperprior(forecast.inverse(), params);
  const factor = expandDims(
    expandDims(sqrt(finiteSizeFactor(seen, departure, prior, params.form)), -1),
    -1,
  ); // √s, [..., 1, 1]
  const space = ensembleSpace(mul(factor, seen), departure);
  return {
    state: recombine(mean, mul(factor, anomalies), space.weights(), space.inverseRoot()),
    ...ensembleSpaceEvidence(forecast, observation),
  };
}

export const enkfNRecord = defineMethod({
  kind: "enkf-n",
  title: "finite-size EnKF (EnKF-N): finds its inflation from each observation; any model",
  parameters: {
    ...ensembleKeys,
    xN: positiveNumber({
      default: 1,
      symbol: "x_N",
      about:
        "how much the sample covariance of the forecast is trusted: 1 assumes nothing about the true covariance, 2 trusts the sample more",
    }),
    form: choice(["dual", "primal"], {
      default: "dual",
      about:
        "form of the minimisation: dual, over the factor on the covariance, or primal, over the weights of the members",
    }),
  },
  stateSize: ensembleSpaceSize,
  needs: () => ({}),
  build: (settings) => {
    const { xN, form } = settings;
    return enkfN({ ...ensembleOf(settings), xN, form });
  },
  phrase: (block) => `a finite-size ensemble Kalman filter of ${membersText(block)}`,
  remedy: membersRemedy,
});
