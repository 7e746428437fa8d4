/** Gaussian distributions: samples, densities and sample moments. */
import {
  add,
  expandDims,
  logDeterminant,
  mean,
  mul,
  type PositiveDefinite,
  ShapeError,
  solveVector,
  square,
  squeeze,
  sub,
  sum,
  type Tensor,
  triangularSolve,
  UsageError,
} from "../engine/index.js";
import type { Key } from "../random/index.js";
import {
  type Covariance,
  expectCovariance,
  formCovariance,
  sampleCovariance,
} from "./covariance.js";
import { expectAxis, expectKey, expectNumber, expectParts, expectRank } from "./expect.js";
import { type Scalar, scale } from "./scalar.js";
import { fold, type Support } from "./support.js";

/** The distribution N(m, C); with positive support that of the absolute values of its draws. */
export interface Gaussian {
  /** m [..., d] */
  readonly mean: Tensor;
  readonly covariance: Covariance;
  /** @defaultValue "real" */
  readonly support?: Support;
  /**
   * True for variables of which nothing is known, [d]: the limit of an infinite variance, whatever mean and
   * covariance say of them.
   */
  readonly diffuse?: readonly boolean[];
}

/** Throws a UsageError where variables of a Gaussian are diffuse: it has no draws and no covariance. */
export function checkProper({ diffuse }: Pick<Gaussian, "diffuse">): void {
  if (!diffuse?.some((flag) => flag)) return;
  throw new UsageError(
    "prior: variables are diffuse, and this needs a mean and a variance of each. Only kalman and rts take a diffuse start.",
  );
}

/** Throws unless it is { mean, covariance } with a mean [..., d] to which the covariance fits. */
function expectGaussian(who: string, given: Gaussian): void {
  expectParts(who, "the Gaussian", given, ["mean", "covariance"]);
  expectRank(who, "mean", given.mean, 1, "[..., d]");
  expectCovariance(who, given.covariance, given.mean.shape.at(-1)!);
}

/** Returns the covariance matrix C [..., d, d] of a Gaussian. */
export function covarianceMatrix(given: Gaussian): Tensor {
  expectGaussian("covarianceMatrix", given);
  const { mean: m, covariance, diffuse } = given;
  checkProper({ ...(diffuse && { diffuse }) });
  return formCovariance(covariance, m.shape.at(-1)!, floatType(m));
}

/**
 * Draws N samples, [..., N, d]; for one mean [d] and a batch of keys [B, 2], N for each key.
 *
 *     x = m + √v ∘ z     or     x = m + F z,   C = F Fᵀ,     z ~ N(0, I) fixed by the key
 *
 * A draw is a smooth function of mean and covariance, so that everything computed from draws can be
 * differentiated by their parameters.
 * @throws ShapeError when mean and covariance do not fit.
 */
export function sampleGaussian(given: Gaussian, N: number, key: Key): Tensor {
  expectGaussian("sampleGaussian", given);
  expectKey("sampleGaussian", key);
  const { mean: m, covariance, support, diffuse } = given;
  checkProper({ ...(diffuse && { diffuse }) });
  const isCount = (n: number) => Number.isInteger(n) && n >= 1;
  expectNumber("sampleGaussian", "the number of samples", N, isCount, "a whole number, at least 1");
  const d = m.shape.at(-1)!;
  const lead = (m.shape.length > 1 ? m : key).shape.slice(0, -1);
  const deviations = sampleCovariance(covariance, [...lead, N, d], key, floatType(m));
  return fold(add(expandDims(m, -2), deviations), support); // [..., N, d]
}

/** Returns the floating dtype of x, for noise that is added to x. */
export const floatType = (x: Tensor): "f64" | "f32" => (x.dtype === "f32" ? "f32" : "f64");

/** Returns w = L⁻¹ r, which has unit covariance if cov(r) = LLᵀ; r [..., m], L [..., m, m] → [..., m]. */
export function whiten(r: Tensor, L: Tensor): Tensor {
  expectRank("whiten", "r", r, 1, "[..., m]");
  const m = r.shape.at(-1)!;
  expectRank("whiten", "L", L, 2, "[..., m, m]");
  for (const axis of [-1, -2]) expectAxis("whiten", "L", L, axis, m, "as many as r has");
  return squeeze(triangularSolve(L, expandDims(r, -1)), -1);
}

/**
 * Returns the logarithm of the density N(r; 0, S) with all its constants.
 *
 *     ℓ = −½ (rᵀS⁻¹r + log det S + n log 2π)
 *
 * r [..., m], S [..., m, m] → [...]. n is m, or the number of observed entries where there are gaps;
 * a = S⁻¹r may be passed if it is known.
 */
export function logNormal(
  r: Tensor,
  S: PositiveDefinite,
  n: Scalar = r.shape.at(-1)!,
  a: Tensor = solveVector(S, r),
): Tensor {
  const terms = add(sum(mul(r, a), -1), logDeterminant(S)); // [...]
  return mul(-0.5, add(terms, scale(Math.log(2 * Math.PI), n)));
}

/** Returns the sample mean and the sample variance (with N − 1) of members [..., N, d], [..., d] each. */
export function sampleMoments(E: Tensor): { mean: Tensor; variance: Tensor } {
  expectRank("sampleMoments", "the ensemble", E, 2, "[..., N, d], members in rows");
  const N = E.shape.at(-2)!;
  if (N < 2) throw new ShapeError(`sampleMoments: the ensemble is [${E.shape}]; need two members.`);
  const m = mean(E, -2); // [..., d]
  const A = sub(E, expandDims(m, -2)); // [..., N, d]
  return { mean: m, variance: mul(1 / (N - 1), sum(square(A), -2)) };
}
