/** Moments of weighted particles. */
import {
  div,
  exp,
  expandDims,
  greater,
  less,
  log,
  matmul,
  mul,
  ShapeError,
  sameShape,
  square,
  squeeze,
  sub,
  sum,
  type Tensor,
  UsageError,
  where,
} from "../engine/index.js";
import { expectNumber, expectParts, expectRank } from "./expect.js";

/** A distribution given by weighted particles. Weights are kept as logarithms, whose derivatives stay finite at weight 0. */
export interface Particles {
  /** [..., N, d] */
  readonly particles: Tensor;
  /** log wᵢ of weights of sum 1, [..., N] */
  readonly logWeights: Tensor;
}

/** 1 − Σ wᵢ² below which all weight counts as lying on one particle. */
const alone = 1e-10;

/** Throws unless the particles are [..., N, d], with a weight for each. */
function expectParticles(who: string, given: Particles): void {
  expectParts(who, "the distribution", given, ["particles", "logWeights"]);
  const { particles: E, logWeights: w } = given;
  expectRank(who, "particles", E, 2, "[..., N, d]");
  const need = "a logarithm of a weight for each particle, as many trajectories, the same dtype";
  expectRank(who, "logWeights", w, 1, `[..., N]: ${need}`);
  const lead = E.shape.slice(0, -1);
  if (sameShape(w.shape, lead) && w.dtype === E.dtype) return;
  throw new ShapeError(`${who}: logWeights is ${w}; need [${lead}] in ${E.dtype}: ${need}.`);
}

/** Returns the effective number of members, 1/Σ wᵢ² from 1 to N; [..., N] → [...]. */
export function effectiveMembers(logWeights: Tensor): Tensor {
  expectRank("effectiveMembers", "logWeights", logWeights, 1, "[..., N]");
  return div(1, sum(exp(mul(2, logWeights)), -1));
}

/**
 * Tells whether the weights have degenerated: 1 where the effective number of members 1/Σ wᵢ² is less
 * than
 *
 *     min(N/2, max(2, min(d + 1, N/100)))                                                     [...]
 *
 * and 0 elsewhere. Fewer than d + 1 particles span no covariance of d variables, and below 2 one
 * particle has more than half of the weight. The bound N/100 is for few particles in many variables,
 * where a filter that works has fewer effective members than d + 1 at many analyses. The result is a
 * comparison, hence a constant in derivatives.
 */
export function degenerateWeights(given: Particles): Tensor {
  expectParticles("degenerateWeights", given);
  const { particles: E, logWeights } = given;
  const [N, d] = E.shape.slice(-2) as [number, number];
  const fewest = Math.min(N / 2, Math.max(2, Math.min(d + 1, N / 100)));
  return less(effectiveMembers(logWeights), fewest);
}

/**
 * Returns 1 − Σ wᵢ² of weights of sum 1, [..., N] → [...]: the probability that two draws are different particles.
 *
 *     1 − Σ wᵢ² = Σ wᵢ (1 − wᵢ)
 *
 * The one weight above ½, if there is one, has the sum of the others for 1 − wᵢ. So nothing cancels where nearly
 * all the weight lies on one particle.
 */
function freeWeight(w: Tensor): Tensor {
  const large = greater(w, 0.5); // [..., N]
  const others = expandDims(sum(where(large, 0, w), -1), -1); // [..., 1]
  return sum(mul(w, where(large, others, sub(1, w))), -1);
}

/**
 * Returns the same for plain numbers, as the sum over pairs of members, 2 Σ_{j < i} wᵢ wⱼ.
 */
export function freeWeightOf(w: ArrayLike<number>): number {
  const isList = Array.isArray(w) || ArrayBuffer.isView(w);
  if (!isList) throw new UsageError(`freeWeightOf: got ${String(w)}; need a list of weights.`);
  let [free, before] = [0, 0];
  for (let i = 0; i < w.length; i++) {
    free += 2 * w[i]! * before;
    before += w[i]!;
  }
  const isWeight = (x: number) => x >= 0;
  expectNumber("freeWeightOf", "the sum of products", free, isWeight, "weights, each 0 or more");
  return free;
}

/** Returns the weighted mean x̄ = Σ wᵢ xᵢ, [..., d]. */
export function weightedMean(given: Particles): Tensor {
  expectParticles("weightedMean", given);
  const { particles: E, logWeights } = given;
  return squeeze(matmul(expandDims(exp(logWeights), -2), E), -2);
}

/**
 * Returns the weighted mean x̄ and the diagonal of the weighted covariance Ĉ, [..., d] each.
 *
 *     Ĉ = Σ wᵢ (xᵢ − x̄)(xᵢ − x̄)ᵀ / (1 − Σ wᵢ²)
 *
 * For equal weights Ĉ is the sample covariance with N − 1. Where one weight is 1 the variance is 0.
 */
export function weightedMoments(of: Particles): { mean: Tensor; variance: Tensor } {
  expectParticles("weightedMoments", of);
  const m = weightedMean(of);
  const A = sub(of.particles, expandDims(m, -2)); // [..., N, d]
  const w = exp(of.logWeights);
  const left = freeWeight(w); // [...]
  const free = where(less(left, alone), 1, left);
  const squares = squeeze(matmul(expandDims(w, -2), square(A)), -2); // [..., d]
  return { mean: m, variance: div(squares, expandDims(free, -1)) };
}

/**
 * Returns a root B [..., N, d] of the weighted covariance, Bᵀ B = Ĉ: anomalies times √(wᵢ/(1 − Σ wᵢ²)).
 * Where all weight lies on one particle it is a root of the unweighted covariance instead, which is what
 * was known before the weights degenerated.
 */
export function weightedRoots(of: Particles): Tensor {
  expectParticles("weightedRoots", of);
  const { particles: E, logWeights: given } = of;
  const N = E.shape.at(-2)!;
  const collapsed = expandDims(less(freeWeight(exp(given)), alone), -1); // [..., 1]
  const logWeights = where(collapsed, -Math.log(N), given);
  const A = sub(E, expandDims(weightedMean({ particles: E, logWeights }), -2)); // [..., N, d]
  const free = freeWeight(exp(logWeights)); // [...]
  const root = exp(mul(0.5, sub(logWeights, expandDims(log(free), -1)))); // [..., N]
  return mul(expandDims(root, -1), A);
}
