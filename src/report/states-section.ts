/** Explains the figure of the states. */
import type { RunOutput } from "../run/output.js";
import { type Fragment, html, type Markup } from "./markup.js";
import { percent } from "./number.js";
import type { StatesFigure } from "./states-figure.js";

export function statesSection(output: RunOutput, drawn: StatesFigure, figure: Fragment): Markup {
  const { states } = output;
  const { variables, times } = drawn.shown;
  const notes: readonly (string | null)[] = [
    variables < states.variables.length
      ? `The first ${variables} of ${states.variables.length} variables are shown.`
      : null,
    times < states.observed ? `The last ${times} of ${states.observed} times are shown.` : null,
    drawn.cut ? "Bands that leave a panel are cut at its edge." : null,
    drawn.logarithmic
      ? "Abundances that span more than a factor of 30 have a logarithmic axis."
      : null,
  ];
  return html`<section>
<h2>Observations and states</h2>
<p>Points are observations. The blue line is the analysis, the estimate from all observations up
to that time; its band holds the true state with 90 % probability if model and noise are right.
${coverage(output)}${states.smoothed ? " The smoothed estimate also uses later observations, so its band is narrower." : null}
${states.observed < states.times.length ? " Right of the dotted line nothing is observed." : null}
${notes.filter((note) => note !== null).join(" ")}</p>
${figure}
</section>`;
}

/** Says for which fraction of variables and times the band of the analysis holds the truth, where there is a truth. */
function coverage({ states: { truth, analysis, observed } }: RunOutput): Fragment {
  if (truth === null) return null;
  const inside = truth
    .slice(0, observed)
    .flatMap((row, k) =>
      row.map(
        (x, i) =>
          x >= (analysis.lower[k]?.[i] ?? Number.NaN) &&
          x <= (analysis.upper[k]?.[i] ?? Number.NaN),
      ),
    );
  if (inside.length === 0) return null;
  return `It holds the truth (dashed) in ${percent(inside.filter(Boolean).length / inside.length)} of cases.`;
}
