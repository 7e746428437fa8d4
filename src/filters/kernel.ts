/** The kernel that spreads the particles of a particle filter: its width, its covariance, its draws. */
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

/**
 * Returns the width h = s N^(−1/(d+4)) of the kernel; s = 1 is the bandwidth of Scott's rule.
 *
 * @see scott1992
 */
export const kernelWidth = (s: Scalar, N: number, d: number): Scalar =>
  scale(Math.exp(-Math.log(N) / (d + 4)), s);

/**
 * Returns B [..., N, d] with Bᵀ B = Ĉ, the covariance of the kernel: the weighted covariance of the
 * particles, or, for a trajectory whose weights have degenerated (`degenerateWeights`), their covariance
 * with equal weights. The weighted covariance of a few particles would make N nearly equal copies of them,
 * and a filter that has lost the truth could not find it again.
 */
export function kernelRoots(of: Particles): Tensor {
  const N = of.particles.shape.at(-2)!;
  const degenerate = expandDims(degenerateWeights(of), -1); // [..., 1]
  return weightedRoots({ ...of, logWeights: where(degenerate, -Math.log(N), of.logWeights) });
}

/** ε, well above the rounding errors of a correlation. */
const jitter = { f64: 1e-10, f32: 1e-5 } as const;

/**
 * Draws N vectors from N(0, Ĉ), Ĉ = Bᵀ B, B [..., N, d]: [..., N, d]. With fewer components than particles
 * the factor of their correlations is used,
 *
 *     Ĉ = D C̃ D,   C̃ + ε I = L Lᵀ,   x = D L z
 *
 * where ε keeps L defined if fewer particles than components have weight; otherwise x = Bᵀ z. A component
 * that is equal in all particles stays as it is.
 */
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
