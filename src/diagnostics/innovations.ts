import { NumericError, ShapeError } from "../engine/index.js";
import { checkCount, checkOptions } from "../parts/index.js";
import { chiSquareQuantile, normalQuantile } from "../prob/index.js";
import { average, checkSeries, type Series } from "./series.js";

export interface InnovationOptions {
  /** Probability of N(0, 1) within the bounds. @defaultValue 0.9 */
  readonly probability?: number;
  /** Number of lags of the autocorrelation. @defaultValue 10, and at most K/4 */
  readonly lags?: number;
}

export interface InnovationStatistics {
  /** n: number of observed entries. */
  readonly count: number;
  /** Mean of the entries; 0 is expected. */
  readonly mean: number;
  /** χ²/n; 1 is expected if the variances are right. */
  readonly chiSquarePerObservation: number;
  /** The interval that then holds χ²/n with 95 % probability. */
  readonly chiSquareInterval: readonly [number, number];
  /** b: the interval from −b to b holds `probability` of N(0, 1). */
  readonly bound: number;
  readonly probability: number;
  /** Fraction of the entries within the bound. */
  readonly fractionWithin: number;
  /** Autocorrelation at lags 1, 2, …, of all components together. */
  readonly autocorrelation: readonly number[];
  /** 95 % bound of the autocorrelation of independent innovations. */
  readonly autocorrelationBound: number;
}

/**
 * Computes statistics of standardised innovations w [K][m]; NaN marks a gap. If the filter's forecasts
 * and variances are right, the entries are independent draws of N(0, 1): χ² per observation is 1, a
 * known fraction lies within any bound, and there is no correlation in time.
 *
 * @throws ShapeError when nothing was observed; NumericError for an infinite innovation.
 */
export function innovationStatistics(
  innovations: Series,
  options: InnovationOptions = {},
): InnovationStatistics {
  checkOptions("innovationStatistics", options, ["probability", "lags"]);
  const { probability = 0.9, lags = 10 } = options;
  checkSeries("innovationStatistics", "the series", innovations);
  checkCount("innovationStatistics", "lags", lags, 0);
  if (!(probability > 0 && probability < 1)) {
    throw new NumericError(
      `innovationStatistics: probability is ${probability}; need a number between 0 and 1.`,
    );
  }
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
    fractionWithin: average(seen.map((v) => Number(Math.abs(v) <= bound))),
    autocorrelation: Array.from({ length: most }, (_, i) => correlationAt(innovations, i + 1)),
    autocorrelationBound: normalQuantile(0.975) / Math.sqrt(seen.length),
  };
}

/** Returns the interval that holds χ²/n of n independent draws of N(0, 1) with 95 % probability. */
export function meanChiSquareInterval(n: number): [number, number] {
  checkCount("meanChiSquareInterval", "the number of draws", n, 1);
  return [chiSquareQuantile(0.025, n) / n, chiSquareQuantile(0.975, n) / n];
}

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
