/**
 * The mean of a stationary series and its standard error, autocorrelation counted.
 *
 *     σ² = Σ_k γ_k = −γ₀ + 2 Σ_j Γ_j,   Γ_j = γ_{2j} + γ_{2j+1};      standard error √(σ²/n)
 *
 * γ_k is the sample autocovariance at lag k. Sums Γ_j are positive and fall for reversible chains, so
 * the series ends before the first that is not positive, and none counts for more than the one
 * before (initial monotone sequence): lags that are noise alone do not enter.
 *
 * @see geyer1992
 */
import { ShapeError } from "../engine/index.js";
import { average, checkFinite } from "./series.js";

export interface TimeMean {
  readonly mean: number;
  readonly standardError: number;
  /** γ₀ n/σ²: how many independent values would tell as much. */
  readonly effectiveSize: number;
}

export function timeMean(values: readonly number[]): TimeMean {
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
  // Alternating series may know their mean better than independent ones, though not without bound
  // (vehtari2021); n − 1 makes up for the mean that was taken off.
  const floor = power / Math.max(1, Math.log10(n));
  const effectiveSize = (power * n) / Math.max(sum, floor);
  return { mean, standardError: Math.sqrt((power * n) / (n - 1) / effectiveSize), effectiveSize };
}
