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
import { addNoise, advance, hasNoise, type Transition } from "../models/index.js";
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
import { type Block, checkOptions, grouped, namesOf } from "../parts/index.js";
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
import { defineMethod, type MethodNeeds, particleSize } from "./record.js";
import { particleRemedy } from "./remedies.js";
import { type ResamplingParams, resample } from "./resampling.js";

/** Parameters of the bootstrap particle filter. */
export interface ParticleParams extends ResamplingParams {
  /** Number of particles N, at least 2. */
  readonly members: number;
}

/** The state of a particle filter: particles [..., N, d] and the logarithms of their weights [..., N]. */
export interface ParticleState extends Particles {
  /**
   * The particles that the next forecast starts from: after an analysis, resampled where weights are uneven.
   */
  readonly resampled: Particles;
}

const known = namesOf<ParticleParams>({ members: true, resampleBelow: true, regularisation: true });

/**
 * The bootstrap particle filter: the model proposes particles, and the likelihood gives them weights.
 *
 *     xᵢ ~ p(x | xᵢ′)                                    forecast of each particle
 *     ℓ  = log Σ wᵢ p(y | xᵢ),   wᵢ⁺ = wᵢ p(y | xᵢ) e^−ℓ    analysis: weights only
 *
 * for any observation operator; p(y | x) = N(y; h(x), R) of the observed entries. Weights are kept as
 * logarithms, so that no likelihood underflows. Where they have become uneven, the particles are resampled
 * for the next forecast (`systematic`); the analysis itself stays weighted, because its mean is more
 * accurate. Innovation and χ² use S = Ĉ + R, Ĉ the weighted covariance of h(x) in the forecast: the
 * innovation is N(0, I) only as far as that distribution is Gaussian. ℓ is that of the mixture. State:
 * particles [..., N, d] with their weights.
 *
 * @throws UsageError when neither the model has noise nor a regularisation is given, or when a setting is
 * out of its range.
 * @see gordon1993
 */
export function particle(params: ParticleParams): Filter<ParticleState> {
  checkOptions("particle", params, known);
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

/** Returns particles and their weights as members. */
export const weightedMembers = ({ particles, logWeights }: Particles): Members => ({
  values: particles,
  weights: exp(logWeights),
});

/** Returns a state whose particles are not resampled: before an analysis. */
const notResampled = (now: Particles): ParticleState => ({ ...now, resampled: now });

/** Draws N particles from a prior, with weights 1/N. */
export function equalWeights(prior: Gaussian, N: number, key: Key): Particles {
  const E = sampleGaussian(prior, N, key);
  return { particles: E, logWeights: full(E.shape.slice(0, -1), -Math.log(N), floatType(E)) };
}

/** Checks the settings of a particle filter. @throws UsageError when one is out of its range. */
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

/** Returns the need of noise where no kernel separates copies of a particle. */
export const diversityNeeds = ({ resampleBelow, regularisation }: Block): MethodNeeds =>
  regularisation === 0 && resampleBelow !== 0
    ? { processNoise: "copies of a particle stay equal. Give it, or a regularisation such as 1" }
    : {};

/** Checks that noise or a kernel separates copies of a particle. @throws UsageError if there is neither. */
export function checkDiversity(
  who: string,
  transition: Transition,
  { resampleBelow = 0.5, regularisation = 0 }: ResamplingParams,
): void {
  if (hasNoise(transition) || regularisation !== 0 || resampleBelow === 0) return;
  throw new UsageError(
    `${who}: the model has no noise and regularisation is 0, so that copies of a particle would stay equal; need noise or a regularisation. Try a regularisation of 1.`,
  );
}

/** Returns log N(y; h(xᵢ), R) of the observed entries, from h(E) [..., N, m]: [..., N]. */
export function logLikelihoods(hE: Tensor, observation: Observation): Tensor {
  const { y, operator, variance: R } = observation;
  const D = differenceOf(operator, expandDims(y, -2), hE); // [..., N, m]
  const constant = log(mul(2 * Math.PI, asTensor(R, floatType(hE)))); // [] or [m]
  const terms = add(div(square(D), R), constant);
  return mul(-0.5, sum(columnsAtObserved(terms, observation), -1));
}

/** Applies Bayes' rule to the weights [..., N]; the logarithm of the normalising constant is ℓ [...]. */
export function weighed(
  { logWeights }: Particles,
  logLikelihood: Tensor,
): { logWeights: Tensor; logEvidence: Tensor } {
  const joint = add(logWeights, logLikelihood); // [..., N]
  const logEvidence = logsumexp(joint, -1); // [...]
  return { logWeights: sub(joint, expandDims(logEvidence, -1)), logEvidence };
}

/**
 * Returns the innovation by S = Ĉ + C + R, with Ĉ the weighted covariance of h(E) [..., N, m] and C [..., m,
 * m] or 0.
 */
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
  title: "particle filter (bootstrap); any model of few variables",
  parameters: particleKeys,
  stateSize: particleSize,
  needs: diversityNeeds,
  build: (settings) => particle(settings),
  phrase: ({ members }) => `a bootstrap particle filter of ${grouped(members as number)} particles`,
  remedy: particleRemedy,
});
