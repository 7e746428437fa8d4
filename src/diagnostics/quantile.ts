/**
 * Quantiles of a sample, by linear interpolation between its order statistics. Member i of those in
 * order stands at the middle of its weight, from 0 for the first to 1 for the last:
 *     p_i = (w₁ + … + w_{i−1} + w_i/2 − w₁/2)/(1 − w₁/2 − w_N/2)
 * which of equal weights is (i − 1)/(N − 1) (hyndman1996, type 7).
 */
import { NumericError, ShapeError } from "../engine/index.js";
import { checkFinite } from "./series.js";

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
  const order = sample.map((_, i) => i).sort((i, j) => sample[i]! - sample[j]!);
  const places = placesOf(order.map((i) => weights?.[i] ?? 1));
  return probabilities.map((p) => {
    if (!(p >= 0 && p <= 1)) throw new NumericError(`quantiles: probability ${p}; need 0 to 1.`);
    const next = places.findIndex((place) => place > p);
    const above = next < 0 ? N - 1 : next;
    const below = next < 0 ? N - 1 : Math.max(0, above - 1);
    const [low, high] = [sample[order[below]!]!, sample[order[above]!]!];
    const width = places[above]! - places[below]!;
    return width === 0 ? low : low + ((p - places[below]!) / width) * (high - low);
  });
}

/** p_i, with sums taken once; rounding must not lift the last above 1. */
function placesOf(w: readonly number[]): number[] {
  let sum = 0;
  const middles = w.map((v) => {
    sum += v;
    return sum - v / 2;
  });
  const [first, last] = [middles[0]!, middles.at(-1)!];
  return middles.map((v) => (last > first ? Math.min(1, (v - first) / (last - first)) : 0));
}

export const quantile = (sample: readonly number[], probability: number): number =>
  quantiles(sample, [probability])[0]!;
