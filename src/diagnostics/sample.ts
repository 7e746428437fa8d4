/** A sample in order, once sorted good for quantiles and scores; its values may count unequally. */
import { NumericError, ShapeError } from "../engine/index.js";
import { checkFinite } from "./series.js";

export interface SortedSample {
  /** In ascending order. */
  readonly values: Float64Array;
  /** Their shares, of sum 1; null: all alike. */
  readonly weights: Float64Array | null;
}

export function sortedSample(values: ArrayLike<number>, weights?: ArrayLike<number>): SortedSample {
  const n = values.length;
  if (weights === undefined) {
    const sorted = new Float64Array(values).sort();
    // NaN is sorted to the end, infinities to the ends.
    if (n > 0 && !(Number.isFinite(sorted[0]) && Number.isFinite(sorted[n - 1]))) {
      checkFinite("sortedSample", [Array.from(values)]);
    }
    return { values: sorted, weights: null };
  }
  if (weights.length !== n) {
    throw new ShapeError(`sortedSample: ${n} values and ${weights.length} weights; need one each.`);
  }
  checkFinite("sortedSample", [Array.from(values), Array.from(weights)]);
  const order = Uint32Array.from({ length: n }, (_, i) => i).sort(
    (i, j) => values[i]! - values[j]!,
  );
  return {
    values: Float64Array.from(order, (i) => values[i]!),
    weights: Float64Array.from(order, (i) => weights[i]!),
  };
}

/**
 * Quantiles: means of the inverse distribution over a window that holds the weight of one value,
 *
 *     Q(p) = n ∫ F⁻¹(s) ds,   s from t to t + 1/n,   t = p (1 − 1/n),   n = 1/Σ w²
 *
 * With equal weights this is the line between order statistics (hyndman1996, type 7).
 *
 * @see akinshin2023
 */
export function quantileOf({ values, weights }: SortedSample, p: number): number {
  if (!(p >= 0 && p <= 1)) throw new NumericError(`quantiles: probability ${p}; need 0 to 1.`);
  if (weights === null) {
    const last = values.length - 1;
    const position = p * last;
    const below = Math.floor(position);
    const above = Math.min(below + 1, last);
    return values[below]! + (position - below) * (values[above]! - values[below]!);
  }
  const window = weights.reduce((sum, v) => sum + v * v, 0); // 1/n
  const from = p * (1 - window);
  let [below, total, held] = [0, 0, 0];
  for (const [i, w] of weights.entries()) {
    const share = Math.min(below + w, from + window) - Math.max(below, from);
    below += w;
    if (share <= 0) continue;
    total += share * values[i]!;
    held += share;
  }
  return total / held;
}

/**
 * Fair continuous ranked probability score of a sample, unbiased in its size:
 *     crps = Σᵢ wᵢ |Eᵢ − x| − ½ Σᵢⱼ wᵢ wⱼ |Eᵢ − Eⱼ| / (1 − Σᵢ wᵢ²)
 * with wᵢ = 1/N of values that count alike; the second term is then that of 2N(N − 1) pairs. By sorting,
 * W the weight of the first i values: ½ Σᵢⱼ wᵢ wⱼ |Eᵢ − Eⱼ| = Σᵢ (E₍ᵢ₊₁₎ − E₍ᵢ₎) W (1 − W). Of one value with
 * all the weight the second term is 0.                                            @see ferro2014
 */
export function crpsOf({ values, weights }: SortedSample, x: number): number {
  const N = values.length;
  let [error, pairs, squares, W] = [0, 0, 0, 0];
  for (let i = 0; i < N; i++) {
    const w = weights === null ? 1 / N : weights[i]!;
    error += w * Math.abs(values[i]! - x);
    squares += w * w;
    W += w;
    if (i + 1 < N) pairs += (values[i + 1]! - values[i]!) * W * (1 - W);
  }
  const free = 1 - squares;
  return error - (free < 1e-12 ? 0 : pairs / free);
}
