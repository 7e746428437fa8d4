/** Compares innovations with what they should be, in words. */
import { binomialTail } from "../prob/index.js";
import type { RunOutput } from "../run/output.js";
import type { Specification } from "../run/specification.js";
import type { InnovationSummary } from "./innovation-summary.js";
import { type Fragment, html, type Markup } from "./markup.js";
import { grouped, hundredths, percent } from "./number.js";

export function innovationsSection(
  { observations }: Specification,
  output: RunOutput,
  summary: InnovationSummary | null,
  figure: Fragment,
): Markup {
  if (summary === null) {
    return html`<section><h2>Does the filter know its own errors?</h2>
<p>${
      output.evidence === "misfit"
        ? "The method knows no covariance of its forecasts, so there is no standard deviation to divide innovations by."
        : "Nothing was observed, so there are no innovations."
    }</p></section>`;
  }
  const { chiSquareRatio: ratio, chiSquareSd: sd } = summary;
  const single = output.evidence === "composite";
  const sampleNote =
    output.learning === null || "trajectories" in observations
      ? null
      : " Values learned from this same record make these numbers look somewhat better than they would on new data.";
  return html`<section>
<h2>Does the filter know its own errors?</h2>
<p>An innovation is an observation minus its forecast, divided by the standard deviation that the
filter gave that forecast. If model and noise are right, innovations are ${single ? "draws" : "independent draws"} from a
standard normal distribution${single ? "; those of one time are correlated, because the method knows only the variance of each" : null}. Of ${grouped(summary.count)}, ${percent(summary.within90)} lie within ±1.645
(90 % expected) and ${percent(summary.within95)} within ±1.96 (95 % expected). Mean χ² for each degree
of freedom is ${hundredths(ratio)}; expected is 1${single ? "." : html`, give or take ${hundredths(sd)}. ${verdict(ratio, sd)}`}
${lagText(output.observations.columns, summary)}${sampleNote}</p>
${figure}
</section>`;
}

/** Judges the mean χ²: a ratio within two standard deviations of 1 is taken for chance. */
function verdict(ratio: number, sd: number): string {
  if (ratio > 1 + 2 * sd)
    return "The errors of forecasts are larger than the filter states: it is too confident.";
  if (ratio < 1 - 2 * sd)
    return "The errors of forecasts are smaller than the filter states: it is too cautious.";
  if (Number.isNaN(ratio)) return "";
  return "The size of the errors agrees with what the filter states.";
}

function lagText(columns: readonly string[], { lagOne, lagBounds }: InnovationSummary): Fragment {
  const outside = lagOne.filter((r, j) => Math.abs(r) > lagBounds[j]!).length;
  const bound = Math.max(...lagBounds).toFixed(2);
  const values =
    lagOne.length <= 4
      ? html`Autocorrelation at lag 1 is ${lagOne.map((r, j) => [j > 0 ? " and " : "", hundredths(r), ` (${columns[j] ?? j + 1})`])}`
      : html`Autocorrelation at lag 1 lies between ${hundredths(Math.min(...lagOne))} and ${hundredths(Math.max(...lagOne))}`;
  const n = lagOne.length;
  const judged =
    outside === 0
      ? "nothing predictable is left from one time to the next."
      : `${outside} of ${n} ${outside === 1 ? "is" : "are"} outside, ${Number((level * n).toPrecision(3))} expected. ${lagVerdict(outside, n)}`;
  return html`${values}; it should be near 0, and chance keeps it within ±${bound} in 95 of 100 cases: ${judged}`;
}

/** The usual level: so often a value of chance alone is outside. */
const level = 0.05;

/** Judges how many of n columns are outside, by the binomial distribution of independent ones. */
function lagVerdict(outside: number, n: number): string {
  const p = binomialTail(outside, n, level);
  const text = p < 1e-3 ? "below 0.001" : p.toFixed(3);
  const so = `That many or more have a probability of ${text}`;
  return p < level
    ? `${so}, so something predictable may be left.`
    : `${so}, not rare at the usual level of 5 %.`;
}
