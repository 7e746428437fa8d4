/** Quantiles of a sample (`quantileOf`). */
import { ShapeError } from "../engine/index.js";
import { quantileOf, sortedSample } from "./sample.js";
import { checkFinite } from "./series.js";

export function quantiles(sample: readonly number[], probabilities: readonly number[]): number[] {
  if (sample.length === 0) throw new ShapeError("quantiles: the sample is empty.");
  checkFinite("quantiles", [sample]);
  const sorted = sortedSample(sample);
  return probabilities.map((p) => quantileOf(sorted, p));
}

export const quantile = (sample: readonly number[], probability: number): number =>
  quantiles(sample, [probability])[0]!;
