/** Root mean square errors of a series of estimates [K][d] from a truth [K][d]. */
import { average, checkPair, type Series } from "./series.js";

/**
 * Computes the mean over time of √(meanᵢ eᵢ²), in the unit of the state: the convention of most
 * published twin experiments.
 * @throws ShapeError when the series differ in shape; NumericError for numbers that are not finite.
 */
export function rmse(estimates: Series, truth: Series): number {
  checkPair("rmse", estimates, truth);
  return average(estimates.map((row, k) => Math.sqrt(meanSquare(row, truth[k]!))));
}

/**
 * Computes the square root of the mean of e² over times and components.
 * @throws ShapeError when the series differ in shape; NumericError for numbers that are not finite.
 * @see adrian2026, appendix E
 */
export function rmsePooled(estimates: Series, truth: Series): number {
  checkPair("rmsePooled", estimates, truth);
  return Math.sqrt(average(estimates.map((row, k) => meanSquare(row, truth[k]!))));
}

const meanSquare = (a: readonly number[], b: readonly number[]): number =>
  average(a.map((v, i) => (v - b[i]!) ** 2));
