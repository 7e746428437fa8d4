/**
 * The ensemble Kalman filter with perturbed observations, its covariance inflated and tapered
 * (modified EnKF).
 *
 * Members are rows. With A = E − x̄, Y = h(E) − ȳ (HA of a linear h), c = (1 + φ)/(N − 1) and a
 * taper ρ of observed places,
 *
 *     S  = ρ ∘ (c YᵀY) + R = LLᵀ       innovation covariance         [m, m]
 *     Kᵀ = S⁻¹ (ρ ∘ (c YᵀA))           gain, transposed              [m, d]
 *     E⁺ = E + (y + ε − ȳ − Y) Kᵀ      one innovation per member     [N, d]
 *     ℓ  = log N(y; ȳ, S)              evidence of y, eq. 14         []
 *
 * No d×d matrix is formed. Where components are picked, S − R is a part of ρ ∘ (c YᵀA) and needs no
 * product of its own; one factor L serves evidence and increments. The key fixes ε, so ℓ is as
 * smooth as model and h in every parameter, R and φ included, through a whole run.
 *
 * @see burgers1998 for the analysis; chen2022 for the gradient; adrian2026, table 1 and eq. 8
 */
import {
  add,
  cholesky,
  choleskySolve,
  expandDims,
  matmul,
  mean,
  mul,
  ShapeError,
  square,
  sub,
  sum,
  transpose as T,
  type Tensor,
  UsageError,
} from "../engine/index.js";
import { addNoise, advance } from "../models/index.js";
import {
  atObserved,
  checkObservation,
  columnsAtObserved,
  type Observation,
  type ObservedCovariance,
  type Operator,
  observedCount,
  variances,
} from "../observe/index.js";
import {
  floatType,
  fold,
  logNormalWhitened,
  root,
  type Scalar,
  sampleGaussian,
  sampleMoments,
  scale,
  whiten,
} from "../prob/index.js";
import { type Key, normal } from "../random/index.js";
import type { Analysis, Filter } from "./filter.js";
import { type Taper, taperAt } from "./taper.js";

export interface EnkfInflation {
  /** φ ≥ 0 of C = (1 + φ) ρ ∘ Ĉ. */
  readonly covarianceInflation: Scalar;
  /** ρ at the places observed; none: covariances count at any distance. */
  readonly taper?: Taper;
}

export interface EnkfParams extends EnkfInflation {
  /** Number of members N, at least 2. */
  readonly members: number;
}

/** State: the ensemble [..., N, d]. */
export function enkf(params: EnkfParams): Filter<Tensor> {
  const { members: N } = params;
  checkMembers("enkf", N);
  return {
    name: "enkf",
    init: (prior, key) => sampleGaussian(prior, N, key),
    forecast: (E, transition, key) => advance(transition, E, key),
    analyse: (E, observation, key) =>
      enkfAnalysis(E, observation, params, perturbations(E, observation, key)),
    moments: sampleMoments,
  };
}

export function checkMembers(who: string, N: number): void {
  if (Number.isInteger(N) && N >= 2) return;
  throw new UsageError(`${who}: members is ${N}; need a whole number, at least 2.`);
}

/** ε ~ N(0, R), one row per member: [..., N, m]. */
export function perturbations(E: Tensor, { operator, variance: R }: Observation, key: Key): Tensor {
  const z = normal(key, [...E.shape.slice(0, -1), operator.size], floatType(E));
  return mul(z, root(R));
}

/** One analysis: forecast ensemble E and perturbations ε of y [..., N, m] → analysis and ℓ. */
export function enkfAnalysis(
  E: Tensor,
  observation: Observation,
  inflation: EnkfInflation,
  epsilon: Tensor,
): Analysis<Tensor> {
  const seen = ensembleView("enkf", E, observation, inflation);
  return ensembleAnalysis(E, observation, seen, epsilon);
}

