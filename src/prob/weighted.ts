/**
 * Moments of weighted draws: particles [..., N, d] and the logarithms of their weights [..., N].
 *
 *     x̄ = Σ wᵢ xᵢ,     Ĉ = Σ wᵢ (xᵢ − x̄)(xᵢ − x̄)ᵀ / (1 − Σ wᵢ²)
 *
 * Of equal weights this is the sample covariance with N − 1. If one weight is 1 there is nothing to
 * divide by: the variance is then 0. Weights are used through their logarithms, whose derivatives
 * stay finite where a weight is 0.
 */
import {
  div,
  exp,
  expandDims,
  less,
  log,
  matmul,
  mul,
  square,
  squeeze,
  sub,
  sum,
  type Tensor,
  where,
} from "../engine/index.js";

/** A distribution by weighted points. */
export interface Particles {
  /** [..., N, d] */
  readonly particles: Tensor;
  /** log w, log Σ exp = 0, [..., N] */
  readonly logWeights: Tensor;
}

/** 1 − Σ w² below which all weight counts as lying on one particle. */
const alone = 1e-10;

/** 1/Σ w²: how many equal weights would be as uneven, 1 to N; [..., N] → [...] */
export const effectiveMembers = (logWeights: Tensor): Tensor => div(1, sumOfSquares(logWeights));

/**
 * Whether the weights have degenerated: 1 where the effective members 1/Σ w² are fewer than
 *
 *     min(N/2, max(2, min(d + 1, N/100))),
 *
 * else 0; [...]. Fewer than d + 1 points span no covariance of d variables, and below 2 one particle
 * holds more than half of the weight. The bound of one in a hundred is for small N in many variables,
 * where a healthy filter has fewer effective members than d + 1 at many analyses. It is a comparison,
 * so a constant to derivatives.
 */
export function degenerateWeights({ particles: E, logWeights }: Particles): Tensor {
  const [N, d] = E.shape.slice(-2) as [number, number];
  const fewest = Math.min(N / 2, Math.max(2, Math.min(d + 1, N / 100)));
  return less(effectiveMembers(logWeights), fewest);
}

/** Σ w² [...] */
const sumOfSquares = (logWeights: Tensor): Tensor => sum(exp(mul(2, logWeights)), -1);

/** x̄ [..., d] */
export const weightedMean = ({ particles: E, logWeights }: Particles): Tensor =>
  squeeze(matmul(expandDims(exp(logWeights), -2), E), -2);

/** (x̄, diag Ĉ), [..., d] each. */
export function weightedMoments(of: Particles): { mean: Tensor; variance: Tensor } {
  const m = weightedMean(of);
  const A = sub(of.particles, expandDims(m, -2)); // [..., N, d]
  const w = exp(of.logWeights);
  const left = sub(1, sumOfSquares(of.logWeights)); // [...]
  const free = where(less(left, alone), 1, left);
  const squares = squeeze(matmul(expandDims(w, -2), square(A)), -2); // [..., d]
  return { mean: m, variance: div(squares, expandDims(free, -1)) };
}

/**
 * B [..., N, d] with Bᵀ B = Ĉ: anomalies times √(wᵢ/(1 − Σ w²)). Where all weight lies on one
 * particle, of all of them with equal weights: what was known before the weights collapsed.
 */
export function weightedRoots({ particles: E, logWeights: given }: Particles): Tensor {
  const N = E.shape.at(-2)!;
  const collapsed = expandDims(less(sub(1, sumOfSquares(given)), alone), -1); // [..., 1]
  const logWeights = where(collapsed, -Math.log(N), given);
  const A = sub(E, expandDims(weightedMean({ particles: E, logWeights }), -2)); // [..., N, d]
  const free = sub(1, sumOfSquares(logWeights)); // [...]
  const root = exp(mul(0.5, sub(logWeights, expandDims(log(free), -1)))); // [..., N]
  return mul(expandDims(root, -1), A);
}
