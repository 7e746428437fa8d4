/**
 * The continuous ranked probability score of one forecast of one number; smaller is better, and it
 * is in the unit of the number. Average it over components and times.
 */
import { NumericError, ShapeError } from "../engine/index.js";
import { normalDensity, normalDistribution } from "../prob/index.js";
import { ordered } from "./ordered.js";
import { checkFinite } from "./series.js";

/**
 * Fair score of an ensemble, unbiased in the number of members:
 *     crps = Σᵢ wᵢ |Eᵢ − x| − ½ Σᵢⱼ wᵢ wⱼ |Eᵢ − Eⱼ| / (1 − Σᵢ wᵢ²)
 * with wᵢ = 1/N unless weights are given (positive, of sum 1); the second term is then that of
 * 2N(N − 1) pairs. By sorting: Σᵢⱼ wᵢ wⱼ |Eᵢ − Eⱼ| = 2 Σᵢ wᵢ E₍ᵢ₎ (weight below − weight above).
 * Of one member with all the weight the second term is 0.                        @see ferro2014
 */
export function crpsEnsemble(
  members: readonly number[],
  x: number,
  weights?: readonly number[],
): number {
  const N = members.length;
  if (N < 2) throw new ShapeError(`crpsEnsemble: ${N} members; need at least 2.`);
  checkFinite("crpsEnsemble", [[x]]);
  const { values: E, weights: w } = ordered("crpsEnsemble", members, weights);
  let [error, pairs, squares, below] = [0, 0, 0, 0];
  for (let i = 0; i < N; i++) {
    error += w[i]! * Math.abs(E[i]! - x);
    pairs += w[i]! * (E[i]! - E[0]!) * (2 * below + w[i]! - 1);
    squares += w[i]! * w[i]!;
    below += w[i]!;
  }
  const free = 1 - squares;
  return error - (free < 1e-12 ? 0 : pairs / free);
}

/**
 * Score of N(m, s²), z = (x − m)/s:
 *     crps = s (z (2Φ(z) − 1) + 2φ(z) − 1/√π)                        @see gneiting2005
 */
export function crpsGaussian(mean: number, sd: number, x: number): number {
  if (!(sd >= 0))
    throw new NumericError(`crpsGaussian: the standard deviation is ${sd}; need ≥ 0.`);
  checkFinite("crpsGaussian", [[mean, sd, x]]);
  if (sd === 0) return Math.abs(x - mean);
  const z = (x - mean) / sd;
  const shape = z * (2 * normalDistribution(z) - 1) + 2 * normalDensity(z) - 1 / Math.sqrt(Math.PI);
  return sd * shape;
}
