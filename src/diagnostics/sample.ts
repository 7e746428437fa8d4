/** Sorted samples, weighted or not, and the quantiles and scores that are computed from them. */
import { NumericError, UsageError } from "../engine/index.js";
import { describeValue } from "../parts/index.js";
import { checkFinite, checkFiniteNumber, checkNumbers, checkWeights } from "./series.js";

/** A sample in ascending order, with weights. */
export interface SortedSample {
  /** Values in ascending order. */
  readonly values: Float64Array;
  /** Weights of the values, of sum 1; null: all values count equally. */
  readonly weights: Float64Array | null;
}

/**
 * Sorts a sample and its weights.
 * @throws ShapeError when weights do not fit; NumericError for numbers that are not finite.
 */
export function sortedSample(values: ArrayLike<number>, weights?: ArrayLike<number>): SortedSample {
  checkNumbers("sortedSample", "the sample", values);
  const n = values.length;
  if (weights === undefined) {
    const sorted = new Float64Array(values).sort();
    // NaN is sorted to the end, infinities to the ends.
    if (n > 0 && !(Number.isFinite(sorted[0]) && Number.isFinite(sorted[n - 1]))) {
      checkFinite("sortedSample", [Array.from(values)]);
    }
    return { values: sorted, weights: null };
  }
  checkWeights("sortedSample", weights, n, "values");
  for (let i = 0; i < n; i++) {
    if (!Number.isFinite(values[i])) checkFinite("sortedSample", [Array.from(values)]);
  }
  const order = orderOf(values);
  const sorted = { values: new Float64Array(n), weights: new Float64Array(n) };
  for (let i = 0; i < n; i++) {
    sorted.values[i] = values[order[i]!]!;
    sorted.weights[i] = weights[order[i]!]!;
  }
  return sorted;
}

/** Indices in ascending order of values, by merge sort: a sort with a callback takes several times as long. */
function orderOf(values: ArrayLike<number>): Uint32Array {
  const n = values.length;
  let order = Uint32Array.from({ length: n }, (_, i) => i);
  let merged = new Uint32Array(n);
  for (let width = 1; width < n; width *= 2) {
    for (let start = 0; start < n; start += 2 * width) {
      const [middle, end] = [Math.min(start + width, n), Math.min(start + 2 * width, n)];
      let [i, j] = [start, middle];
      for (let k = start; k < end; k++) {
        const left = j >= end || (i < middle && values[order[i]!]! <= values[order[j]!]!);
        merged[k] = left ? order[i++]! : order[j++]!;
      }
    }
    [order, merged] = [merged, order];
  }
  return order;
}

/**
 * Computes a quantile: the mean of the inverse distribution function over a window whose weight is that
 * of one value.
 *
 *     Q(p) = n ∫ F⁻¹(s) ds,   s from t to t + 1/n,   t = p (1 − 1/n),   n = 1/Σ w²
 *
 * For equal weights this is linear interpolation between order statistics.
 *
 * @throws NumericError for a probability outside [0, 1].
 * @see akinshin2023; hyndman1996, type 7, for equal weights
 */
export function quantileOf(sample: SortedSample, p: number): number {
  const { values, weights } = checkedSample("quantileOf", sample);
  if (!(typeof p === "number" && p >= 0 && p <= 1))
    throw new NumericError(`quantiles: probability ${p}; need 0 to 1.`);
  if (weights === null) {
    const last = values.length - 1;
    const position = p * last;
    const below = Math.floor(position);
    const above = Math.min(below + 1, last);
    return values[below]! + (position - below) * (values[above]! - values[below]!);
  }
  const N = weights.length;
  let window = 0; // 1/n
  for (let i = 0; i < N; i++) window += weights[i]! ** 2;
  const from = p * (1 - window);
  let [below, total, held] = [0, 0, 0];
  for (let i = 0; i < N; i++) {
    const w = weights[i]!;
    const weight = Math.min(below + w, from + window) - Math.max(below, from);
    below += w;
    if (weight <= 0) continue;
    total += weight * values[i]!;
    held += weight;
  }
  return total / held;
}

/**
 * Computes the fair continuous ranked probability score of a sample, which is unbiased in its size.
 *
 *     crps = Σᵢ wᵢ |Eᵢ − x| − ½ Σᵢⱼ wᵢ wⱼ |Eᵢ − Eⱼ| / (1 − Σᵢ wᵢ²)
 *     ½ Σᵢⱼ wᵢ wⱼ |Eᵢ − Eⱼ| = Σᵢ wᵢ Dᵢ,   Dᵢ = Σ_{j < i} wⱼ (Eᵢ − Eⱼ) = Dᵢ₋₁ + (Eᵢ − Eᵢ₋₁) Wᵢ
 *     1 − Σᵢ wᵢ² = 2 Σᵢ wᵢ Wᵢ,   Wᵢ = Σ_{j < i} wⱼ the weight of the values below
 *
 * All terms are positive, so nothing cancels where nearly all the weight lies on one value. Without weights
 * wᵢ = 1/N. Where one value has all the weight the second term is 0.
 *
 * @see ferro2014
 */
export function crpsOf(sample: SortedSample, x: number): number {
  const { values, weights } = checkedSample("crpsOf", sample);
  checkFiniteNumber("crpsOf", "the value x", x);
  const N = values.length;
  let [error, pairs, free, W, D] = [0, 0, 0, 0, 0];
  for (let i = 0; i < N; i++) {
    const w = weights === null ? 1 / N : weights[i]!;
    error += w * Math.abs(values[i]! - x);
    if (i > 0) D += (values[i]! - values[i - 1]!) * W;
    pairs += w * D;
    free += 2 * w * W;
    W += w;
  }
  return error - (free < 1e-12 ? 0 : pairs / free);
}

/** @throws UsageError for what `sortedSample` did not give, or for an empty sample. */
function checkedSample(who: string, sample: SortedSample): SortedSample {
  const { values, weights }: Partial<SortedSample> = sample ?? {};
  const isTyped = values instanceof Float64Array && values.length > 0;
  const fits = weights instanceof Float64Array && weights.length === values?.length;
  if (isTyped && (weights === null || fits)) return sample;
  throw new UsageError(
    `${who}: got ${describeValue(sample)}; need what sortedSample gives of one value or more.`,
  );
}
