import { NumericError, ShapeError } from "../engine/index.js";
import { average, checkFinite, checkSeries, type Series } from "./series.js";

/**
 * Computes the spread of a filter, the mean over time of √(meanᵢ varianceᵢ) for variances [K][d], in
 * the unit of the state. It is comparable with `rmse`.
 * @throws ShapeError for an empty series; NumericError for negative variances or numbers that are not
 * finite.
 */
export function spread(variances: Series): number {
  checkSeries("spread", "the series", variances);
  checkFinite("spread", variances);
  if (variances.length === 0 || variances[0]!.length === 0) {
    throw new ShapeError("spread: the series is empty; need one time and one component or more.");
  }
  const negative = variances.flat().find((v) => v < 0);
  if (negative !== undefined) {
    throw new NumericError(`spread: a variance is ${negative}; need 0 or more.`);
  }
  return average(variances.map((row) => Math.sqrt(average(row))));
}
