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
  matmul,
  mul,
  ShapeError,
  sqrtm,
  square,
  sum,
  type Tensor,
  triangularFactorOfRows,
  UsageError,
} from "../engine/index.js";
import { type Key, normal, split } from "../random/index.js";
import { checkCovariance, checkVariance } from "./covariance-check.js";
import { expectAxis, expectKey, expectParts, expectTensor } from "./expect.js";
import {
  expectDimension,
  expectPattern,
  type FactorPattern,
  triangularFactor,
} from "./factor-pattern.js";
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

/** What a covariance of each kind holds: tensors, and others. */
const partsOf: Readonly<Record<string, readonly string[]>> = {
  diagonal: ["variance"],
  dense: ["factor"],
  triangular: ["entries", "pattern"],
  update: ["base", "factor"],
  matrix: ["matrix"],
};

/**
 * Throws unless it is a covariance, of d variables if d is given.
 * @throws UsageError for another kind or what is no tensor; ShapeError when it does not fit d.
 */
export function expectCovariance(who: string, C: Covariance, d?: number): void {
  expectParts(who, "the covariance", C, ["kind"]);
  const names = Object.hasOwn(partsOf, C.kind) ? partsOf[C.kind]! : null;
  if (names === null) {
    throw new UsageError(
      `${who}: the kind of the covariance is ${JSON.stringify(C.kind) ?? "undefined"}; need one of ${Object.keys(partsOf).join(", ")}.`,
    );
  }
  expectParts(who, `the covariance of kind "${C.kind}"`, C, ["kind", ...names]);
  for (const name of ["variance", "factor", "entries", "matrix"] as const) {
    const part = (C as Partial<Record<typeof name, Scalar>>)[name];
    if (!names.includes(name) || (name === "variance" && typeof part === "number")) continue;
    expectTensor(
      who,
      name,
      part as Tensor,
      name === "variance" ? "[] or [..., d], or a number" : "[..., d, p]",
    );
  }
  if (C.kind === "triangular") expectPattern(who, C.pattern);
  if (C.kind === "update") expectCovariance(who, C.base, d);
  const own = dimensionOf(C);
  if (d === undefined || own === null || own === d) return;
  throw new ShapeError(`${who}: the covariance is of ${own} variables; need one of ${d}.`);
}

/** Returns the dimension d of a covariance; null for one variance, which fits any dimension. */
export function covarianceDimension(C: Covariance): number | null {
  expectCovariance("covarianceDimension", C);
  return dimensionOf(C);
}

function dimensionOf(C: Covariance): number | null {
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
  expectDimension("formCovariance", d);
  expectCovariance("formCovariance", C);
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
  expectDimension("covarianceFactor", d);
  expectCovariance("covarianceFactor", C);
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
  expectCovariance("covarianceDiagonal", C);
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
  if (!Array.isArray(shape) || shape.length < 2) {
    throw new ShapeError(`sampleCovariance: the shape is ${String(shape)}; need [..., N, d].`);
  }
  expectCovariance("sampleCovariance", C, (shape as readonly number[]).at(-1)!);
  expectKey("sampleCovariance", key);
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
