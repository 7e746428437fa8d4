/** Quantiles of a sample, weighted or not (`quantileOf`). */
import { ShapeError } from "../engine/index.js";
import { quantileOf, sortedSample } from "./sample.js";
import { checkFinite } from "./series.js";

/** Weights are positive, of sum 1; none: all alike. */
export function quantiles(
  sample: readonly number[],
  probabilities: readonly number[],
  weights?: readonly number[],
): number[] {
  const N = sample.length;
  if (N === 0) throw new ShapeError("quantiles: the sample is empty.");
  if (weights !== undefined && weights.length !== N) {
    throw new ShapeError(`quantiles: ${N} values, ${weights.length} weights; need one each.`);
  }
  checkFinite("quantiles", [sample]);
  const sorted = sortedSample(sample, weights);
  return probabilities.map((p) => quantileOf(sorted, p));
}

export const quantile = (sample: readonly number[], probability: number): number =>
  quantiles(sample, [probability])[0]!;
