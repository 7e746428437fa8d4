/**
 * Root mean square errors of a series of estimates [K][d] against a truth [K][d].
 */
import { average, checkPair, type Series } from "./series.js";

/** Mean over time of √(meanᵢ eᵢ²): the convention of most published twin experiments. */
export function rmse(estimates: Series, truth: Series): number {
  checkPair("rmse", estimates, truth);
  return average(estimates.map((row, k) => Math.sqrt(meanSquare(row, truth[k]!))));
}

/** √ of the mean over times and components of e². @see adrian2026, appendix E */
export function rmsePooled(estimates: Series, truth: Series): number {
  checkPair("rmsePooled", estimates, truth);
  return Math.sqrt(average(estimates.map((row, k) => meanSquare(row, truth[k]!))));
}

const meanSquare = (a: readonly number[], b: readonly number[]): number =>
  average(a.map((v, i) => (v - b[i]!) ** 2));
