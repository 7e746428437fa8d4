/**
 * Resampling: uneven weights become equal ones, by copies of the particles that count.
 *
 * Systematic: one uniform u shifts N equally spaced points, and each takes the particle on whose
 * stretch of the cumulative weights it lies,
 *
 *     aᵢ = ⌊N (w₁ + … + wᵢ) + 1 − u⌋        points up to the end of particle i
 *     ancestor of j = #{i : aᵢ ≤ j},  j = 0 … N − 1
 *
 * so that particle i has ⌊N wᵢ⌋ or ⌈N wᵢ⌉ copies, N wᵢ on average; O(N). Copies are then told apart
 * by draws from a kernel with a fraction of the particles' covariance (regularisation),
 *
 *     x ← x + h z,   z ~ N(0, Ĉ),   h = s N^(−1/(d+4))
 *
 * with s = 1 the bandwidth by Scott's rule; a particle that was taken once stays as it is. Ĉ is the
 * weighted covariance, or where the weights have degenerated that of equal weights (`kernel.ts`).
 *
 * Resampled or not is decided by `where`, trajectory by trajectory. Ancestors and decision are
 * constants to derivatives: the derivative is that of the path that was taken, exact while no
 * ancestor changes, and without the term for the weights that resampling makes equal.
 *
 * @see kitagawa1996; musso2001 for the regularisation
 */
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

export interface ResamplingParams {
  /** Resample where 1/Σ w² is below this fraction of N; 0: never. @defaultValue 0.5 */
  readonly resampleBelow?: number;
  /** s, in units of Scott's bandwidth; needed where the model has no noise. @defaultValue 0 */
  readonly regularisation?: Scalar;
}

export interface Ancestry {
  /** The particle in each new place, ascending, i32 [..., N]. */
  readonly ancestors: Tensor;
  /** How often each particle was taken, [..., N]. */
  readonly copies: Tensor;
}

/** Ancestors by weights [..., N] that sum to 1 and uniforms [...]. */
export function systematic(logWeights: Tensor, u: Tensor): Ancestry {
  const N = logWeights.shape.at(-1)!;
  const dtype = floatType(logWeights);
  const c = cumulativeSum(exp(stopGradient(logWeights)), -1);
  const whole = slice(c, -1, N - 1, N); // 1 but for rounding
  const reach = add(mul(N, div(c, whole)), expandDims(sub(1, u), -1));
  const ends = cast(minimum(reach, N), "i32"); // aᵢ [..., N]
  const ending = scatterAdd(ones(c.shape, dtype), ends, N + 1, -1); // [..., N + 1]
  const ancestors = cast(cumulativeSum(slice(ending, -1, 0, N), -1), "i32");
  const a = cast(ends, dtype);
  const before = concat([zeros(whole.shape, dtype), slice(a, -1, 0, N - 1)], -1);
  return { ancestors, copies: sub(a, before) };
}

/** The particles that the next forecast starts from: where weights are too uneven, copies of equal weight; else the same. */
export function resample(
  from: Particles,
  { resampleBelow = 0.5, regularisation: s = 0 }: ResamplingParams,
  key: Key,
): Particles {
  if (resampleBelow === 0) return from;
  const { particles: E, logWeights } = from;
  const [N, d] = E.shape.slice(-2) as [number, number];
  const [places, noise] = split(key) as [Key, Key];
  const u = uniform(places, E.shape.slice(0, -2), floatType(E));
  const { ancestors, copies } = systematic(logWeights, u);
  const uneven = expandDims(less(effectiveMembers(logWeights), resampleBelow * N), -1); // [..., 1]
  const taken = gather(E, ancestors, -2); // [..., N, d]
  const next = s === 0 ? taken : add(taken, jitter());
  return {
    particles: where(expandDims(uneven, -1), next, E),
    logWeights: where(uneven, -Math.log(N), logWeights),
  };

  /** Draws of the kernel for the places of particles with several copies, [..., N, d]. */
  function jitter(): Tensor {
    const several = greater(gather(copies, ancestors, -1), 1);
    const draws = kernelDraws(kernelRoots(from), noise);
    return mul(expandDims(several, -1), mul(kernelWidth(s, N, d), draws));
  }
}
