/** Writes the page of a run: the question, the result and how far to trust it. It has no scripts and loads nothing. */

import type { Computed, RunOutput } from "../run/output.js";
import { plainSpecification, type Specification } from "../run/specification.js";
import { diagnosticsSection } from "./diagnostics-section.js";
import { forecastSection } from "./forecast-section.js";
import { formula } from "./formula.js";
import { frame } from "./frame.js";
import { type InnovationSummary, summariseInnovations } from "./innovation-summary.js";
import { innovationsSection } from "./innovations-section.js";
import { inspectionSection } from "./inspection-section.js";
import { learningSection } from "./learning-section.js";
import { type Fragment, html, type Markup, raw } from "./markup.js";
import { meaningsOf } from "./meaning.js";
import { hundredths, percent, significant } from "./number.js";
import { parametersSection } from "./parameters-section.js";
import { plainJson } from "./plain-json.js";
import { scoresSection } from "./scores-section.js";
import type { StatesFigure } from "./states-figure.js";
import { statesSection } from "./states-section.js";
import { plural, setting, summary } from "./words.js";

/** The SVGs by the names of their figures, and what the text beside them must say. */
export interface Drawings {
  readonly svgs: ReadonlyMap<string, string>;
  readonly states: StatesFigure;
  readonly lossCut: boolean;
}

export function page(specification: Specification, output: RunOutput, drawings: Drawings): string {
  const figure = (name: string): Fragment => {
    const svg = drawings.svgs.get(name);
    return svg === undefined ? null : html`<figure>${raw(svg)}</figure>`;
  };
  const innovations = summariseInnovations(output.innovations);
  const meanings = meaningsOf(specification);
  return frame({
    kicker: "Kalmia report",
    title: specification.name,
    lead: html`${summary(specification, output)}`,
    body: html`${warnings(output)}
${keyNumbers(output, innovations)}
${statesSection(output, drawings.states, figure("states"))}
${forecastSection(output)}
${parametersSection(output, meanings, figure("parameters"))}
${innovationsSection(specification, output, innovations, figure("innovations"))}
${diagnosticsSection(output, figure("diagnostics"))}
${inspectionSection(output.inspection, figure("inspection"))}
${output.learning ? learningSection(output.learning, output.evidence, meanings, drawings.lossCut, figure("loss"), output.result.choices) : null}
${scoresSection(output)}
<section>
<h2>The model</h2>
${formula(specification, output.states.variables, output.logarithms)}
${setting(specification, output.observations.timeName)}
</section>
${reproduction(specification, output)}`,
  });
}

function warnings({ result }: RunOutput): Markup | null {
  const all = [
    ...(result.diverged ? ["The run diverged: do not trust any number on this page."] : []),
    ...result.warnings,
  ];
  if (all.length === 0) return null;
  return html`<div class="warnings" role="alert"><strong>${all.length === 1 ? "Warning" : "Warnings"}</strong>
<ul>${all.map((warning) => html`<li>${warning}</li>`)}</ul></div>`;
}

function keyNumbers(
  { result, evidence }: RunOutput,
  innovations: InnovationSummary | null,
): Markup {
  const item = (name: string, value: string, note: string): Markup =>
    html`<div><dt>${name}</dt><dd>${value}<small>${note}</small></dd></div>\n`;
  return html`<dl class="figures">
${
  evidence === "likelihood"
    ? item("log-likelihood", hundredths(result.logLikelihood), `${result.cycles} times observed`)
    : item("times observed", String(result.cycles), "the method has no likelihood")
}${
  result.rmse
    ? item(
        "RMSE of the analysis",
        significant(result.rmse.analysis, 3),
        result.spread ? `spread ${significant(result.spread.analysis, 3)}` : "",
      )
    : null
}${
  innovations
    ? [
        item("innovations inside 90 % bounds", percent(innovations.within90), "expected 90 %"),
        item(
          "mean χ² / degrees of freedom",
          hundredths(innovations.chiSquareRatio),
          evidence === "likelihood"
            ? `expected 1 ± ${hundredths(innovations.chiSquareSd)}`
            : "expected 1",
        ),
      ]
    : null
}</dl>`;
}

/** Says what computed the numbers, and how far another machine agrees with them. */
function computedWords({ kalmia, node, kernels, threads, library }: Computed): string {
  const versions = [kalmia && `Kalmia ${kalmia}`, node && `Node ${node}`].filter((each) => each);
  const on = versions.length === 0 ? "" : ` of ${versions.join(" on ")}`;
  const products = library === null ? "" : ` and large products by ${library}`;
  const agreement =
    kernels === "simd" && library === null
      ? "These kernels round as WebAssembly prescribes; Node 20, 22 and 24 were seen to give the same digits."
      : "Other machines may round otherwise, and a chaotic model then gives other digits; the kernels simd without a library round as WebAssembly prescribes.";
  return `It was computed by the kernels ${kernels}${on}, on ${threads} ${plural("thread", threads)}${products}. ${agreement}`;
}

function reproduction(specification: Specification, { result: { computed } }: RunOutput): Markup {
  return html`<section>
<h2>How to reproduce this</h2>
<p>Run <code>kalmia run</code> on the experiment file. Seed ${specification.seed} fixes every random number, and the
page holds no date and no time of computation, so a second run gives the same page. ${computedWords(computed)} Below is the whole experiment as
the program read it, with defaults and data.</p>
<details><summary>The experiment</summary>
<pre>${plainJson(plainSpecification(specification))}</pre>
</details>
</section>`;
}
