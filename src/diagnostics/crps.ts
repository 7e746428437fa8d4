/**
 * The continuous ranked probability score (CRPS) of one forecast of one number, in the unit of the
 * number; smaller is better. It is to be averaged over components and times.
 */
import { NumericError, ShapeError } from "../engine/index.js";
import { normalDensity, normalDistribution } from "../prob/index.js";
import { crpsOf, sortedSample } from "./sample.js";
import { checkFinite, checkFiniteNumber, checkNumbers, checkWeights } from "./series.js";

/**
 * Computes the fair CRPS of an ensemble, which is unbiased in the number of members (`crpsOf`). Weights
 * have the sum 1; without them all members count equally.
 * @throws ShapeError for fewer than two members, or weights that do not fit; NumericError for numbers
 * that are not finite.
 * @see ferro2014
 */
export function crpsEnsemble(
  members: readonly number[],
  x: number,
  weights?: readonly number[],
): number {
  checkNumbers("crpsEnsemble", "the ensemble", members);
  const N = members.length;
  if (N < 2) throw new ShapeError(`crpsEnsemble: ${N} members; need at least 2.`);
  if (weights !== undefined) checkWeights("crpsEnsemble", weights, N, "members");
  checkFinite("crpsEnsemble", [members]);
  checkFiniteNumber("crpsEnsemble", "the value x", x);
  return crpsOf(sortedSample(members, weights), x);
}

/**
 * Computes the CRPS of the forecast N(m, s²) of x.
 *
 *     crps = s (z (2Φ(z) − 1) + 2φ(z) − 1/√π),   z = (x − m)/s
 *
 * @throws NumericError for a negative standard deviation, or numbers that are not finite.
 * @see gneiting2005
 */
export function crpsGaussian(mean: number, sd: number, x: number): number {
  if (!(sd >= 0)) {
    throw new NumericError(`crpsGaussian: the standard deviation is ${sd}; need ≥ 0.`);
  }
  for (const [what, value] of Object.entries({ "the mean": mean, "the standard deviation": sd })) {
    checkFiniteNumber("crpsGaussian", what, value);
  }
  checkFiniteNumber("crpsGaussian", "the value x", x);
  if (sd === 0) return Math.abs(x - mean);
  const z = (x - mean) / sd;
  const shape = z * (2 * normalDistribution(z) - 1) + 2 * normalDensity(z) - 1 / Math.sqrt(Math.PI);
  return sd * shape;
}
