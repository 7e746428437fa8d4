/** Quantiles of a sample, by linear interpolation between its order statistics (hyndman1996, type 7). */
import { NumericError, ShapeError } from "../engine/index.js";
import { checkFinite } from "./series.js";

export function quantiles(sample: readonly number[], probabilities: readonly number[]): number[] {
  if (sample.length === 0) throw new ShapeError("quantiles: the sample is empty.");
  checkFinite("quantiles", [sample]);
  const sorted = [...sample].sort((a, b) => a - b);
  return probabilities.map((p) => {
    if (!(p >= 0 && p <= 1)) throw new NumericError(`quantiles: probability ${p}; need 0 to 1.`);
    const position = p * (sorted.length - 1);
    const below = Math.floor(position);
    const above = Math.min(below + 1, sorted.length - 1);
    return sorted[below]! + (position - below) * (sorted[above]! - sorted[below]!);
  });
}

export const quantile = (sample: readonly number[], probability: number): number =>
  quantiles(sample, [probability])[0]!;
