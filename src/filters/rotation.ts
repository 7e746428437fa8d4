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
 * Draws a random rotation of N members that keeps their mean and covariance, [N, N], or [..., N, N] for a
 * batch of keys.
 *
 *     Ω = 11ᵀ/N + V Q Vᵀ,   Q ∈ O(N − 1) uniform,   Vᵀ1 = 0,  VᵀV = I          [N, N]
 *     Ω1 = 1,  ΩᵀΩ = I
 *
 * Deterministic analyses keep the order of the members, and outliers among them; a rotation after each
 * analysis mixes them. Q is that of Z = QR for standard normal Z, by two rounds of Cholesky factors: after
 * the second only rounding errors are left. It is computed in f64, because ZZᵀ squares the condition number
 * of Z. It depends on the key alone, so it has no derivative.
 *
 * @see sakov2008b, section 4; yamamoto2015 for the two rounds; mezzadri2007 for uniformity
 */
export function meanPreservingRotation(N: number, key: Key, dtype: "f64" | "f32" = "f64"): Tensor {
  const rows = normal(key, [...key.shape.slice(0, -1), N - 1, N - 1]);
  const Q = orthonormalRows(orthonormalRows(rows)); // [..., N − 1, N − 1]
  const V = tensor(centredBasis(N)); // [N, N − 1]
  const turned = matmul(matmul(V, Q), V, { transposeB: true });
  return cast(add(turned, 1 / N), dtype);
}

/** Returns L⁻¹Z with ZZᵀ = LLᵀ. */
const orthonormalRows = (Z: Tensor): Tensor => triangularSolve(cholesky(gram(Z)), Z);

const gram = (Z: Tensor): Tensor => matmul(Z, transpose(Z));

/**
 * Returns N − 1 orthonormal columns orthogonal to 1: the last columns of the reflection that maps e₁ to
 * 1/√N.
 */
export function centredBasis(N: number): number[][] {
  const [root, size] = [1 / Math.sqrt(N), 1 - 1 / Math.sqrt(N)];
  // I − vvᵀ/(1 − 1/√N), v = e₁ − 1/√N
  const v = (i: number) => (i === 0 ? size : -root);
  return Array.from({ length: N }, (_, i) =>
    Array.from({ length: N - 1 }, (_, j) => Number(i === j + 1) - (v(i) * v(j + 1)) / size),
  );
}
