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
import { average, type Series } from "./series.js";
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
  /** null where a column was observed less than twice. */
  readonly columns: readonly (ResidualCovariances | null)[];
  readonly mean: ResidualCovariances | null;
}

export function desroziers(forecastResiduals: Series, analysisResiduals: Series): Desroziers {
  const [K, m] = [forecastResiduals.length, forecastResiduals[0]?.length ?? 0];
  if (analysisResiduals.length !== K || m === 0) {
    throw new ShapeError(
      `desroziers: residuals at ${K} and ${analysisResiduals.length} times, ${m} columns; need the same times and one column at least.`,
    );
  }
  const pairs = forecastResiduals.map((row, k) =>
    row.map((b, j): Pair => [b, analysisResiduals[k]![j]!]),
  );
  return {
    columns: Array.from({ length: m }, (_, j) => covariancesOf(pairs.map((row) => [row[j]!]))),
    mean: covariancesOf(pairs),
  };
}

/** d_b and d_a */
type Pair = readonly [number, number];

/** Of the means over each row of what was observed in it. */
function covariancesOf(rows: readonly (readonly Pair[])[]): ResidualCovariances | null {
  const seen = rows
    .map((row) => row.filter(([b, a]) => !(Number.isNaN(b) || Number.isNaN(a))))
    .filter((row) => row.length > 0);
  if (seen.length < 2) return null;
  const over = (product: (b: number, a: number) => number): Estimate => {
    const { mean, standardError } = timeMean(
      seen.map((row) => average(row.map(([b, a]) => product(b, a)))),
    );
    return { value: mean, standardError };
  };
  return {
    observation: over((b, a) => a * b),
    forecast: over((b, a) => (b - a) * b),
    analysis: over((b, a) => (b - a) * a),
    innovation: over((b) => b * b),
  };
}
