/**
 * Covariances of errors from residuals of the observations, d_b = y − H x^f and d_a = y − H x^a:
 *
 *     ⟨d_a d_bᵀ⟩ = R,   ⟨(d_b − d_a) d_bᵀ⟩ = H B Hᵀ,   ⟨(d_b − d_a) d_aᵀ⟩ = H A Hᵀ,
 *     ⟨d_b d_bᵀ⟩ = H B Hᵀ + R
 *
 * if the gain was right, B the covariance of forecast errors, A that of the analysis. What comes out
 * beside what the filter assumed says which of them was wrong; with a wrong gain it is one step of a
 * fixed-point iteration, not the answer. Here the diagonals, by column and as the mean over columns,
 * time by time; NaN marks a gap.
 *
 * @see desroziers2005
 */
import { ShapeError } from "../engine/index.js";
import type { Series } from "./series.js";
import { timeMean } from "./time-mean.js";

/** An estimate and its standard error, from the products' own scatter and correlation in time. */
export interface Estimate {
  readonly value: number;
  readonly standardError: number;
}

export interface ResidualCovariances {
  /** R, H B Hᵀ, H A Hᵀ and ⟨d_b²⟩ of a column. */
  readonly observation: Estimate;
  readonly forecast: Estimate;
  readonly analysis: Estimate;
  readonly innovation: Estimate;
}

export interface Desroziers {
  /** null where a column was observed less than twice; none if only the mean was asked for. */
  readonly columns: readonly (ResidualCovariances | null)[];
  readonly mean: ResidualCovariances | null;
}

/** @param each whether columns are looked at one by one: long runs of many have much to do. */
export function desroziers(
  forecastResiduals: Series,
  analysisResiduals: Series,
  { each = true }: { readonly each?: boolean } = {},
): Desroziers {
  const [K, m] = [forecastResiduals.length, forecastResiduals[0]?.length ?? 0];
  if (analysisResiduals.length !== K || m === 0) {
    throw new ShapeError(
      `desroziers: residuals at ${K} and ${analysisResiduals.length} times, ${m} columns; need the same times and one column at least.`,
    );
  }
  const of = (columns: readonly number[]) =>
    covariancesOf(forecastResiduals, analysisResiduals, columns);
  const all = Array.from({ length: m }, (_, j) => j);
  return { columns: each ? all.map((j) => of([j])) : [], mean: of(all) };
}

/** Of the means over these columns, time by time, of what was observed in them. */
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
