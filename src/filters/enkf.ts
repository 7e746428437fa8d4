import {
  add,
  comoments,
  expandDims,
  matmul,
  mean,
  mul,
  type PositiveDefinite,
  positiveDefinite,
  solve,
  solveRows,
  square,
  sub,
  sum,
  type Tensor,
} from "../engine/index.js";
import { addNoise } from "../models/index.js";
import {
  atObserved,
  checkObservation,
  columnsAtObserved,
  innovationOf,
  type Observation,
  type ObservedCovariance,
  observedCount,
  rowsAtObserved,
  unwrapAbout,
  unwrapMembers,
  variances,
} from "../observe/index.js";
import { checkOptions, namesOf } from "../parts/index.js";
import { floatType, fold, logNormal, root, type Scalar, scale, whiten } from "../prob/index.js";
import { foldIn, type Key, normal } from "../random/index.js";
import { ensembleFilter } from "./ensemble-filter.js";
import { membersText, perturbationsOf, taperedOf, taperNeeds } from "./ensemble-settings.js";
import { ensembleSize } from "./ensemble-space.js";
import type { Analysis, Filter } from "./filter.js";
import { type Inflation, inflated, inflationNames } from "./inflation.js";
import { perturbedKeys } from "./method-keys.js";
import { proposeEnsemble } from "./proposals.js";
import { defineMethod, taperedSize } from "./record.js";
import { taperRemedy } from "./remedies.js";
import { type Taper, taperAt } from "./taper.js";

/** Inflation and taper of the forecast covariance. */
export interface EnkfInflation {
  /** φ ≥ 0 of the forecast covariance C = (1 + φ) ρ ∘ Ĉ. @defaultValue 0 */
  readonly covarianceInflation?: Scalar;
  /** ρ between the positions observed and the state; absent: covariances count at any distance. */
  readonly taper?: Taper;
}

/** Parameters of the EnKF. */
export interface EnkfParams extends EnkfInflation, Inflation {
  /** Number of members N, at least 2. */
  readonly members: number;
  /**
   * The perturbations have mean zero over the members, so that the analysed mean is that of the Kalman gain.
   * @defaultValue false
   */
  readonly centredPerturbations?: boolean;
}

const known = namesOf<EnkfParams>({
  members: true,
  covarianceInflation: true,
  taper: true,
  centredPerturbations: true,
  ...inflationNames,
});

/**
 * The ensemble Kalman filter with perturbed observations, its forecast covariance inflated and tapered
 * (modified EnKF).
 *
 * Members are rows. With anomalies A = E − x̄, Y = h(E) − ȳ, c = (1 + φ)/(N − 1) and a taper ρ between the
 * positions observed and the state,
 *
 *     HC = c ρ ∘ YᵀA                   covariance of h(x) and x      [m, d]
 *     S  = c ρ ∘ YᵀY + R               innovation covariance         [m, m]
 *     E⁺ = E + (y + ε − h(E)) S⁻¹ HC   one innovation per member     [N, d]
 *     ℓ  = log N(y; ȳ, S)              evidence of y, eq. 14         []
 *
 * No d×d matrix is formed. The random key fixes ε, so ℓ is as smooth as the model and h in every parameter,
 * R and φ included, over a whole run. State: the ensemble [..., N, d].
 *
 * @throws UsageError unless `members` is a whole number, at least 2; ShapeError when the taper does not fit
 * the observations.
 * @see burgers1998 for the analysis; chen2022 for the gradient; adrian2026, table 1 and eq. 8
 */
export function enkf(params: EnkfParams): Filter<Tensor> {
  checkOptions("enkf", params, known);
  return ensembleFilter("enkf", params.members, (E, observation, key) => {
    const epsilon = perturbations(E, observation, key, params);
    const analysis = enkfAnalysis(E, observation, params, epsilon);
    return inflated(analysis, E, params, foldIn(key, 0));
  });
}

/**
 * Draws the perturbations of an observation, ε ~ N(0, R), one row for each member of E [..., N, d]:
 * [..., N, m]. Centred ones are √(N/(N − 1)) (ε − ε̄).
 */
export function perturbations(
  E: Tensor,
  { operator, variance: R }: Observation,
  key: Key,
  { centredPerturbations: centred = false }: Pick<EnkfParams, "centredPerturbations"> = {},
): Tensor {
  const z = normal(key, [...E.shape.slice(0, -1), operator.size], floatType(E));
  if (!centred) return mul(z, root(R));
  const N = E.shape.at(-2)!;
  return mul(sub(z, expandDims(mean(z, -2), -2)), scale(Math.sqrt(N / (N - 1)), root(R)));
}

