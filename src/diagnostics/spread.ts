/** Spread of a filter: mean over time of √(meanᵢ varianceᵢ), variances [K][d]. */
import { NumericError, ShapeError } from "../engine/index.js";
import { average, checkFinite, type Series } from "./series.js";

export function spread(variances: Series): number {
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
