/**
 * The continuous ranked probability score of one forecast of one number; smaller is better, and it
 * is in the unit of the number. Average it over components and times.
 */
import { NumericError, ShapeError } from "../engine/index.js";
import { normalDensity, normalDistribution } from "../prob/index.js";
import { crpsOf, sortedSample } from "./sample.js";
import { checkFinite } from "./series.js";

/** Fair score of an ensemble, unbiased in the number of members; with weights of sum 1 (`crpsOf`). */
export function crpsEnsemble(
  members: readonly number[],
  x: number,
  weights?: readonly number[],
): number {
  const N = members.length;
  if (N < 2) throw new ShapeError(`crpsEnsemble: ${N} members; need at least 2.`);
  if (weights !== undefined && weights.length !== N) {
    throw new ShapeError(`crpsEnsemble: ${N} members, ${weights.length} weights; need one each.`);
  }
  checkFinite("crpsEnsemble", [members, [x]]);
  return crpsOf(sortedSample(members, weights), x);
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
