/** Triangular factors of sums of outer products, without forming the sum. */
import {
  add,
  cholesky,
  concat,
  div,
  expandDims,
  eye,
  greater,
  less,
  matmul,
  mul,
  pad,
  slice,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  transpose,
  triangularSolve,
  where,
} from "../engine/index.js";
import { floatType } from "../prob/index.js";

/**
 * Computes L [..., k, k], lower triangular with a diagonal that is not negative, with L Lᵀ = AᵀA for the
 * rows A [..., n, k], by Householder reflections. Column by column, with a the first column of the matrix M
 * that remains,
 *
 *     r = aᵀM/|a|                              the next row of Lᵀ
 *     M ← M − v (2 vᵀM/vᵀv),  v = a + sign(a₁) |a| e₁,     then without its first row and column
 *
 * A column of zeros, as of a component that is known exactly, is triangular already: the next row of Lᵀ is
 * then the first row of M, and M only loses its first row and column.
 *
 * Forming AᵀA would square the condition number of A, and lose columns that are smaller than others by 10⁸.
 * A reflection acts on A itself and keeps them. The reflections are composed of the engine's primitives, a
 * few for each of the k columns, so they have derivatives of any order and can be captured; k is meant to be
 * small, up to about a hundred.
 *
 * @see golub2013, sections 5.2 and 6.5
 */
export function triangularFactorOfRows(A: Tensor): Tensor {
  const k = A.shape.at(-1)!;
  const missing = k - A.shape.at(-2)!;
  let M = missing > 0 ? pad(A, -2, 0, missing) : A;
  const rows: Tensor[] = [];
  for (let j = 0; j < k; j++) {
    const [n, left] = M.shape.slice(-2) as [number, number];
    const a = slice(M, -1, 0, 1); // [..., n, 1]
    const squares = sum(square(a), -2, { keepDims: true }); // [..., 1, 1]
    const present = greater(squares, 0);
    const length = sqrt(where(present, squares, 1)); // |a|, [..., 1, 1]
    const aM = div(matmul(a, M, { transposeA: true }), length);
    const r = where(present, aM, slice(M, -2, 0, 1)); // [..., 1, left]
    rows.push(pad(r, -1, j, 0));
    if (j === k - 1) break;
    const head = slice(a, -2, 0, 1); // a₁
    const towards = where(less(head, 0), mul(-1, length), length);
    const v = concat([add(head, towards), slice(a, -2, 1, n)], -2); // [..., n, 1]
    const vv = where(present, sum(square(v), -2, { keepDims: true }), 1);
    const vM = div(mul(2, matmul(v, M, { transposeA: true })), vv); // [..., 1, left]
    M = slice(slice(sub(M, matmul(v, vM)), -2, 1, n), -1, 1, left);
  }
  return transpose(concat(rows, -2));
}

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
