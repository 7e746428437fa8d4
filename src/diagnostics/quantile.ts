/**
 * Quantiles of a sample, weighted or not: means of its inverse distribution over a window that holds
 * the weight of one member,
 *
 *     Q(p) = n ∫ F⁻¹(s) ds,   s from t to t + 1/n,   t = p (1 − 1/n),   n = 1/Σ w²
 *
 * With equal weights this is the line between order statistics (hyndman1996, type 7).
 *
 * @see akinshin2023
 */
import { NumericError, ShapeError } from "../engine/index.js";
import { ordered } from "./ordered.js";

/** Weights are positive, of sum 1; none: all alike. */
export function quantiles(
  sample: readonly number[],
  probabilities: readonly number[],
  weights?: readonly number[],
): number[] {
  if (sample.length === 0) throw new ShapeError("quantiles: the sample is empty.");
  const { values, weights: w } = ordered("quantiles", sample, weights);
  const window = w.reduce((sum, v) => sum + v * v, 0); // 1/n
  return probabilities.map((p) => {
    if (!(p >= 0 && p <= 1)) throw new NumericError(`quantiles: probability ${p}; need 0 to 1.`);
    const from = p * (1 - window);
    let [below, total, held] = [0, 0, 0];
    for (let i = 0; i < values.length && below < from + window; i++) {
      const above = below + w[i]!;
      const share = Math.max(0, Math.min(above, from + window) - Math.max(below, from));
      total += share * values[i]!;
      held += share;
      below = above;
    }
    return total / held;
  });
}

export const quantile = (sample: readonly number[], probability: number): number =>
  quantiles(sample, [probability])[0]!;
