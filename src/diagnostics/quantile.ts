import { ShapeError } from "../engine/index.js";
import { quantileOf, sortedSample } from "./sample.js";
import { checkFinite, checkNumbers, checkWeights } from "./series.js";

/**
 * Computes quantiles of a sample (`quantileOf`). Weights are positive and have the sum 1; without them
 * all values count equally.
 * @throws ShapeError for an empty sample, or weights that do not fit; NumericError for numbers that
 * are not finite, or a probability outside [0, 1].
 * @see hyndman1996; akinshin2023 for weights
 */
export function quantiles(
  sample: readonly number[],
  probabilities: readonly number[],
  weights?: readonly number[],
): number[] {
  checkNumbers("quantiles", "the sample", sample);
  checkNumbers("quantiles", "the list of probabilities", probabilities);
  const N = sample.length;
  if (N === 0) throw new ShapeError("quantiles: the sample is empty; need one value or more.");
  if (weights !== undefined) checkWeights("quantiles", weights, N, "values");
  checkFinite("quantiles", [sample]);
  const sorted = sortedSample(sample, weights);
  return probabilities.map((p) => quantileOf(sorted, p));
}

/** Computes one quantile of a sample (`quantiles`). */
export const quantile = (sample: readonly number[], probability: number): number =>
  quantiles(sample, [probability])[0]!;
