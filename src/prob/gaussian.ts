/**
 * Gaussians with a diagonal or a dense covariance: draws and densities.
 *
 * A draw is a smooth function of mean and covariance, its noise fixed by a key,
 *
 *     x = m + √v ∘ z     or     x = m + F z,   C = F Fᵀ,     z ~ N(0, I)
 *
 * so that whatever is computed from draws can be differentiated in the parameters.
 */
import {
  add,
  diagonalMatrix,
  expandDims,
  eye,
  logDeterminant,
  matmul,
  mean,
  mul,
  type Positive,
  solveVector,
  square,
  squeeze,
  sub,
  sum,
  type Tensor,
  triangularSolve,
} from "../engine/index.js";
import { type Key, normal } from "../random/index.js";
import { expectAxis, expectRank } from "./expect.js";
import { root, type Scalar, scale } from "./scalar.js";
import { fold, type Support } from "./support.js";

export type Covariance =
  /** diag(v): v is [..., d], or one number for all components. */
  | { readonly kind: "diagonal"; readonly variance: Scalar }
  /** F Fᵀ: F is [..., d, d], lower triangular or not. */
  | { readonly kind: "dense"; readonly factor: Tensor };

/** N(m, C), folded onto positive values if its support says so. */
export interface Gaussian {
  /** m [..., d] */
  readonly mean: Tensor;
  readonly covariance: Covariance;
  /** @defaultValue "real" */
  readonly support?: Support;
}

/** Variances, a number, [] or [..., d], as rows beside members: [..., 1, d]. */
export const asRow = (x: Scalar): Scalar =>
  typeof x === "number" || x.shape.length === 0 ? x : expandDims(x, -2);

/** C [..., d, d] */
export function covarianceMatrix({ mean: m, covariance }: Gaussian): Tensor {
  const d = m.shape.at(-1)!;
  if (covariance.kind === "dense") {
    const { factor: F } = covariance;
    expectAxis("covarianceMatrix", "factor", F, -2, d, "one row per component of the mean");
    return matmul(F, F, { transposeB: true });
  }
  const { variance: v } = covariance;
  if (typeof v === "number" || v.shape.length === 0) return mul(v, eye(d, m.dtype));
  expectAxis("covarianceMatrix", "variance", v, -1, d, "one variance per component of the mean");
  return diagonalMatrix(v);
}

/** N draws, [..., N, d]; of one mean [d] and a batch of keys [B, 2], N for each key. */
export function sampleGaussian(
  { mean: m, covariance, support }: Gaussian,
  N: number,
  key: Key,
): Tensor {
  expectRank("sampleGaussian", "mean", m, 1, "[..., d]");
  const d = m.shape.at(-1)!;
  const lead = (m.shape.length > 1 ? m : key).shape.slice(0, -1);
  const z = normal(key, [...lead, N, d], floatType(m)); // [..., N, d]
  return fold(add(expandDims(m, -2), colour(z, covariance)), support);
}

/** z ↦ √v ∘ z or F z, for z [..., N, d]. */
function colour(z: Tensor, covariance: Covariance): Tensor {
  if (covariance.kind === "dense") return matmul(z, covariance.factor, { transposeB: true });
  return mul(z, root(asRow(covariance.variance)));
}

/** The dtype of noise that is to be added to x. */
export const floatType = (x: Tensor): "f64" | "f32" => (x.dtype === "f32" ? "f32" : "f64");

/** w = L⁻¹ r: of unit covariance if cov(r) = LLᵀ; r [..., m], L [..., m, m] → [..., m] */
export const whiten = (r: Tensor, L: Tensor): Tensor =>
  squeeze(triangularSolve(L, expandDims(r, -1)), -1);

/**
 * log N(r; 0, S), all constants included:
 *     ℓ = −½ (rᵀS⁻¹r + log det S + n log 2π)
 * r [..., m], S [..., m, m] → [...]; n is m, or the number of entries that were observed; a = S⁻¹r
 * may be known already.
 */
export function logNormal(
  r: Tensor,
  S: Positive,
  n: Scalar = r.shape.at(-1)!,
  a: Tensor = solveVector(S, r),
): Tensor {
  const terms = add(sum(mul(r, a), -1), logDeterminant(S)); // [...]
  return mul(-0.5, add(terms, scale(Math.log(2 * Math.PI), n)));
}

/** (m, v) of draws [..., N, d] along the members: v with N − 1. */
export function sampleMoments(E: Tensor): { mean: Tensor; variance: Tensor } {
  const N = E.shape.at(-2)!;
  const m = mean(E, -2); // [..., d]
  const A = sub(E, expandDims(m, -2)); // [..., N, d]
  return { mean: m, variance: mul(1 / (N - 1), sum(square(A), -2)) };
}
