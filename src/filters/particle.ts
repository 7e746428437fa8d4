/**
 * The bootstrap particle filter: the model proposes, the likelihood weighs.
 *
 *     xᵢ ~ p(x | xᵢ′)                                    forecast, particle by particle
 *     ℓ  = log Σ wᵢ p(y | xᵢ),   wᵢ⁺ = wᵢ p(y | xᵢ) e^−ℓ    analysis: weights only
 *
 * for any observation operator; p(y | x) = N(y; h(x), R), at the entries observed. Weights are kept
 * as logarithms, so that no likelihood underflows. Where they have become uneven the particles are
 * resampled for the next forecast (`resampling.ts`); the analysis itself stays weighted, as its mean is
 * the better for it. Innovation and χ² are by S = Ĉ + R, Ĉ the weighted covariance of h(x) in the
 * forecast: N(0, I) only as far as that is a Gaussian; ℓ is that of the mixture.
 *
 * @see gordon1993
 */
import {
  add,
  div,
  exp,
  expandDims,
  full,
  log,
  logsumexp,
  matmul,
  mul,
  positiveDefinite,
  square,
  sub,
  sum,
  type Tensor,
  UsageError,
} from "../engine/index.js";
import { addNoise, advance, type Transition } from "../models/index.js";
import {
  atObserved,
  checkObservation,
  columnsAtObserved,
  differenceOf,
  innovationOf,
  type Observation,
  rowsAtObserved,
  unwrapMembers,
  variances,
} from "../observe/index.js";
import { grouped } from "../parts/index.js";
import {
  asTensor,
  degenerateWeights,
  floatType,
  fold,
  type Gaussian,
  type Particles,
  sampleGaussian,
  weightedMean,
  weightedMoments,
  weightedRoots,
  whiten,
} from "../prob/index.js";
import type { Key } from "../random/index.js";
import { checkMembers } from "./ensemble-filter.js";
import type { Analysis, Filter, Members } from "./filter.js";
import { particleKeys } from "./method-keys.js";
import { defineMethod } from "./record.js";
import { particleRemedy } from "./remedies.js";
import { type ResamplingParams, resample } from "./resampling.js";

export interface ParticleParams extends ResamplingParams {
  /** Number of particles N, at least 2. */
  readonly members: number;
}

export interface ParticleState extends Particles {
  /** The particles that the next forecast starts from: after an analysis, resampled where that was due. */
  readonly resampled: Particles;
}

export function particle(params: ParticleParams): Filter<ParticleState> {
  checkParticles("particle", params);
  return {
    name: "particle",
    init: (prior, key) => notResampled(equalWeights(prior, params.members, key)),
    forecast: ({ resampled }, transition, key) => {
      checkDiversity("particle", transition, params);
      const from = fold(resampled.particles, transition.support);
      return notResampled({ ...resampled, particles: advance(transition, from, key) });
    },
    analyse: (state, observation, key) => {
      checkObservation("particle", observation);
      const hE = observation.operator.apply(state.particles); // [..., N, m]
      const seen = weighed(state, logLikelihoods(hE, observation));
      const after = { particles: state.particles, logWeights: seen.logWeights };
      return {
        state: { ...after, resampled: resample(after, params, key) },
        logEvidence: seen.logEvidence,
        degenerate: degenerateWeights(after),
        ...whitened({ particles: hE, logWeights: state.logWeights }, 0, observation),
      };
    },
    moments: weightedMoments,
    members: weightedMembers,
  };
}

export const weightedMembers = ({ particles, logWeights }: Particles): Members => ({
  values: particles,
  weights: exp(logWeights),
});

/** The state where nothing is to be resampled: before an analysis. */
const notResampled = (now: Particles): ParticleState => ({ ...now, resampled: now });

/** N draws of a prior, with weights 1/N. */
export function equalWeights(prior: Gaussian, N: number, key: Key): Particles {
  const E = sampleGaussian(prior, N, key);
  return { particles: E, logWeights: full(E.shape.slice(0, -1), -Math.log(N), floatType(E)) };
}

export function checkParticles(
  who: string,
  { members, resampleBelow = 0.5, regularisation = 0 }: ParticleParams,
): void {
  checkMembers(who, members);
  if (!(resampleBelow >= 0 && resampleBelow <= 1)) {
    throw new UsageError(
      `${who}: resampleBelow is ${resampleBelow}; need a fraction of the members, 0 (never) to 1.`,
    );
  }
  if (typeof regularisation === "number" && !(regularisation >= 0)) {
    throw new UsageError(`${who}: regularisation is ${regularisation}; need 0 or more.`);
  }
}

/** Copies that nothing tells apart would stay copies for ever. */
export function checkDiversity(
  who: string,
  { noise }: Transition,
  { resampleBelow = 0.5, regularisation = 0 }: ResamplingParams,
): void {
  if (noise !== null || regularisation !== 0 || resampleBelow === 0) return;
  throw new UsageError(
    `${who}: the model has no noise and regularisation is 0, so that copies of a particle would stay equal; need one of them. Try a regularisation of 1.`,
  );
}

/** log N(y; h(xᵢ), R) at the entries observed: h(E) [..., N, m] → [..., N]. */
export function logLikelihoods(hE: Tensor, observation: Observation): Tensor {
  const { y, operator, variance: R } = observation;
  const D = differenceOf(operator, expandDims(y, -2), hE); // [..., N, m]
  const constant = log(mul(2 * Math.PI, asTensor(R, floatType(hE)))); // [] or [m]
  const terms = add(div(square(D), R), constant);
  return mul(-0.5, sum(columnsAtObserved(terms, observation), -1));
}

/** Bayes' rule for the weights, [..., N] each, and what it is divided by, [...]. */
export function weighed(
  { logWeights }: Particles,
  logLikelihood: Tensor,
): { logWeights: Tensor; logEvidence: Tensor } {
  const joint = add(logWeights, logLikelihood); // [..., N]
  const logEvidence = logsumexp(joint, -1); // [...]
  return { logWeights: sub(joint, expandDims(logEvidence, -1)), logEvidence };
}

/** The innovation by S = Ĉ + C + R: Ĉ of weighted h(E) [..., N, m], C [..., m, m] or 0 as given. */
export function whitened(
  { particles: hE, logWeights }: Particles,
  C: Tensor | 0,
  observation: Observation,
): Pick<Analysis<unknown>, "innovation" | "chiSquare"> {
  const seen = { particles: unwrapMembers(observation.operator, hE, logWeights), logWeights };
  const Y = weightedRoots(seen); // [..., N, m]
  const YY = matmul(Y, Y, { transposeA: true }); // [..., m, m]
  const inside = columnsAtObserved(
    rowsAtObserved(C === 0 ? YY : add(YY, C), observation),
    observation,
  );
  const S = positiveDefinite(addNoise(inside, variances(observation)));
  const w = whiten(
    atObserved(innovationOf(observation, weightedMean(seen)), observation),
    S.factor,
  );
  return { innovation: w, chiSquare: sum(square(w), -1) };
}

export const particleRecord = defineMethod({
  kind: "particle",
  title: "bootstrap particle filter; any model of few variables",
  parameters: particleKeys,
  needs: () => ({}),
  build: (settings) => particle(settings),
  phrase: ({ members }) => `a bootstrap particle filter of ${grouped(members as number)} particles`,
  remedy: particleRemedy,
});