/**
 * Analyses a forecast ensemble E [..., N, d] with the perturbations ε of y, [..., N, m], by the formulas of
 * `enkf`. Where components are picked, S − R is a part of HC and needs no product of its own; S is factored
 * and inverted once, for evidence, increments and their derivatives.
 */
export function enkfAnalysis(
  E: Tensor,
  observation: Observation,
  inflation: EnkfInflation,
  epsilon: Tensor,
): Analysis<Tensor> {
  const seen = ensembleView("enkf", E, observation, inflation);
  return ensembleAnalysis(E, observation, seen, epsilon);
}

/** Moments of an ensemble in the space of the observations. */
export interface EnsembleView extends ObservedCovariance {
  /** h(E) [..., N, m] */
  readonly hE: Tensor;
  /** ȳ, the mean of h(E), [..., m]. */
  readonly ybar: Tensor;
}

/** Computes h(E), ȳ, H C and H C Hᵀ of C = (1 + φ) ρ ∘ Ĉ for members E [..., N, d]; zero at the gaps. */
export function ensembleView(
  who: string,
  E: Tensor,
  observation: Observation,
  { covarianceInflation: phi = 0, taper: given }: EnkfInflation,
): EnsembleView {
  const N = ensembleSize(who, E);
  checkObservation(who, observation);
  const { operator } = observation;
  const taper = given && taperAt(who, given, operator, E.shape.at(-1)!);
  const { apply: h, components } = operator;
  const hE = unwrapMembers(operator, h(E)); // [..., N, m]
  const xbar = mean(E, -2); // [..., d]
  const ybar = operator.linear ? h(xbar) : mean(hE, -2); // [..., m]

  const c = scale(1 / (N - 1), typeof phi === "number" ? 1 + phi : add(1, phi));
  const YA = mul(damping(c, taper?.observedState), comoments(hE, E, ybar, xbar));
  const HC = rowsAtObserved(YA, observation); // [..., m, d]
  const YY =
    components === null
      ? rowsAtObserved(mul(damping(c, taper?.observed), comoments(hE, hE, ybar)), observation)
      : h(HC);
  return { hE, ybar, HC, HCH: columnsAtObserved(YY, observation) };
}

/** Analyses members by given H C and H C Hᵀ, which are zero at the gaps. */
export function ensembleAnalysis(
  E: Tensor,
  observation: Observation,
  view: EnsembleView,
  epsilon: Tensor,
): Analysis<Tensor> {
  const { operator, support } = observation;
  const y = unwrapAbout(operator, observation.y, view.ybar); // [..., m]
  const perturbed = fold(add(expandDims(y, -2), epsilon), support); // [..., N, m]
  return correctMembers(E, sub(perturbed, view.hE), observation, view);
}

/** Returns the analysis E + D S⁻¹ (H C), with a departure D [..., N, m] for each member. */
export function correctMembers(
  E: Tensor,
  departures: Tensor,
  observation: Observation,
  { ybar, HC, HCH }: EnsembleView,
): Analysis<Tensor> {
  const S = positiveDefinite(addNoise(HCH, variances(observation)));
  const D = columnsAtObserved(departures, observation);
  const r = atObserved(innovationOf(observation, ybar), observation); // [..., m]
  const w = whiten(r, S.factor);
  return {
    state: add(E, correct(D, S, HC)),
    logEvidence: logNormal(r, S, observedCount(observation)),
    innovation: w,
    chiSquare: sum(square(w), -1),
  };
}

/** Returns c ρ, or c without a taper. */
const damping = (c: Scalar, rho: Tensor | undefined): Scalar =>
  rho === undefined ? c : mul(c, rho);

/** Returns D S⁻¹ (H C); S⁻¹ is applied to the smaller side: N members or d components. */
function correct(D: Tensor, S: PositiveDefinite, HC: Tensor): Tensor {
  const [N, d] = [D.shape.at(-2)!, HC.shape.at(-1)!];
  return d <= N ? matmul(D, solve(S, HC)) : matmul(solveRows(S, D), HC);
}

export const enkfRecord = defineMethod({
  kind: "enkf",
  title: "ensemble Kalman filter with perturbed observations; any model",
  parameters: perturbedKeys,
  stateSize: taperedSize,
  needs: taperNeeds,
  build: (settings, context) =>
    enkf({ ...taperedOf(settings, context), ...perturbationsOf(settings) }),
  phrase: (block) => `an ensemble Kalman filter of ${membersText(block)}`,
  remedy: taperRemedy(" a static part of the covariance (ens3dvar),"),
  advice: {
    family: "ensemble",
    againstSampling: "a taper",
    order: 2,
    whenLearning: true,
    propose: proposeEnsemble,
  },
});
