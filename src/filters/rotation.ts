/**
 * Random rotations of an ensemble that keep its mean and its covariance.
 *
 *     Ω = 11ᵀ/N + V Q Vᵀ,   Q ∈ O(N − 1) uniform,   Vᵀ1 = 0,  VᵀV = I          [N, N]
 *     Ω1 = 1,  ΩᵀΩ = I
 *
 * Deterministic analyses keep the members' order of size, and outliers with it; a rotation after each
 * analysis spreads them. Q is that of Z = QR for standard normal Z, by two rounds of Cholesky: the
 * second leaves rounding alone. It depends on the key alone, so it has no derivative.
 *
 * @see sakov2008b, section 4; yamamoto2015 for the two rounds; mezzadri2007 for uniformity
 */
import {
  add,
  cast,
  cholesky,
  matmul,
  type Tensor,
  tensor,
  transpose,
  triangularSolve,
} from "../engine/index.js";
import { type Key, normal } from "../random/index.js";

/**
 * Ω, [N, N], or [..., N, N] of a batch of keys. Worked out in f64: ZZᵀ squares the condition of Z, now
 * and then too far for f32.
 */
export function meanPreservingRotation(N: number, key: Key, dtype: "f64" | "f32" = "f64"): Tensor {
  const rows = normal(key, [...key.shape.slice(0, -1), N - 1, N - 1]);
  const Q = orthonormalRows(orthonormalRows(rows)); // [..., N − 1, N − 1]
  const V = tensor(centredBasis(N)); // [N, N − 1]
  const turned = matmul(matmul(V, Q), V, { transposeB: true });
  return cast(add(turned, 1 / N), dtype);
}

/** L⁻¹Z, ZZᵀ = LLᵀ */
const orthonormalRows = (Z: Tensor): Tensor => triangularSolve(cholesky(gram(Z)), Z);

const gram = (Z: Tensor): Tensor => matmul(Z, transpose(Z));

/** N − 1 orthonormal columns orthogonal to 1: the last ones of the reflection of e₁ to 1/√N. */
export function centredBasis(N: number): number[][] {
  const [root, size] = [1 / Math.sqrt(N), 1 - 1 / Math.sqrt(N)];
  // I − vvᵀ/(1 − 1/√N), v = e₁ − 1/√N
  const v = (i: number) => (i === 0 ? size : -root);
  return Array.from({ length: N }, (_, i) =>
    Array.from({ length: N - 1 }, (_, j) => Number(i === j + 1) - (v(i) * v(j + 1)) / size),
  );
}
