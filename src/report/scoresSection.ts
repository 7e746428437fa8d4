/** The scores of the run, each with what it is. */
import type { RunOutput } from "../experiments/output.js";
import { type Fragment, html, type Markup } from "./markup.js";
import { grouped, hundredths, significant } from "./number.js";
import { type TableRow, table } from "./table.js";

export function scoresSection({ result, observations }: RunOutput): Markup {
  const values = observations.values.flat().filter(Number.isFinite).length;
  const row = (
    name: string,
    note: string,
    forecast: number | null,
    analysis: number | null,
  ): TableRow => ({
    cells: [html`${name}<small>${note}</small>`, score(forecast), score(analysis)],
  });
  const { rmse, rmsePooled, spread, crps } = result;
  const rows: readonly TableRow[] = [
    ...(rmse
      ? [
          row(
            "RMSE",
            "root mean square error over the variables, then the mean over time",
            rmse.forecast,
            rmse.analysis,
          ),
        ]
      : []),
    ...(rmsePooled
      ? [
          row(
            "RMSE, pooled",
            "root of the mean square error over variables and time",
            rmsePooled.forecast,
            rmsePooled.analysis,
          ),
        ]
      : []),
    row(
      "spread",
      "standard deviation that the method itself states",
      spread.forecast,
      spread.analysis,
    ),
    ...(crps === null
      ? []
      : [row("CRPS", "continuous ranked probability score against the truth", null, crps)]),
  ];
  const perValue =
    values > 0
      ? ` (${significant(result.logLikelihood / values)} for each of ${grouped(values)} values observed)`
      : "";
  const real = rmse
    ? null
    : " There is no truth to compare with in a real record, so there are no errors of the state.";
  return html`<section>
<h2>Scores</h2>
${table(["score", "forecast", "analysis"], rows)}
<p>The log-likelihood of the record is ${hundredths(result.logLikelihood)}${perValue}, natural logarithm,
all constants included, over ${grouped(result.cycles)} cycles.${real}</p>
</section>`;
}

const score = (value: number | null): Fragment => (value === null ? "–" : significant(value));
