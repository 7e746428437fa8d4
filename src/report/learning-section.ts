/** Shows the losses of learning, and where each start ended. */
import type { ChoiceResult, LearningOutput, RunOutput } from "../run/output.js";
import { evidenceWords, lossWords } from "./evidence.js";
import { type Fragment, html, type Markup } from "./markup.js";
import type { Meanings } from "./meaning.js";
import { count, given, hundredths, significant } from "./number.js";
import { table } from "./table.js";

const maxColumns = 10;

export function learningSection(
  learning: LearningOutput,
  evidence: RunOutput["evidence"],
  meaning: Meanings,
  cut: boolean,
  figure: Fragment,
  choices: Readonly<Record<string, ChoiceResult>> = {},
): Markup {
  const own = learning.losses.filter(({ restart }) => restart === learning.best);
  const [first, last] = [own[0], own.at(-1)];
  const path =
    first && last
      ? html`The best start went from ${significant(first.training)} to ${significant(last.training)} in
${own.length} epochs${first.rate === last.rate ? null : html` while the learning rate fell from ${given(first.rate)} to ${given(last.rate)}`}.`
      : null;
  const words = lossWords(learning, evidence);
  return html`<section>
<h2>How learning went</h2>
<p>The loss is the ${words.loss}${words.ofWhat},
divided by their number: lower is better. ${path}${cut ? " Early losses above the panel are not shown." : null}
${validationText(own)}</p>
${figure}
${Object.entries(choices).map(([name, choice]) => choiceTable(name, choice, meaning))}
${learning.restarts.length > 1 ? restartsTable(learning, evidence) : null}
</section>`;
}

function choiceTable(
  name: string,
  { chosen, tried, epochs }: ChoiceResult,
  meaning: Meanings,
): Markup {
  const rows = tried.map(({ value, validation }) => ({
    best: value === chosen,
    cells: [
      value === chosen ? html`${given(value)}, chosen` : given(value),
      validation === null ? "could not learn" : validation.toFixed(4),
    ],
  }));
  return html`<p><code>${name}</code> (${meaning(name)}) was chosen by the part kept for validation, before
learning: each value learned for ${count(epochs)} ${epochs === 1 ? "epoch" : "epochs"}.</p>
${table(["value", "least validation loss"], rows)}`;
}

function validationText(own: LearningOutput["losses"]): Fragment {
  const losses = own.flatMap(({ validation }) => (validation === null ? [] : [validation]));
  if (losses.length === 0) return "No part of the record was kept for validation.";
  const lowest = Math.min(...losses);
  const epoch = own.find(({ validation }) => validation === lowest)?.epoch ?? 0;
  return html`On the part kept for validation it was lowest, ${significant(lowest)}, at epoch ${epoch}.`;
}

function restartsTable(
  { restarts, best }: LearningOutput,
  evidence: RunOutput["evidence"],
): Markup {
  const { total, sign } = evidenceWords[evidence];
  const names = Object.keys(restarts[0]!.parameters).slice(0, maxColumns);
  const rows = restarts.map(({ logLikelihood, parameters }, i) => ({
    best: i === best,
    cells: [
      i === best ? `${i + 1}, the best` : i + 1,
      hundredths(sign * logLikelihood),
      ...names.map((name) => significant(parameters[name] ?? Number.NaN)),
    ],
  }));
  const values = restarts.map(({ logLikelihood }) => logLikelihood).filter(Number.isFinite);
  const spread = Math.max(...values) - Math.min(...values);
  return html`<p>${count(restarts.length).replace(/^./, (letter) => letter.toUpperCase())} starts ended within ${significant(spread, 3)} of
each other in ${total}.${evidence === "misfit" ? null : verdict(spread)}</p>
${table(["start", total, ...names.map((name) => html`<code>${name}</code>`)], rows)}`;
}

/** Judges the spread of log-likelihoods; a misfit has a unit, so its spread has no such scale. */
const verdict = (spread: number): string =>
  spread < 0.1
    ? " They found the same optimum."
    : " Starts that differ by more than a few tenths found different optima, or were not finished.";
