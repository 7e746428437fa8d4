import { ShapeError } from "../engine/index.js";
import { average, checkFinite, checkNumbers } from "./series.js";

export interface TimeMean {
  readonly mean: number;
  readonly standardError: number;
  /** γ₀ n/σ²: the number of independent values whose mean has the same standard error. */
  readonly effectiveSize: number;
}

/**
 * Computes the mean of a stationary series [n] and its standard error, which takes the autocorrelation
 * into account.
 *
 *     σ² = Σ_k γ_k = −γ₀ + 2 Σ_j Γ_j,   Γ_j = γ_{2j} + γ_{2j+1};      standard error √(σ²/n)
 *
 * γ_k is the sample autocovariance at lag k. For reversible chains the Γ_j are positive and decrease.
 * The sum therefore ends before the first Γ_j that is not positive, and no Γ_j counts for more than the
 * one before (initial monotone sequence); so lags at which there is only noise are left out.
 *
 * @throws ShapeError for fewer than two values; NumericError for numbers that are not finite.
 * @see geyer1992; vehtari2021 for the bound of alternating series
 */
export function timeMean(values: readonly number[]): TimeMean {
  checkNumbers("timeMean", "the series", values);
  const n = values.length;
  if (n < 2) throw new ShapeError(`timeMean: ${n} values; need at least 2.`);
  checkFinite("timeMean", [values]);
  const mean = average(values);
  const e = values.map((v) => v - mean);
  const autocovariance = (lag: number): number => {
    let products = 0;
    for (let t = lag; t < n; t++) products += e[t]! * e[t - lag]!;
    return products / n;
  };
  const power = autocovariance(0);
  if (power === 0) return { mean, standardError: 0, effectiveSize: n };
  let sum = -power;
  let last = Number.POSITIVE_INFINITY;
  for (let k = 0; k + 1 < n; k += 2) {
    const pair = (k === 0 ? power : autocovariance(k)) + autocovariance(k + 1);
    if (pair <= 0) break;
    last = Math.min(last, pair);
    sum += 2 * last;
  }
  // The mean of an alternating series may be more precise than that of independent values, but only
  // up to a bound. n − 1 corrects for the estimated mean.
  const floor = power / Math.max(1, Math.log10(n));
  const effectiveSize = (power * n) / Math.max(sum, floor);
  return { mean, standardError: Math.sqrt((power * n) / (n - 1) / effectiveSize), effectiveSize };
}
