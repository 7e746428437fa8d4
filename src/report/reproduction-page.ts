/** Writes the page of a reproduction: published numbers beside ours, figures, and how to run it again. */

import type {
  Comparison,
  Reproduction,
  ReproductionOutput,
  Scale,
  TrialRecord,
} from "../reproductions/index.js";
import { failuresOf, ratioOf } from "../reproductions/reproduction.js";
import { frame } from "./frame.js";
import { type Fragment, html, listing, type Markup, raw } from "./markup.js";
import { count, given, grouped, hundredths, significant } from "./number.js";
import { table } from "./table.js";
import { plural } from "./words.js";

/** A reproduction that was run. */
export interface Reproduced {
  readonly reproduction: Pick<Reproduction, "name" | "title" | "source" | "about">;
  readonly scale: Scale;
  readonly output: ReproductionOutput;
  /** The records of the trials that are done. */
  readonly records: readonly TrialRecord[];
  /** The number of trials that are done, and of all trials. */
  readonly trials: { readonly done: number; readonly all: number };
}

/** A figure with its caption. */
export interface DrawnFigure {
  readonly svg: string;
  readonly caption: string;
}

export function reproductionPage(reproduced: Reproduced, figures: readonly DrawnFigure[]): string {
  const { reproduction, scale, output } = reproduced;
  return frame({
    kicker: "Kalmia reproduction",
    title: reproduction.title,
    lead: html`<p class="note">${reproduction.source}</p>
<p class="lead">${reproduction.about} ${scaleWords[scale]}</p>`,
    body: html`${left(reproduced)}
${failures(reproduced)}
${comparisons(output.comparisons)}
${figures.length > 0 ? html`<section>\n<h2>Figures</h2>\n${figures.map(figure)}</section>` : null}
${notes(output.notes)}
${making(reproduced)}`,
  });
}

const scaleWords: Readonly<Record<Scale, string>> = {
  quick: "This is the quick scale: smaller than the publication, for a first look.",
  paper: "This is the paper scale: the sizes of the publication.",
};

function left({ trials: { done, all } }: Reproduced): Markup | null {
  if (done === all) return null;
  return html`<p class="note">${grouped(done)} of ${grouped(all)} trials are done; this page shows what they give so far.</p>`;
}

function failures({ records }: Reproduced): Markup | null {
  const messages = failuresOf(records.map(({ result }) => result));
  if (messages.length === 0) return null;
  const distinct = [...new Set(messages)];
  return html`<div class="warnings" role="alert"><strong>${count(messages.length)} of ${grouped(records.length)} ${plural("trial", records.length)} failed</strong>
<ul>${distinct.map((message) => html`<li>${message}</li>`)}</ul></div>`;
}

function comparisons(all: readonly Comparison[]): Markup | null {
  if (all.length === 0) return null;
  const rows = all.map((comparison) => {
    const { what, published, ours, note } = comparison;
    const name = note === undefined ? what : html`${what}<small>${note}</small>`;
    const cells = [
      name,
      publishedText(published),
      significant(ours),
      hundredths(ratioOf(comparison)),
    ];
    return { cells };
  });
  return html`<section>
<h2>Published and ours</h2>
${table(["quantity", "published", "ours", "ours / published"], rows)}
</section>`;
}

function publishedText(published: Comparison["published"]): string {
  if (published === null) return "–";
  return typeof published === "number" ? given(published) : published;
}

function figure({ svg, caption }: DrawnFigure): Markup {
  return html`<figure>${raw(svg)}<figcaption>${caption}</figcaption></figure>\n`;
}

function notes(all: readonly string[]): Markup | null {
  if (all.length === 0) return null;
  return html`<section>
<h2>Notes</h2>
<ul>${all.map((note) => html`<li>${note}</li>\n`)}</ul>
</section>`;
}

function making({ reproduction, scale, records }: Reproduced): Markup {
  const command = `npm run reproduce -- ${reproduction.name} --scale ${scale}`;
  const seconds = records.reduce((sum, record) => sum + record.seconds, 0);
  return html`<section>
<h2>How to make it again</h2>
<pre>${command}</pre>
<p>The ${count(records.length)} ${plural("trial", records.length)} of this page took ${timeWords(seconds)} together${circumstances(records)}.
Results of trials are kept: a second run finds them again. <code>figures.json</code> beside this page has the data of the figures,
<code>result.json</code> the numbers of the table.</p>
</section>`;
}

/** Says when the trials ran, on which machine and with which version. */
function circumstances(records: readonly TrialRecord[]): Fragment {
  if (records.length === 0) return null;
  const distinct = (key: "date" | "machine" | "version") =>
    [
      ...new Set(
        records.map((record) => (key === "date" ? record.date.slice(0, 10) : record[key])),
      ),
    ].sort();
  const dates = distinct("date");
  const when = dates.length === 1 ? `on ${dates[0]}` : `from ${dates[0]} to ${dates.at(-1)}`;
  return html`, ${when}, on ${listing(distinct("machine"))}, with Kalmia ${listing(distinct("version"))}`;
}

function timeWords(seconds: number): string {
  if (seconds < 100) return `${significant(seconds, 2)} seconds`;
  if (seconds < 6000) return `${significant(seconds / 60, 2)} minutes`;
  return `${significant(seconds / 3600, 2)} hours`;
}
