import { add, expandDims, eye, mean, mul, sub, type Tensor } from "../engine/index.js";
import { differenceOf, type Observation } from "../observe/index.js";
import { checkOptions, namesOf } from "../parts/index.js";
import { floatType } from "../prob/index.js";
import { correctMembers, type EnkfInflation, ensembleView } from "./enkf.js";
import { ensembleFilter } from "./ensemble-filter.js";
import { membersText, taperedOf, taperNeeds } from "./ensemble-settings.js";
import {
  ensembleSpace,
  ensembleSpaceEvidence,
  grown,
  recombine,
  scaledEnsemble,
} from "./ensemble-space.js";
import type { EtkfParams } from "./etkf.js";
import type { Analysis, Filter } from "./filter.js";
import { inflated, inflationNames } from "./inflation.js";
import { taperedKeys } from "./method-keys.js";
import { defineMethod, ensembleSpaceSize, taperedSize } from "./record.js";
import { taperRemedy } from "./remedies.js";

/** Parameters of the DEnKF. */
export interface DenkfParams extends EtkfParams, EnkfInflation {}

const known = namesOf<DenkfParams>({
  members: true,
  covarianceInflation: true,
  taper: true,
  ...inflationNames,
});

/**
 * The deterministic EnKF: the mean is corrected with the gain, the anomalies with half of it.
 *
 *     x̄⁺ = x̄ + K (y − ȳ),    A⁺ = A − ½ Y Kᵀ,    K = C Hᵀ S⁻¹,   C = (1 + φ) ρ ∘ Ĉ    [d], [N, d]
 *     P⁺ = (I − K H) C + ¼ K H C Hᵀ Kᵀ        without a taper                        [d, d]
 *
 * For a small gain P⁺ is the covariance of the Kalman filter to first order, and it is never smaller, so
 * that less inflation is needed. The formulas also hold where a taper ρ damps the gain, which is not true
 * of the ETKF. Without a taper A⁺ = ½ (I + (I + ZZᵀ)⁻¹) A, computed in the smaller of the spaces of members
 * and observations. A and Y are inflated by √(1 + φ). State: the ensemble [..., N, d].
 *
 * @throws UsageError unless `members` is a whole number, at least 2; ShapeError when the taper does not fit
 * the observations.
 * @see sakov2008a
 */
export function denkf(params: DenkfParams): Filter<Tensor> {
  checkOptions("denkf", params, known);
  return ensembleFilter("denkf", params.members, (E, observation, key) =>
    inflated(denkfAnalysis(E, observation, params), E, params, key),
  );
}

/** Analyses a forecast ensemble E [..., N, d] by the formulas of `denkf`. */
export const denkfAnalysis = (
  E: Tensor,
  observation: Observation,
  inflation: EnkfInflation = {},
): Analysis<Tensor> =>
  inflation.taper ? damped(E, observation, inflation) : inSpace(E, observation, inflation);

function inSpace(
  E: Tensor,
  observation: Observation,
  { covarianceInflation: phi }: EnkfInflation,
): Analysis<Tensor> {
  const { mean: xbar, anomalies, seen, departure } = scaledEnsemble("denkf", E, observation, phi);
  const space = ensembleSpace(seen, departure);
  const T = mul(0.5, add(space.inverse(), eye(E.shape.at(-2)!, floatType(E))));
  return {
    state: recombine(xbar, anomalies, space.weights(), T),
    ...ensembleSpaceEvidence(space, observation),
  };
}

function damped(E: Tensor, observation: Observation, inflation: EnkfInflation): Analysis<Tensor> {
  const { covarianceInflation: phi = 0 } = inflation;
  const view = ensembleView("denkf", E, observation, inflation);
  const xbar = expandDims(mean(E, -2), -2); // [..., 1, d]
  const ybar = expandDims(view.ybar, -2); // [..., 1, m]
  const departures = sub(
    differenceOf(observation.operator, expandDims(observation.y, -2), ybar),
    mul(0.5, grown(sub(view.hE, ybar), phi)),
  );
  return correctMembers(add(xbar, grown(sub(E, xbar), phi)), departures, observation, view);
}

export const denkfRecord = defineMethod({
  kind: "denkf",
  title: "deterministic EnKF: anomalies are corrected with half of the gain; any model",
  parameters: taperedKeys,
  stateSize: (block, sizes) => taperedSize(block, sizes) + ensembleSpaceSize(block, sizes),
  needs: taperNeeds,
  build: (settings, context) => denkf(taperedOf(settings, context)),
  phrase: (block) => `a deterministic ensemble Kalman filter of ${membersText(block)}`,
  remedy: taperRemedy(),
});
