/** Shows the forecast beyond the record as a table. */
import type { RunOutput } from "../run/output.js";
import { type Fragment, html, type Markup } from "./markup.js";
import { interval, significant, time } from "./number.js";
import { table } from "./table.js";

const maxVariables = 12;
const maxTimes = 40;

/** Returns null when the run does not forecast beyond the record. */
export function forecastSection({ states, observations }: RunOutput): Markup | null {
  const ahead = states.times.length - states.observed;
  if (ahead <= 0) return null;
  const every = Math.ceil(ahead / maxTimes);
  const shown = Array.from({ length: ahead }, (_, k) => states.observed + k).filter(
    (k) => (k - states.observed + 1) % every === 0,
  );
  const variables = states.variables.slice(0, maxVariables);
  const { mean, lower, upper } = states.analysis;
  const rows = shown.map((k) => ({
    cells: [
      time(states.times[k]!),
      ...variables.map(
        (_, i): Fragment =>
          html`${significant(at(mean, k, i), 3)}<small>${interval([at(lower, k, i), at(upper, k, i)])}</small>`,
      ),
    ],
  }));
  return html`<section>
<h2>The forecast beyond the record</h2>
<p>The table shows the mean of the state and below it its 90 % interval. No observation enters after
${observations.timeName} ${time(states.times[states.observed - 1] ?? Number.NaN)}, so the uncertainty grows. An observation would
differ from the state by its own error besides.${every > 1 ? ` Every ${every}th time is shown.` : null}${variables.length < states.variables.length ? ` The first ${variables.length} of ${states.variables.length} variables are shown.` : null}</p>
${table([observations.timeName, ...variables], rows)}
</section>`;
}

const at = (rows: readonly (readonly number[])[], k: number, i: number): number =>
  rows[k]?.[i] ?? Number.NaN;
