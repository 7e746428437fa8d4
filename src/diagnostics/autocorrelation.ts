import { checkCount } from "../parts/index.js";
import { checkNumbers } from "./series.js";

/**
 * Computes the sample autocorrelation of a series about its mean; NaN marks a gap.
 *
 *     r_l = Σ_t (z_t − z̄)(z_{t+l} − z̄) / Σ_t (z_t − z̄)²,   l = 1 … lags
 *
 * z [K] → [lags]; zeros for a constant series.
 * @throws UsageError unless z is a list of numbers and `lags` a whole number, at most the length of z.
 */
export function autocorrelation(z: readonly number[], lags: number): readonly number[] {
  checkNumbers("autocorrelation", "the series", z);
  checkCount("autocorrelation", "lags", lags, 0, z.length);
  const present = z.filter(Number.isFinite);
  const mean = present.reduce((sum, value) => sum + value, 0) / Math.max(1, present.length);
  const centred = z.map((value) => (Number.isFinite(value) ? value - mean : 0));
  const total = centred.reduce((sum, value) => sum + value * value, 0);
  return Array.from({ length: lags }, (_, i) => {
    let sum = 0;
    for (let t = i + 1; t < centred.length; t++) sum += centred[t]! * centred[t - i - 1]!;
    return total > 0 ? sum / total : 0;
  });
}
