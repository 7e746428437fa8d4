/** Triangular factors that lose a vector. */
import {
  cholesky,
  expandDims,
  eye,
  matmul,
  sub,
  type Tensor,
  triangularSolve,
} from "../engine/index.js";
import { floatType } from "../prob/index.js";

/**
 * Takes a vector z [..., k] away from a factor: L⁺ [..., k, k] with L⁺ L⁺ᵀ = L Lᵀ − z zᵀ,
 *
 *     p = L⁻¹ z,   L⁺ = L chol(I − p pᵀ)
 *
 * I − p pᵀ is well conditioned unless nearly all of a direction is taken away.
 *
 * @throws NumericError when L is singular, or when L Lᵀ − z zᵀ is not positive definite.
 * @see golub2013, sections 5.2 and 6.5
 */
export function withoutVector(L: Tensor, z: Tensor): Tensor {
  const p = triangularSolve(L, expandDims(z, -1)); // [..., k, 1]
  const rest = sub(eye(L.shape.at(-1)!, floatType(L)), matmul(p, p, { transposeB: true }));
  return matmul(L, cholesky(rest));
}
