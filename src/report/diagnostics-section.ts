/** Ranks, scales and residuals: whether errors are as large, and where, as the method believes. */
import { type Flatness, flatness, type RankHistogram } from "../diagnostics/index.js";
import type { ResidualsOutput, RunOutput } from "../run/output.js";
import { type Fragment, html, type Markup } from "./markup.js";
import { grouped, significant, withError } from "./number.js";
import { type TableRow, table } from "./table.js";

export function diagnosticsSection(
  { diagnostics: { ranks, spectra, residuals }, observations }: RunOutput,
  figure: Fragment,
): Markup | null {
  if (ranks === null && spectra === null && residuals === null) return null;
  return html`<section>
<h2>Are errors where the method believes them?</h2>
${ranks && html`<p>${rankText(ranks)}</p>`}
${
  spectra &&
  html`<p>Power by wavenumber adds up to the mean square: where the error comes near the truth nothing is
known of that scale${spectra.spread ? ", and where the spread of the members lies below the error they are too sure of it" : null}.</p>`
}
${figure}
${residuals && residualsTable(residuals, observations.columns)}
</section>`;
}

/** Below this chance alone does not do it. */
const rare = 0.01;

function rankText(ranks: RankHistogram): Fragment {
  const flat = flatness(ranks);
  return html`If truth and members are draws of one distribution all bars of the rank histogram are equally high:
a cup (∪) says that members lie too close together, a dome (∩) too far apart, a slope that they are biased.
${verdict(flat)} Neighbours and successive times are alike: the ${grouped(ranks.cases)} cases count
as ${grouped(Math.round(ranks.effectiveCases.bars))} independent ones for the bars and
as ${grouped(Math.round(ranks.effectiveCases.slope))} for a slope.`;
}

function verdict({ slope, convexity, pValue }: Flatness): string {
  const found = [
    convexity.pValue < rare
      ? `members lie too ${convexity.sign > 0 ? "close together" : "far apart"} (p ${chance(convexity.pValue)})`
      : null,
    slope.pValue < rare
      ? `the truth lies too ${slope.sign > 0 ? "high" : "low"} among them (p ${chance(slope.pValue)})`
      : null,
  ].filter((one) => one !== null);
  if (found.length > 0) return `Here ${found.join(" and ")}.`;
  return `Here bars differ by ${pValue < rare ? "" : "no "}more than chance makes them (p ${chance(pValue)}).`;
}

const chance = (p: number): string => (p < 1e-3 ? "< 0.001" : `= ${p.toFixed(p < 0.1 ? 3 : 2)}`);

/** More columns than these are shown as their mean. */
const mostColumns = 6;

function residualsTable(residuals: ResidualsOutput, columns: readonly string[]): Markup | null {
  const { assumed } = residuals;
  const meanAssumed = assumed.reduce((sum, v) => sum + v, 0) / assumed.length;
  const each = columns.map((name, j) => rowOf(name, assumed[j]!, residuals.columns[j] ?? null));
  const mean = rowOf(`mean over ${columns.length} columns`, meanAssumed, residuals.mean);
  const rows = (columns.length > mostColumns ? [mean] : each).filter((row) => row !== null);
  if (rows.length === 0) return null;
  const heads = ["variances", "R assumed", "R found", "H B Hᵀ found", "innovations"];
  return html`<p>Variances found from what observations leave of forecasts and analyses, beside the one assumed:
the error of observations R and of forecasts H B Hᵀ add up to that of innovations. They are right if the gain is;
else they say in which direction R is to be changed.</p>
${table(heads, rows)}`;
}

function rowOf(name: string, assumed: number, found: ResidualsOutput["mean"]): TableRow | null {
  if (found === null) return null;
  const { observation, forecast, innovation } = found;
  const shown = [observation, forecast, innovation].map(({ value, standardError }) =>
    withError(value, standardError),
  );
  return { cells: [name, significant(assumed, 3), ...shown] };
}
