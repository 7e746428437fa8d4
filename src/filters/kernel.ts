/**
 * Draws from a kernel with the covariance of the particles, Ĉ = Bᵀ B, B [..., N, d].
 *
 * Where components are fewer than particles through the factor of their correlations,
 *
 *     Ĉ = D C̃ D,   C̃ + ε I = L Lᵀ,   x = D L z
 *
 * whose ε keeps the factor defined where the weights rest on fewer particles than components; else
 * as x = Bᵀ z. A component in which all particles agree stays as it is. Where the weights have
 * degenerated, Ĉ is the covariance of the particles with equal weights: that of the few which hold the
 * weights would make N copies of one of them, and a filter that is wrong could not come back.
 */
import {
  add,
  cholesky,
  diagonalMatrix,
  div,
  equal,
  expandDims,
  greater,
  matmul,
  mul,
  sqrt,
  square,
  squeeze,
  sum,
  type Tensor,
  where,
} from "../engine/index.js";
import {
  degenerateWeights,
  floatType,
  type Particles,
  type Scalar,
  scale,
  weightedRoots,
} from "../prob/index.js";
import { type Key, normal } from "../random/index.js";

/** h = s N^(−1/(d+4)), s in units of the bandwidth by Scott's rule. @see scott1992 */
export const kernelWidth = (s: Scalar, N: number, d: number): Scalar =>
  scale(N ** (-1 / (d + 4)), s);

/**
 * B [..., N, d] with Bᵀ B = Ĉ, the covariance of the kernel: by the weights, or where they have
 * degenerated (`degenerateWeights`) by equal weights. `where` decides, trajectory by trajectory.
 */
export function kernelRoots(of: Particles): Tensor {
  const N = of.particles.shape.at(-2)!;
  const degenerate = expandDims(degenerateWeights(of), -1); // [..., 1]
  return weightedRoots({ ...of, logWeights: where(degenerate, -Math.log(N), of.logWeights) });
}

/** ε, well above the rounding of a correlation. */
const jitter = { f64: 1e-10, f32: 1e-5 } as const;

/** N draws of N(0, Bᵀ B), [..., N, d]. */
export function kernelDraws(B: Tensor, key: Key): Tensor {
  const [N, d] = B.shape.slice(-2) as [number, number];
  const dtype = floatType(B);
  if (d >= N) return matmul(normal(key, [...B.shape.slice(0, -2), N, N], dtype), B);
  const variance = sum(square(B), -2, { keepDims: true }); // [..., 1, d]
  const varies = greater(variance, 0);
  const sd = sqrt(where(varies, variance, 1));
  const scaled = div(B, sd);
  const onDiagonal = add(jitter[dtype], equal(varies, 0)); // [..., 1, d]
  const correlations = matmul(scaled, scaled, { transposeA: true });
  const L = cholesky(add(correlations, diagonalMatrix(squeeze(onDiagonal, -2)))); // [..., d, d]
  const z = normal(key, B.shape, dtype);
  return mul(mul(varies, sd), matmul(z, L, { transposeB: true }));
}
