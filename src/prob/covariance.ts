/** Covariances in the forms in which they are known or learned. */
import {
  add,
  concat,
  diagonal,
  diagonalMatrix,
  div,
  equal,
  expandDims,
  eye,
  indices,
  matmul,
  mul,
  reshape,
  ShapeError,
  scatterAdd,
  sqrtm,
  square,
  sum,
  type Tensor,
  tensor,
  triangularFactorOfRows,
} from "../engine/index.js";
import { type Key, normal, split } from "../random/index.js";
import { checkCovariance, checkVariance } from "./covariance-check.js";
import { expectAxis } from "./expect.js";
import { asRow, root, type Scalar } from "./scalar.js";

/**
 * A covariance C [..., d, d]:
 *
 *     C = diag(v),   C = B Bᵀ,   C = U Uᵀ (U sparse, upper triangular),   C = C₀ + B Bᵀ,   or C itself
 *
 * All forms but the last are positive semidefinite for any values of their parameters.
 *
 * @see adrian2026, appendix A and eq. 27
 */
export type Covariance =
  /** diag(v): v is [..., d], or one number for all components. */
  | { readonly kind: "diagonal"; readonly variance: Scalar }
  /** B Bᵀ with a factor B [..., d, p], which need not be triangular. */
  | { readonly kind: "dense"; readonly factor: Tensor }
  /** U Uᵀ: `entries` [n] are those of U [d, d] in the order of the pattern; the others are 0. */
  | { readonly kind: "triangular"; readonly entries: Tensor; readonly pattern: FactorPattern }
  /** C₀ + B Bᵀ with a low-rank factor B [d, p]. */
  | { readonly kind: "update"; readonly base: Covariance; readonly factor: Tensor }
  /** C itself [d, d], symmetric, without negative eigenvalues. */
  | { readonly kind: "matrix"; readonly matrix: Tensor };

/** The positions of the free entries of a factor [d, d]: row and column of each. */
export interface FactorPattern {
  readonly dimension: number;
  readonly places: readonly (readonly [row: number, column: number])[];
}

/**
 * Returns the pattern of the diagonal and `bandwidth` diagonals above it, row by row; d − 1 gives the
 * whole upper triangle.
 * @throws ShapeError when the bandwidth is not a whole number ≥ 0.
 */
export function upperBand(d: number, bandwidth: number): FactorPattern {
  if (!(Number.isInteger(bandwidth) && bandwidth >= 0)) {
    throw new ShapeError(
      `upperBand: the bandwidth is ${bandwidth}; need a whole number, 0 for the diagonal alone.`,
    );
  }
  const row = (i: number) =>
    Array.from({ length: Math.min(bandwidth + 1, d - i) }, (_, k) => [i, i + k] as const);
  return { dimension: d, places: Array.from({ length: d }, (_, i) => row(i)).flat() };
}

/**
 * Returns the pattern of the given positions, each on or above the diagonal and given once.
 * @throws ShapeError for any other position.
 */
export function upperPlaces(
  d: number,
  places: readonly (readonly [row: number, column: number])[],
): FactorPattern {
  const inside = (i: number) => Number.isInteger(i) && i >= 0 && i < d;
  const seen = new Set<number>();
  for (const [i, j] of places) {
    if (!(inside(i) && inside(j) && i <= j) || seen.has(i * d + j)) {
      throw new ShapeError(
        `upperPlaces: row ${i}, column ${j}; need whole numbers 0 ≤ row ≤ column < ${d}, each place once.`,
      );
    }
    seen.add(i * d + j);
  }
  return { dimension: d, places };
}

/** Returns the entries [n] of a factor with `value` on the diagonal and 0 elsewhere, as start values. */
export const diagonalEntries = ({ places }: FactorPattern, value: number): Tensor =>
  tensor(places.map(([i, j]) => (i === j ? value : 0)));

/** Returns the factor U [d, d] with the free entries [n]. */
export function triangularFactor(entries: Tensor, { dimension: d, places }: FactorPattern): Tensor {
  const n = places.length;
  expectAxis("triangularFactor", "entries", entries, -1, n, "one per place of the pattern");
  const at = indices(places.map(([i, j]) => i * d + j));
  return reshape(scatterAdd(entries, at, d * d, 0), [d, d]);
}

/** Returns the dimension d of a covariance; null for one variance, which fits any dimension. */
export function covarianceDimension(C: Covariance): number | null {
  if (C.kind === "diagonal")
    return typeof C.variance === "number" ? null : (C.variance.shape.at(-1) ?? null);
  if (C.kind === "triangular") return C.pattern.dimension;
  return (C.kind === "matrix" ? C.matrix : C.factor).shape.at(-2)!;
}

/**
 * Returns the matrix C [..., d, d].
 * @throws ShapeError when its parameters do not fit the dimension d.
 */
