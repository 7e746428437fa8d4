import {
  add,
  cast,
  concat,
  cumulativeSum,
  div,
  exp,
  expandDims,
  gather,
  greater,
  less,
  minimum,
  mul,
  ones,
  scatterAdd,
  slice,
  stopGradient,
  sub,
  type Tensor,
  where,
  zeros,
} from "../engine/index.js";
import { effectiveMembers, floatType, type Particles, type Scalar } from "../prob/index.js";
import { type Key, split, uniform } from "../random/index.js";
import { kernelDraws, kernelRoots, kernelWidth } from "./kernel.js";

/** Settings of resampling. */
export interface ResamplingParams {
  /** Resampling takes place where 1/Σ w² is below this fraction of N; 0: never. @defaultValue 0.5 */
  readonly resampleBelow?: number;
  /**
   * s: width of the kernel in units of the bandwidth of Scott's rule; needed if the model has no noise. @defaultValue 0
   */
  readonly regularisation?: Scalar;
}

/** The result of resampling. */
export interface Ancestry {
  /** The ancestor of each new particle, ascending, i32 [..., N]. */
  readonly ancestors: Tensor;
  /** The number of copies of each old particle, [..., N]. */
  readonly copies: Tensor;
}

/**
 * Chooses ancestors by systematic resampling, from the logarithms of weights [..., N] with sum 1 and one
 * uniform draw u for each trajectory [...]. The draw shifts N equally spaced points, and each point takes
 * the particle in whose interval of the cumulative weights it lies,
 *
 *     aᵢ = ⌊N (w₁ + … + wᵢ) + 1 − u⌋        points up to the end of particle i
 *     ancestor of j = #{i : aᵢ ≤ j},  j = 0 … N − 1
 *
 * so that particle i has ⌊N wᵢ⌋ or ⌈N wᵢ⌉ copies, N wᵢ on average. Takes O(N) operations. Ancestors are
 * constants to derivatives.
 *
 * @see kitagawa1996
 */
export function systematic(logWeights: Tensor, u: Tensor): Ancestry {
  const N = logWeights.shape.at(-1)!;
  const dtype = floatType(logWeights);
  const c = cumulativeSum(exp(stopGradient(logWeights)), -1);
  const whole = slice(c, -1, N - 1, N); // 1 up to rounding
  const reach = add(mul(N, div(c, whole)), expandDims(sub(1, u), -1));
  const ends = cast(minimum(reach, N), "i32"); // aᵢ [..., N]
  const ending = scatterAdd(ones(c.shape, dtype), ends, N + 1, -1); // [..., N + 1]
  const ancestors = cast(cumulativeSum(slice(ending, -1, 0, N), -1), "i32");
  const a = cast(ends, dtype);
  const before = concat([zeros(whole.shape, dtype), slice(a, -1, 0, N - 1)], -1);
  return { ancestors, copies: sub(a, before) };
}

/**
 * Resamples particles [..., N, d] where 1/Σ w² is below a fraction of N: uneven weights become equal ones, by
 * copies of the particles with large weights. Copies are separated by draws from a kernel with a fraction of
 * the covariance of the particles (regularisation),
 *
 *     x ← x + h z,   z ~ N(0, Ĉ),   h = s N^(−1/(d+4))
 *
 * with s = 1 for the bandwidth of Scott's rule; a particle with a single copy stays as it is. Ĉ is that of
 * `kernelRoots`. Each trajectory is resampled or not by itself.
 *
 * Ancestors and this decision are constants to derivatives: a derivative follows the path that was taken. It
 * is exact while no ancestor changes, without the term for the weights that resampling makes equal.
 *
 * @see kitagawa1996; musso2001 for the regularisation
 */
export function resample(
  from: Particles,
  { resampleBelow = 0.5, regularisation: s = 0 }: ResamplingParams,
  key: Key,
): Particles {
  if (resampleBelow === 0) return from;
  const { particles: E, logWeights } = from;
  const [N, d] = E.shape.slice(-2) as [number, number];
  const [shifts, noise] = split(key) as [Key, Key];
  const u = uniform(shifts, E.shape.slice(0, -2), floatType(E));
  const { ancestors, copies } = systematic(logWeights, u);
  const uneven = expandDims(less(effectiveMembers(logWeights), resampleBelow * N), -1); // [..., 1]
  const taken = gather(E, ancestors, -2); // [..., N, d]
  const next = s === 0 ? taken : add(taken, jitter());
  return {
    particles: where(expandDims(uneven, -1), next, E),
    logWeights: where(uneven, -Math.log(N), logWeights),
  };

  /** Draws from the kernel for particles with several copies, 0 for the others, [..., N, d]. */
  function jitter(): Tensor {
    const several = greater(gather(copies, ancestors, -1), 1);
    const draws = kernelDraws(kernelRoots(from), noise);
    return mul(expandDims(several, -1), mul(kernelWidth(s, N, d), draws));
  }
}
