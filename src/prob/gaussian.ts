/**
 * Gaussians: draws and densities.
 *
 * A draw is a smooth function of mean and covariance, its noise fixed by a key,
 *
 *     x = m + √v ∘ z     or     x = m + F z,   C = F Fᵀ,     z ~ N(0, I)
 *
 * so that whatever is computed from draws can be differentiated in the parameters.
 */
import {
  add,
  expandDims,
  logDeterminantOfFactor,
  mean,
  mul,
  square,
  squeeze,
  sub,
  sum,
  type Tensor,
  triangularSolve,
} from "../engine/index.js";
import type { Key } from "../random/index.js";
import { type Covariance, formCovariance, sampleCovariance } from "./covariance.js";
import { expectRank } from "./expect.js";
import { type Scalar, scale } from "./scalar.js";
import { fold, type Support } from "./support.js";

/** N(m, C), folded onto positive values if its support says so. */
export interface Gaussian {
  /** m [..., d] */
  readonly mean: Tensor;
  readonly covariance: Covariance;
  /** @defaultValue "real" */
  readonly support?: Support;
}

/** C [..., d, d] */
export const covarianceMatrix = ({ mean: m, covariance }: Gaussian): Tensor =>
  formCovariance(covariance, m.shape.at(-1)!, floatType(m));

/** N draws, [..., N, d]. */
export function sampleGaussian(
  { mean: m, covariance, support }: Gaussian,
  N: number,
  key: Key,
): Tensor {
  expectRank("sampleGaussian", "mean", m, 1, "[..., d]");
  const d = m.shape.at(-1)!;
  const deviations = sampleCovariance(
    covariance,
    [...m.shape.slice(0, -1), N, d],
    key,
    floatType(m),
  );
  return fold(add(expandDims(m, -2), deviations), support); // [..., N, d]
}

/** The dtype of noise that is to be added to x. */
export const floatType = (x: Tensor): "f64" | "f32" => (x.dtype === "f32" ? "f32" : "f64");

/** w = L⁻¹ r: of unit covariance if cov(r) = LLᵀ; r [..., m], L [..., m, m] → [..., m] */
export const whiten = (r: Tensor, L: Tensor): Tensor =>
  squeeze(triangularSolve(L, expandDims(r, -1)), -1);

/**
 * log N(w; 0, I) with the volume of a whitening by L, all constants included:
 *     ℓ = −½ (wᵀw + log det LLᵀ + n log 2π)
 * w [..., m], L [..., m, m] → [...]; n is m, or the number of entries that were observed.
 */
export function logNormalWhitened(w: Tensor, L: Tensor, n: Scalar = w.shape.at(-1)!): Tensor {
  const terms = add(sum(square(w), -1), logDeterminantOfFactor(L)); // [...]
  return mul(-0.5, add(terms, scale(Math.log(2 * Math.PI), n)));
}

/** log N(r; 0, LLᵀ), all constants included; r [..., m], L [..., m, m] → [...] */
export const logNormal = (r: Tensor, L: Tensor, n: Scalar = r.shape.at(-1)!): Tensor =>
  logNormalWhitened(whiten(r, L), L, n);

/** (m, v) of draws [..., N, d] along the members: v with N − 1. */
export function sampleMoments(E: Tensor): { mean: Tensor; variance: Tensor } {
  const N = E.shape.at(-2)!;
  const m = mean(E, -2); // [..., d]
  const A = sub(E, expandDims(m, -2)); // [..., N, d]
  return { mean: m, variance: mul(1 / (N - 1), sum(square(A), -2)) };
}