export function formCovariance(C: Covariance, d: number, dtype: "f64" | "f32" = "f64"): Tensor {
  if (C.kind === "matrix") return givenMatrix(C);
  if (C.kind === "update")
    return add(formCovariance(C.base, d, C.factor.dtype as "f64"), gram(C.factor));
  if (C.kind === "triangular") return gram(triangularFactor(C.entries, C.pattern));
  if (C.kind === "dense") {
    expectAxis("covariance", "factor", C.factor, -2, d, "one row per component of the mean");
    return gram(C.factor);
  }
  const { variance: v } = C;
  checkVariance("covariance", "the variance", v);
  if (typeof v === "number" || v.shape.length === 0) return mul(v, eye(d, dtype));
  expectAxis("covariance", "variance", v, -1, d, "one variance per component of the mean");
  return diagonalMatrix(v);
}

/**
 * Returns a factor B [..., d, p] with C = B Bᵀ; p is the number of columns of the given factor, else d,
 * and more than d for an update.
 * @throws ShapeError when its parameters do not fit d; NumericError when a given matrix C has a negative
 * eigenvalue.
 */
export function covarianceFactor(C: Covariance, d: number, dtype: "f64" | "f32" = "f64"): Tensor {
  if (C.kind === "matrix") return matrixFactor(givenMatrix(C));
  if (C.kind === "triangular") return triangularFactor(C.entries, C.pattern);
  if (C.kind === "update") return concat([covarianceFactor(C.base, d, dtype), C.factor], -1);
  if (C.kind === "dense") {
    expectAxis("covariance", "factor", C.factor, -2, d, "one row per component of the mean");
    return C.factor;
  }
  checkVariance("covariance", "the variance", C.variance);
  return formCovariance({ kind: "diagonal", variance: root(C.variance) }, d, dtype);
}

/**
 * L [..., d, d], lower triangular, of a matrix C that may be singular: with the standard deviations s and the
 * correlations C_ij/(s_i s_j), whose symmetric root is that of a matrix with a diagonal of ones,
 *
 *     C = (diag(s) √corr) (diag(s) √corr)ᵀ
 */
function matrixFactor(C: Tensor): Tensor {
  const s = root(diagonal(C)) as Tensor; // [..., d]
  const unit = add(s, equal(s, 0));
  const correlation = div(div(C, expandDims(unit, -1)), expandDims(unit, -2));
  return triangularFactorOfRows(mul(sqrtm(correlation), expandDims(s, -2)));
}

/** Returns a matrix C that was given. @throws UsageError where it has a negative eigenvalue, or is not symmetric. */
export function givenMatrix({ matrix }: Extract<Covariance, { kind: "matrix" }>): Tensor {
  const [rows, columns] = matrix.shape.slice(-2);
  if (rows === undefined || rows !== columns) {
    throw new ShapeError(`covariance: the matrix is [${matrix.shape}]; need [..., d, d].`);
  }
  checkCovariance("covariance", matrix);
  return matrix;
}

/** B Bᵀ */
const gram = (B: Tensor): Tensor => matmul(B, B, { transposeB: true });

/** Returns the diagonal of C, [..., d]; one number if C has one variance for all components. */
export function covarianceDiagonal(C: Covariance): Scalar {
  if (C.kind === "diagonal") return C.variance;
  if (C.kind === "matrix") return diagonal(givenMatrix(C));
  if (C.kind === "triangular") return rowSums(triangularFactor(C.entries, C.pattern));
  const own = rowSums(C.factor);
  return C.kind === "dense" ? own : add(covarianceDiagonal(C.base), own);
}

/** Σ_k B_ik² */
const rowSums = (B: Tensor): Tensor => sum(square(B), -1);

/**
 * Draws from N(0, C), one draw a row: `shape` is [...lead, N, d].
 * @throws NumericError when a given matrix C has a negative eigenvalue.
 */
export function sampleCovariance(
  C: Covariance,
  shape: readonly number[],
  key: Key,
  dtype: "f64" | "f32",
): Tensor {
  if (C.kind === "diagonal") return mul(normal(key, shape, dtype), root(asRow(C.variance)));
  if (C.kind === "update") {
    const [first, second] = split(key) as [Key, Key];
    const base = sampleCovariance(C.base, shape, first, dtype);
    return add(base, coloured(C.factor, shape, second));
  }
  if (C.kind === "triangular") return coloured(triangularFactor(C.entries, C.pattern), shape, key);
  return coloured(C.kind === "dense" ? C.factor : matrixFactor(givenMatrix(C)), shape, key);
}

/** z Bᵀ for z ~ N(0, I), one draw a row. */
function coloured(B: Tensor, shape: readonly number[], key: Key): Tensor {
  const z = normal(key, shape.with(-1, B.shape.at(-1)!), B.dtype as "f64");
  return matmul(z, B, { transposeB: true });
}
