import { ShapeError } from "../engine/index.js";
import { checkOptions } from "../parts/index.js";
import { checkSeries, type Series } from "./series.js";
import { timeMean } from "./time-mean.js";

/** An estimate and its standard error, which takes the correlation in time into account (`timeMean`). */
export interface Estimate {
  readonly value: number;
  readonly standardError: number;
}

/** Variances of one observed column, or means over columns. */
export interface ResidualCovariances {
  /** R: of the observation errors. */
  readonly observation: Estimate;
  /** H B Hᵀ: of the forecast errors. */
  readonly forecast: Estimate;
  /** H A Hᵀ: of the analysis errors. */
  readonly analysis: Estimate;
  /** ⟨d_b²⟩: of the innovations. */
  readonly innovation: Estimate;
}

export interface Desroziers {
  /** One entry for each column, null if it was observed less than twice; empty with `each: false`. */
  readonly columns: readonly (ResidualCovariances | null)[];
  /** Means over the columns. */
  readonly mean: ResidualCovariances | null;
}

/**
 * Estimates the variances of errors from residuals of the observations, d_b = y − H x^f of the forecast
 * and d_a = y − H x^a of the analysis, both [K][m]; NaN marks a gap.
 *
 *     ⟨d_a d_bᵀ⟩ = R,   ⟨(d_b − d_a) d_bᵀ⟩ = H B Hᵀ,   ⟨(d_b − d_a) d_aᵀ⟩ = H A Hᵀ,
 *     ⟨d_b d_bᵀ⟩ = H B Hᵀ + R
 *
 * These hold if the gain was right, with B the covariance of the forecast errors and A that of the
 * analysis errors. Compared with what the filter assumed, the estimates show which of them was wrong;
 * with a wrong gain they are one step of a fixed-point iteration. Diagonals are computed for each
 * column (unless `each` is false, which saves time in long runs) and as means over columns.
 *
 * @throws ShapeError when the residuals differ in their times or have no column.
 * @see desroziers2005
 */
export function desroziers(
  forecastResiduals: Series,
  analysisResiduals: Series,
  options: { readonly each?: boolean } = {},
): Desroziers {
  checkOptions("desroziers", options, ["each"]);
  const { each = true } = options;
  checkSeries("desroziers", "the residuals of the forecast", forecastResiduals);
  checkSeries("desroziers", "the residuals of the analysis", analysisResiduals);
  const [K, m] = [forecastResiduals.length, forecastResiduals[0]?.length ?? 0];
  const other = analysisResiduals[0]?.length ?? m;
  if (analysisResiduals.length !== K || m === 0 || other !== m) {
    throw new ShapeError(
      `desroziers: residuals at ${K} and ${analysisResiduals.length} times, ${m} and ${other} columns; need the same times and columns, one at least.`,
    );
  }
  const of = (columns: readonly number[]) =>
    covariancesOf(forecastResiduals, analysisResiduals, columns);
  const all = Array.from({ length: m }, (_, j) => j);
  return { columns: each ? all.map((j) => of([j])) : [], mean: of(all) };
}

/** Estimates the variances of the means over these columns at each time; null for less than two times. */
function covariancesOf(
  forecast: Series,
  analysis: Series,
  columns: readonly number[],
): ResidualCovariances | null {
  const series = { observation: [], forecast: [], analysis: [], innovation: [] } as Readonly<
    Record<keyof ResidualCovariances, number[]>
  >;
  for (const [k, before] of forecast.entries()) {
    const after = analysis[k]!;
    let [n, ab, bb, aa] = [0, 0, 0, 0];
    for (const j of columns) {
      const [b, a] = [before[j]!, after[j]!];
      if (Number.isNaN(b) || Number.isNaN(a)) continue;
      n += 1;
      ab += a * b;
      bb += b * b;
      aa += a * a;
    }
    if (n === 0) continue;
    series.observation.push(ab / n);
    series.forecast.push((bb - ab) / n);
    series.analysis.push((ab - aa) / n);
    series.innovation.push(bb / n);
  }
  if (series.innovation.length < 2) return null;
  const over = (values: readonly number[]): Estimate => {
    const { mean, standardError } = timeMean(values);
    return { value: mean, standardError };
  };
  return {
    observation: over(series.observation),
    forecast: over(series.forecast),
    analysis: over(series.analysis),
    innovation: over(series.innovation),
  };
}
