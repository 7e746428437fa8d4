/** Shows the scores of the run, each with its definition. */
import type { RunOutput } from "../run/output.js";
import { evidenceWords } from "./evidence.js";
import { html, type Markup } from "./markup.js";
import { grouped, hundredths, significant, withError } from "./number.js";
import { type TableRow, table } from "./table.js";

export function scoresSection({ result, evidence, observations, states }: RunOutput): Markup {
  const values = observations.values.flat().filter(Number.isFinite).length;
  const { rmse, rmsePooled, spread, crps, logLikelihood } = result;
  const rows = [
    row(
      "RMSE",
      "root mean square error over the variables, then the mean over time, with its standard error",
      rmse,
      result.rmseError,
    ),
    row("RMSE, pooled", "root of the mean square error over variables and time", rmsePooled),
    row("spread", "standard deviation of the state that the method itself gives", spread),
    row(
      "CRPS",
      "continuous ranked probability score against the truth",
      crps === null ? null : { forecast: null, analysis: crps },
    ),
  ].filter((one) => one !== null);
  const perValue =
    logLikelihood !== null && values > 0
      ? ` (${significant(logLikelihood / values)} for each of ${grouped(values)} values observed)`
      : "";
  const likelihood =
    logLikelihood === null
      ? (evidenceWords[evidence].missing ?? "There is no log-likelihood: the run diverged.")
      : html`The log-likelihood of the record is ${hundredths(logLikelihood)}${perValue}, natural logarithm,
all constants included, over ${grouped(result.cycles)} cycles.`;
  const real =
    states.truth === null
      ? " There is no truth to compare with in a real record, so there are no errors of the state."
      : null;
  return html`<section>
<h2>Scores</h2>
${rows.length > 0 ? table(["score", "forecast", "analysis"], rows) : null}
<p>${likelihood}${real}</p>
</section>`;
}

function row(
  name: string,
  note: string,
  scores: { readonly forecast: number | null; readonly analysis: number } | null,
  errors: { readonly forecast: number; readonly analysis: number } | null = null,
): TableRow | null {
  if (scores === null) return null;
  const { forecast, analysis } = scores;
  const shown = [score(forecast, errors?.forecast), score(analysis, errors?.analysis)];
  return { cells: [html`${name}<small>${note}</small>`, ...shown] };
}

const score = (value: number | null, error?: number): string =>
  value === null || error === undefined ? significant(value) : withError(value, error);
