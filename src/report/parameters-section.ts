/** Shows what was learned, with its uncertainty. */
import type { ParameterResult, RunOutput, TensorResult } from "../run/output.js";
import { type Fragment, html, listing, type Markup } from "./markup.js";
import type { Meanings } from "./meaning.js";
import { count, given, interval, percent, significant, withError } from "./number.js";
import type { NamedParameter } from "./parameters-figure.js";
import { table } from "./table.js";

export function parametersSection(
  { result, learning }: RunOutput,
  meaning: Meanings,
  figure: Fragment,
): Markup | null {
  const parameters = Object.entries(result.parameters);
  const tensors = tensorsText(Object.entries(result.tensors), meaning, learning === null);
  if (parameters.length === 0) {
    return tensors && html`<section><h2>What was learned</h2>${tensors}</section>`;
  }
  const truths = parameters.some(([, { truth }]) => truth !== undefined);
  const heads = ["quantity", "start", "learned", "90 % interval", ...(truths ? ["truth"] : [])];
  const rows = parameters.map(([name, parameter]) => ({
    cells: [
      html`<code>${name}</code><small>${meaning(name)}</small>`,
      given(parameter.start),
      learnedText(parameter),
      parameter.interval ? interval(parameter.interval) : "not determined",
      ...(truths ? [parameter.truth === undefined ? "–" : given(parameter.truth)] : []),
    ],
  }));
  return html`<section>
<h2>What was learned</h2>
${table(heads, rows)}
<p>${learning?.uncertainty ?? ""} ${missingText(parameters)}${precisionText(parameters)}${truthText(parameters)}</p>
${figure}
${tensors}
</section>`;
}

/** Shows matrices, vectors and networks by their size and by how far learning moved them. */
function tensorsText(
  tensors: readonly (readonly [string, TensorResult])[],
  meaning: Meanings,
  kept: boolean,
): Markup | null {
  if (tensors.length === 0) return null;
  const rows = tensors.map(([name, { shape, start, learned, change }]) => ({
    cells: [
      html`<code>${name}</code><small>${meaning(name)}</small>`,
      shape.join(" × "),
      significant(start, 3),
      significant(learned, 3),
      significant(change, 3),
    ],
  }));
  const where = kept ? null : html` Their values are in <code>model.safetensors</code>.`;
  return html`${table(["tensor", "shape", "size at the start", "size learned", "size of the change"], rows)}
<p>The size is the root of the sum of squares.${where}</p>`;
}

function learnedText({ learned, standardError }: ParameterResult): string {
  return standardError === null ? significant(learned, 3) : withError(learned, standardError);
}

function missingText(parameters: readonly NamedParameter[]): Fragment {
  const names = parameters.filter(([, { standardError }]) => standardError === null);
  if (names.length === 0) return null;
  const which =
    names.length === parameters.length
      ? "There is no standard error for any of them"
      : html`There is no standard error for ${listing(names.map(([name]) => html`<code>${name}</code>`))}`;
  return html`${which}: the digits shown are not known to be right. `;
}

/** Names the best and the least determined quantity. */
function precisionText(parameters: readonly NamedParameter[]): Fragment {
  const relative = parameters
    .flatMap(([name, { learned, standardError }]) =>
      standardError === null || learned === 0
        ? []
        : [{ name, ratio: Math.abs(standardError / learned) }],
    )
    .sort((a, b) => a.ratio - b.ratio);
  if (relative.length < 2) return null;
  const [best, worst] = [relative[0]!, relative.at(-1)!];
  return html`Best determined is <code>${best.name}</code>, with a standard error of ${percent(best.ratio)} of its
value, least <code>${worst.name}</code>, with ${percent(worst.ratio)}. `;
}

/** Tells how many of the intervals hold the truth. */
export function truthText(parameters: readonly NamedParameter[]): Fragment {
  const known = parameters.flatMap(([, { truth, interval }]) =>
    truth !== undefined && interval ? [truth >= interval[0] && truth <= interval[1]] : [],
  );
  if (known.length === 0) return null;
  const inside = known.filter(Boolean).length;
  if (known.length === 1) return `The truth lies ${inside === 1 ? "in" : "outside"} the interval.`;
  const which = inside === 0 ? "none of the" : `${count(inside)} of ${count(known.length)}`;
  return `The truth lies in ${which} intervals.`;
}
