/** Says whether errors are as large as the method states: by ranks, by spectra and by residuals. */
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
  html`<p>The powers of all wavenumbers add up to the mean square. Where the power of the error is near that
of the truth, nothing is known of that scale${spectra.spread ? ". Where the spread of the members lies below the error, the members are too close together" : null}.</p>`
}
${figure}
${residuals && residualsTable(residuals, observations.columns)}
</section>`;
}

/** The usual level: so often a test of chance alone is taken for more. */
const level = 0.05;

function rankText(ranks: RankHistogram): Fragment {
  const flat = flatness(ranks);
  return html`If the truth and the members are draws from one distribution, all bars of the rank histogram are equally high.
A cup (∪) says that the members lie too close together, a dome (∩) that they lie too far apart, a slope that they are biased.
${verdict(flat)} Neighbouring variables and successive times are correlated: the ${grouped(ranks.cases)} cases count
as ${grouped(Math.round(ranks.effectiveCases.bars))} independent ones for the bars and
as ${grouped(Math.round(ranks.effectiveCases.slope))} for a slope.`;
}

/** Judges the bars at the usual level, and of their two shapes each at half of it. */
function verdict({ slope, convexity, pValue }: Flatness): string {
  const found = [
    convexity.pValue < level / 2
      ? `members lie too ${convexity.sign > 0 ? "close together" : "far apart"} (p ${chance(convexity.pValue)})`
      : null,
    slope.pValue < level / 2
      ? `the truth lies too ${slope.sign > 0 ? "high" : "low"} among them (p ${chance(slope.pValue)})`
      : null,
  ].filter((one) => one !== null);
  if (found.length > 0) return `Here ${found.join(" and ")}.`;
  return `Here bars differ ${pValue < level ? "" : "not "}significantly at the level of 5 % (p ${chance(pValue)}).`;
}

const chance = (p: number): string => (p < 1e-3 ? "< 0.001" : `= ${p.toFixed(p < 0.1 ? 3 : 2)}`);

/** The largest number of columns that are shown one by one; of more their mean is shown. */
const mostColumns = 6;

function residualsTable(residuals: ResidualsOutput, columns: readonly string[]): Markup | null {
  const { assumed } = residuals;
  const meanAssumed = assumed.reduce((sum, v) => sum + v, 0) / assumed.length;
  const each = columns.map((name, j) => rowOf(name, assumed[j]!, residuals.columns[j] ?? null));
  const mean = rowOf(`mean over ${columns.length} columns`, meanAssumed, residuals.mean);
  const rows = (columns.length > mostColumns ? [mean] : each).filter((row) => row !== null);
  if (rows.length === 0) return null;
  const heads = ["variances", "R assumed", "R found", "H B Hᵀ found", "innovations"];
  return html`<p>The table shows variances estimated from the residuals of forecasts and analyses, beside the variance assumed.
The variance of observation errors R and that of forecast errors H B Hᵀ add up to that of the innovations. The
estimates are right if the gain is right; otherwise they say in which direction to change R.</p>
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
