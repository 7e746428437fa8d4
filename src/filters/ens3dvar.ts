import { add, mul, ShapeError, sub, type Tensor, UsageError } from "../engine/index.js";
import {
  covarianceAtObserved,
  type Observation,
  type ObservedCovariance,
  type Operator,
  observedCovariance,
} from "../observe/index.js";
import { checkOptions, namesOf } from "../parts/index.js";
import { type Covariance, covarianceDimension, type Scalar } from "../prob/index.js";
import { foldIn } from "../random/index.js";
import {
  asksForClimate,
  backgroundSize,
  checkBackground,
  checkBackgroundSize,
  covarianceOf,
} from "./background.js";
import {
  type EnkfInflation,
  type EnkfParams,
  ensembleAnalysis,
  ensembleView,
  perturbations,
} from "./enkf.js";
import { ensembleFilter } from "./ensemble-filter.js";
import { membersText, perturbationsOf, taperedOf, taperNeeds } from "./ensemble-settings.js";
import type { Analysis, Filter } from "./filter.js";
import { inflated, inflationNames } from "./inflation.js";
import { backgroundKey, mixingKey, perturbedKeys } from "./method-keys.js";
import { proposeBackground, proposeEnsemble, startingAt } from "./proposals.js";
import { defineMethod } from "./record.js";
import { taperRemedy } from "./remedies.js";

/** A forecast covariance that mixes a static covariance with that of the members. */
export interface HybridCovariance extends EnkfInflation {
  /** The static covariance C. */
  readonly covariance: Covariance;
  /** φ₁: weight of the members' covariance, from 0 to 1. */
  readonly mixing: Scalar;
}

/** Parameters of ensemble 3DVar. */
export interface Ens3dvarParams extends EnkfParams, HybridCovariance {
  /** H, if it is the same at every time: H C is then computed once. */
  readonly operator?: Operator;
}

const known = namesOf<Ens3dvarParams>({
  members: true,
  covarianceInflation: true,
  taper: true,
  centredPerturbations: true,
  covariance: true,
  mixing: true,
  operator: true,
  ...inflationNames,
});

/**
 * Ensemble 3DVar: an EnKF whose forecast covariance mixes that of the members with a static one (hybrid
 * covariance).
 *
 *     C_t = (1 − φ₁) C + φ₁ (1 + φ) ρ ∘ Ĉ_t            0 ≤ φ₁ ≤ 1
 *     ℓ   = log N(y; ȳ, H C_t Hᵀ + R)
 *
 * The analysis is that of the EnKF with perturbed observations. With φ₁ = 1 it is the EnKF; with φ₁ = 0
 * each member is corrected with the gain of 3DVar-C. Where members are few and no taper damps their
 * covariances at large distances, learning makes φ₁ smaller. State: the ensemble [..., N, d].
 *
 * @throws UsageError when φ₁ is not between 0 and 1, or `members` is not a whole number of at least 2;
 * ShapeError when the covariance does not fit the members.
 * @see hamill2000; adrian2026, eq. 9 and table 1
 */
export function ens3dvar(params: Ens3dvarParams): Filter<Tensor> {
  checkOptions("ens3dvar", params, known);
  const { members, covariance, mixing, operator: fixed } = params;
  if (typeof mixing === "number" && !(mixing >= 0 && mixing <= 1)) {
    throw new UsageError(`ens3dvar: mixing is ${mixing}; need a number from 0 to 1.`);
  }
  const once = fixed && observedCovariance("ens3dvar", covariance, fixed);
  return ensembleFilter("ens3dvar", members, (E, observation, key) => {
    const epsilon = perturbations(E, observation, key, params);
    const known = observation.operator === fixed ? once : undefined;
    const analysis = ens3dvarAnalysis(E, observation, params, epsilon, known);
    return inflated(analysis, E, params, foldIn(key, 0));
  });
}

/**
 * Analyses a forecast ensemble E [..., N, d] with the perturbations ε of y, [..., N, m], by the formulas of
 * `ens3dvar`. H C of the static covariance may be given where it is known.
 */
export function ens3dvarAnalysis(
  E: Tensor,
  observation: Observation,
  hybrid: HybridCovariance,
  epsilon: Tensor,
  known?: ObservedCovariance,
): Analysis<Tensor> {
  const { covariance, mixing: weight } = hybrid;
  checkDimension(covariance, E.shape.at(-1));
  const all = known ?? observedCovariance("ens3dvar", covariance, observation.operator);
  const still = covarianceAtObserved(all, observation);
  const view = ensembleView("ens3dvar", E, observation, hybrid);
  const rest = typeof weight === "number" ? 1 - weight : sub(1, weight);
  const mix = (a: Tensor, b: Tensor) => add(mul(rest, a), mul(weight, b));
  const mixed = { HC: mix(still.HC, view.HC), HCH: mix(still.HCH, view.HCH) };
  return ensembleAnalysis(E, observation, { ...view, ...mixed }, epsilon);
}

function checkDimension(covariance: Covariance, d: number | undefined): void {
  const given = covarianceDimension(covariance);
  if (given === null || given === d) return;
  throw new ShapeError(
    `ens3dvar: the covariance has ${given} components, the members have ${d}; need the same number.`,
  );
}

export const ens3dvarRecord = defineMethod({
  kind: "ens3dvar",
  title: "ensemble 3DVar: EnKF whose covariance is mixed with a static one; any model",
  parameters: { ...perturbedKeys, background: backgroundKey, mixing: mixingKey },
  check: checkBackground,
  checkDimension: checkBackgroundSize,
  stateSize: backgroundSize,
  needs: (block) => ({
    ...taperNeeds(block),
    linearObservations: "take enkf",
    ...(asksForClimate(block) && { climate: ["background"] }),
  }),
  build: (settings, context) => {
    const { operator } = context;
    return ens3dvar({
      ...taperedOf(settings, context),
      ...perturbationsOf(settings),
      covariance: covarianceOf(settings.background, context),
      mixing: settings.mixing,
      ...(operator && { operator }),
    });
  },
  phrase: (block) => `a hybrid of 3DVar and an ensemble Kalman filter of ${membersText(block)}`,
  remedy: taperRemedy(" a larger background covariance,"),
  advice: {
    family: "ensemble",
    staticPart: true,
    order: 3,
    whenLearning: true,
    propose: (facts) => ({
      ...proposeEnsemble(facts),
      background: proposeBackground(facts),
      mixing: startingAt(0.5, facts),
    }),
  },
});
