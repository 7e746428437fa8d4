/**
 * Divergence of a run whose numbers are all finite.
 *
 * The scale sᵢ of a variable is the root mean square distance of its truth (in a record, of the values that
 * observe it) from the mean over the run; or the spread or the error of the first forecast, if that is
 * larger, because a variable that is unknown at the start may have large errors. With e the error of an
 * analysis and σ its spread (in a record e is the distance from the mean of the values), a run has diverged
 * where
 *
 *     √(meanᵢ (eᵢ/sᵢ)²) > 100   or   √(meanᵢ (σᵢ/sᵢ)²) > 100.
 *
 * Both are 1 for the climatology as the estimate. Variables without a scale do not count.
 */
import type { NaturalState, Trajectory } from "../problem/index.js";

/** The largest error and spread in units of the scales. */
const most = 100;

/**
 * Makes a function that judges each analysis, called for the cycles in their order: it returns why the run
 * has diverged at cycle k, or null.
 */
export function divergenceJudge(
  trajectory: Trajectory,
): (k: number, forecast: NaturalState, analysis: NaturalState) => string | null {
  let judge: ((k: number, analysis: NaturalState) => string | null) | null = null;
  return (k, forecast, analysis) => {
    judge ??= judgeFrom(trajectory, k, forecast);
    return judge(k, analysis);
  };
}

function judgeFrom({ truth, record }: Trajectory, first: number, forecast: NaturalState) {
  const d = forecast.mean.length;
  const columns = Array.from({ length: d }, (_, i) => record.components.indexOf(i));
  const rows = truth ?? record.values.map((row) => columns.map((j) => row[j] ?? Number.NaN));
  const { means, scales: varied } = variation(rows, d);
  const known = (k: number) => (truth === null ? means : truth[k]!);
  const start = known(first);
  const scales = varied.map((scale, i) => {
    const error = Math.abs(forecast.mean[i]! - start[i]!);
    const spread = Number.isFinite(forecast.sd[i]!) ? forecast.sd[i]! : 0; // infinite: diffuse
    return Math.max(scale, spread, Number.isNaN(error) ? 0 : error);
  });
  const judged = scales.flatMap((s, i) => (s > 0 && !Number.isNaN(means[i]!) ? [i] : []));

  return (k: number, { mean, sd }: NaturalState): string | null => {
    const row = known(k);
    let [error, spread] = [0, 0];
    for (const i of judged) {
      error += ((mean[i]! - row[i]!) / scales[i]!) ** 2;
      if (Number.isFinite(sd[i]!)) spread += (sd[i]! / scales[i]!) ** 2;
    }
    const size = Math.sqrt(Math.max(error, spread) / judged.length);
    if (!(size > most)) return null;
    return `the ${error > spread ? "error" : "spread"} of the analysis is ${Number(size.toPrecision(2))} times as large as the variation of the system.`;
  };
}

/**
 * Computes means over time and root mean square distances from them, without gaps; NaN and 0 if there are no
 * values.
 */
export function variation(rows: readonly (readonly number[])[], d: number) {
  const columns = Array.from({ length: d }, (_, i) =>
    rows.map((row) => row[i]!).filter((v) => !Number.isNaN(v)),
  );
  const average = (values: readonly number[]) => values.reduce((t, v) => t + v, 0) / values.length;
  const means = columns.map(average);
  const scales = columns.map((values, i) =>
    values.length === 0 ? 0 : Math.sqrt(average(values.map((v) => (v - means[i]!) ** 2))),
  );
  return { means, scales };
}
