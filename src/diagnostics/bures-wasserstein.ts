/** The distance of covariance matrices, and their spectra. */
import {
  cast,
  concat,
  eigh,
  epsilon,
  expandDims,
  matmul,
  maximum,
  mul,
  NumericError,
  ShapeError,
  scope,
  sqrt,
  symmetrise,
  type Tensor,
  tensor,
  transpose,
  zeros,
} from "../engine/index.js";

/**
 * Computes the Bures–Wasserstein distance of positive semidefinite matrices A, B [d, d]: that of the normal
 * distributions N(0, A) and N(0, B) in the Wasserstein metric of order 2.
 *
 *     D² = tr A + tr B − 2 tr (A^½ B A^½)^½
 *
 * With A = F Fᵀ and B = G Gᵀ the last trace is the sum of the singular values of GᵀF. The symmetric parts of A
 * and B count; eigenvalues that are 0 to rounding are 0. D² is exact to rounding of the traces, so that D is to
 * its root. For matrices that commute, D² = Σ (√aᵢ − √bᵢ)².
 *
 * @throws ShapeError when the matrices are not square and alike; NumericError for a negative eigenvalue.
 * @see bhatia2019
 */
export function buresWasserstein(A: Tensor, B: Tensor): number {
  const [d] = A.shape;
  if (A.shape.length !== 2 || A.shape[1] !== d || A.shape.join() !== B.shape.join()) {
    throw new ShapeError(
      `buresWasserstein: the matrices are [${A.shape}] and [${B.shape}]; need two of one shape [d, d].`,
    );
  }
  return scope(() => {
    const [first, second] = [factorOf(A, "first"), factorOf(B, "second")];
    const M = matmul(second.factor, first.factor, { transposeA: true }); // [d, d]
    const none = zeros([d!, d!]);
    // Its eigenvalues are the singular values of M and their negatives.
    const both = concat([concat([none, M], 1), concat([transpose(M), none], 1)], 0); // [2d, 2d]
    let singular = 0;
    for (const value of eigh(both).values.data()) singular += Math.max(0, value);
    return Math.sqrt(Math.max(0, first.trace + second.trace - 2 * singular));
  });
}

/** F with A = F Fᵀ, and tr A. */
function factorOf(A: Tensor, which: "first" | "second") {
  const { values, vectors } = eigh(symmetrise(cast(A, "f64")));
  const w = [...values.data()];
  const rounding = w.length * epsilon[A.dtype as "f64" | "f32"] * Math.max(...w.map(Math.abs));
  if (w[0]! < -rounding) {
    throw new NumericError(
      `buresWasserstein: the ${which} matrix has the eigenvalue ${w[0]}; need none below 0. positivePart gives the nearest matrix without.`,
    );
  }
  const kept = w.map((value) => (value > rounding ? value : 0));
  const roots = tensor(kept.map(Math.sqrt));
  return { factor: mul(vectors, expandDims(roots, 0)), trace: kept.reduce((a, b) => a + b, 0) };
}

/**
 * Returns the positive semidefinite matrix that is nearest to the symmetric part of A [..., d, d]: its negative
 * eigenvalues become 0.
 */
export function positivePart(A: Tensor): Tensor {
  const { values, vectors } = eigh(symmetrise(A));
  const roots = sqrt(maximum(values, 0)); // [..., d]
  const factor = mul(vectors, expandDims(roots, -2)); // [..., d, d]
  return matmul(factor, factor, { transposeB: true });
}

/** Returns the eigenvalues of the symmetric part of A [d, d], the largest first. */
export const eigenvaluesOf = (A: Tensor): number[] =>
  scope(() => [...eigh(symmetrise(A)).values.data()].reverse());