/** What an ensemble says of its observation: ȳ [..., m], HA [..., N, m], H C and H C Hᵀ. */
export interface EnsembleView extends ObservedCovariance {
  readonly ybar: Tensor;
  readonly HA: Tensor;
}

/** C = (1 + φ) ρ ∘ Ĉ as an operator sees it, zero at the gaps. */
export function ensembleView(
  who: string,
  E: Tensor,
  observation: Observation,
  { covarianceInflation: phi, taper: given }: EnkfInflation,
): EnsembleView {
  const N = ensembleSize(who, E);
  checkObservation(who, observation);
  const { operator } = observation;
  const taper = given && taperAt(who, given, operator, E.shape.at(-1)!);
  const { ybar, A, HA } = observedMoments(E, operator);
  const Y = columnsAtObserved(HA, observation); // [..., N, m]

  const c = scale(1 / (N - 1), typeof phi === "number" ? 1 + phi : add(1, phi));
  const cY = mul(c, Y); // [..., N, m]
  const cYA = damp(matmul(cY, A, { transposeA: true }), taper?.observedState); // [..., m, d]
  const cYY =
    operator.components === null
      ? damp(matmul(cY, Y, { transposeA: true }), taper?.observed)
      : columnsAtObserved(operator.apply(cYA), observation); // [..., m, m]
  return { ybar, HA, HC: cYA, HCH: cYY };
}

/** The analysis of members by whatever H C and H C Hᵀ, zero at the gaps, with one factor of S. */
export function ensembleAnalysis(
  E: Tensor,
  observation: Observation,
  { ybar, HA, HC, HCH }: EnsembleView,
  epsilon: Tensor,
): Analysis<Tensor> {
  const { y, support } = observation;
  const L = cholesky(addNoise(HCH, variances(observation)));

  const r = sub(y, ybar); // [..., m]
  const perturbed =
    support === "positive"
      ? sub(fold(add(expandDims(y, -2), epsilon), support), expandDims(ybar, -2))
      : add(expandDims(r, -2), epsilon); // [..., N, m]
  const D = columnsAtObserved(sub(perturbed, HA), observation);
  const increments = correct(D, L, HC); // [..., N, d]

  const w = whiten(atObserved(r, observation), L); // [..., m]
  return {
    state: add(E, increments),
    logEvidence: logNormalWhitened(w, L, observedCount(observation)),
    innovation: w,
    chiSquare: sum(square(w), -1),
  };
}

/** Mean of h(E), and the anomalies of E and of h(E): ȳ [..., m], A [..., N, d], Y [..., N, m]. */
function observedMoments(E: Tensor, h: Operator): { ybar: Tensor; A: Tensor; HA: Tensor } {
  const xbar = mean(E, -2); // [..., d]
  const A = sub(E, expandDims(xbar, -2));
  if (h.linear) return { ybar: h.apply(xbar), A, HA: h.apply(A) };
  const hE = h.apply(E);
  const ybar = mean(hE, -2);
  return { ybar, A, HA: sub(hE, expandDims(ybar, -2)) };
}

const damp = (C: Tensor, rho: Tensor | undefined): Tensor => (rho === undefined ? C : mul(rho, C));

/** D S⁻¹ (H C), with S⁻¹ on the side that has fewer columns: N members or d components. */
function correct(D: Tensor, L: Tensor, HC: Tensor): Tensor {
  const [N, d] = [D.shape.at(-2)!, HC.shape.at(-1)!];
  return d <= N
    ? matmul(D, choleskySolve(L, HC))
    : matmul(choleskySolve(L, T(D)), HC, { transposeA: true });
}

function ensembleSize(who: string, E: Tensor): number {
  const N = E.shape.at(-2) ?? 0;
  if (N >= 2) return N;
  throw new ShapeError(
    `${who}: the ensemble is [${E.shape}]; need [..., N, d] with N ≥ 2. Is it one state, without members?`,
  );
}
