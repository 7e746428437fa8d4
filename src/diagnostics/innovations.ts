/**
 * What standardised innovations w [K][m] say of a filter. If its forecasts and variances are right
 * they are independent N(0, 1): χ² per observation is 1, a known share lies within any bound, and
 * they do not correlate in time. NaN marks a gap.
 */
import { NumericError, ShapeError } from "../engine/index.js";
import { chiSquareQuantile, normalQuantile } from "../prob/index.js";
import { average, type Series } from "./series.js";

export interface InnovationOptions {
  /** Share of a Gaussian within the bounds. @defaultValue 0.9 */
  readonly probability?: number;
  /** Lags 1 … of the autocorrelation. @defaultValue 10, and no more than K/4 */
  readonly lags?: number;
}

export interface InnovationStatistics {
  /** Entries observed. */
  readonly count: number;
  readonly mean: number;
  /** χ²/n, 1 if the variances are right, and where it then lies with 95 % probability. */
  readonly chiSquarePerObservation: number;
  readonly chiSquareInterval: readonly [number, number];
  /** ± bound that holds `probability` of N(0, 1), and the share of the entries within. */
  readonly bound: number;
  readonly probability: number;
  readonly shareWithin: number;
  /** Correlation at lags 1, 2, …, components pooled. */
  readonly autocorrelation: readonly number[];
  /** 95 % bound on a correlation of white innovations. */
  readonly autocorrelationBound: number;
}

export function innovationStatistics(
  innovations: Series,
  { probability = 0.9, lags = 10 }: InnovationOptions = {},
): InnovationStatistics {
  const seen = innovations.flat().filter((v) => !Number.isNaN(v));
  if (seen.length === 0) throw new ShapeError("innovationStatistics: no observed innovation.");
  if (!seen.every(Number.isFinite)) {
    throw new NumericError("innovationStatistics: an innovation is infinite; need finite or NaN.");
  }
  const bound = normalQuantile(0.5 + probability / 2);
  const most = Math.max(0, Math.min(lags, Math.floor(innovations.length / 4)));
  return {
    count: seen.length,
    mean: average(seen),
    chiSquarePerObservation: average(seen.map((v) => v * v)),
    chiSquareInterval: meanChiSquareInterval(seen.length),
    bound,
    probability,
    shareWithin: average(seen.map((v) => Number(Math.abs(v) <= bound))),
    autocorrelation: Array.from({ length: most }, (_, i) => correlationAt(innovations, i + 1)),
    autocorrelationBound: normalQuantile(0.975) / Math.sqrt(seen.length),
  };
}

/** Holds χ²/n of n independent N(0, 1) with 95 % probability. */
export const meanChiSquareInterval = (n: number): [number, number] => [
  chiSquareQuantile(0.025, n) / n,
  chiSquareQuantile(0.975, n) / n,
];

/** Σ w_k w_{k+lag} / Σ w², over what was observed; the mean of w is 0 by hypothesis. */
function correlationAt(innovations: Series, lag: number): number {
  let products = 0;
  for (let k = 0; k + lag < innovations.length; k++) {
    innovations[k]!.forEach((v, i) => {
      const product = v * innovations[k + lag]![i]!;
      if (!Number.isNaN(product)) products += product;
    });
  }
  const power = innovations.flat().reduce((total, v) => total + (Number.isNaN(v) ? 0 : v * v), 0);
  return power === 0 ? 0 : products / power;
}
