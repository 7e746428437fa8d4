/** Writes the page of a comparison from the results of its methods; the same input gives the same bytes. */

import type { ComparedResult, ComparisonResult } from "../run/output.js";
import type { Specification } from "../run/specification.js";
import { comparisonFigure } from "./comparison-figure.js";
import { frame } from "./frame.js";
import { type Fragment, html, type Markup, raw } from "./markup.js";
import { count, grouped, hundredths, significant, withError } from "./number.js";
import { renderPng } from "./png.js";
import type { Report } from "./render-report.js";
import { renderSvg } from "./svg.js";
import { table } from "./table.js";

/** Renders a comparison; `folders` hold the methods' own reports, beside the page. */
export async function renderComparison(
  specification: Specification,
  comparison: ComparisonResult,
  folders: readonly string[],
): Promise<Report> {
  const figure = comparisonFigure(comparison.methods);
  const svg = figure && (await renderSvg(figure));
  const figures = figure && svg ? [{ name: figure.name, svg, png: await renderPng(svg) }] : [];
  return { html: comparisonPage(specification, comparison, folders, svg), figures };
}

function comparisonPage(
  { observations, time }: Specification,
  { name, model, seed, methods }: ComparisonResult,
  folders: readonly string[],
  svg: string | null,
): string {
  const twin = observations.kind === "twin";
  const cycles = Math.max(...methods.map((method) => method.cycles));
  const data = twin
    ? `twin: the truth and its ${grouped(cycles)} observations are the same for all of them`
    : `record of ${grouped(cycles)} times`;
  const spinup =
    twin && time.spinup > 0 ? ` The first ${grouped(time.spinup)} cycles are not scored.` : null;
  return frame({
    kicker: "Kalmia comparison",
    title: name,
    lead: html`<p class="lead">${capital(count(methods.length))} methods follow the same ${model} ${data}. Seed ${seed} fixes every random number.${spinup}</p>`,
    body: html`${warnings(methods)}
<section>
<h2>Scores</h2>
${scores(methods, folders)}
<p class="note">rmse.a and rmse.f are the time means of the root mean square errors of analyses and forecasts (rmse.s: of the
smoothed states of smoothers), with standard errors that take the correlation of cycles into account; spread.a is the standard deviation of the state that the method itself gives; CRPS is of
the analyses; log-likelihoods are natural, with all constants, of methods that have a likelihood; ms/cycle is the wall time of a cycle, forecast and analysis, without
scoring. Times depend on the machine; a second run gives all other numbers again.</p>
${svg === null ? null : html`<figure>${raw(svg)}<figcaption>A filter that states its errors rightly has a spread as large as its error.</figcaption></figure>`}
</section>`,
  });
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const heads = (smooths: boolean): readonly string[] => [
  ...["method", "rmse.a", "rmse.f", ...(smooths ? ["rmse.s"] : [])],
  ...["spread.a", "CRPS", "log-likelihood", "ms/cycle"],
];

function scores(methods: readonly ComparedResult[], folders: readonly string[]): Markup {
  const errors = methods.map(({ rmse }) => rmse?.analysis ?? Number.POSITIVE_INFINITY);
  const least = Math.min(...errors);
  const smooths = methods.some(({ rmse }) => rmse?.smoothed !== undefined);
  const rows = methods.map((method, i) => ({
    cells: cells(method, folders[i]!, smooths),
    best: errors[i]! === least && Number.isFinite(least),
  }));
  return table(heads(smooths), rows);
}

function cells(method: ComparedResult, folder: string, smooths: boolean): readonly Fragment[] {
  const { label, divergence, rmse, rmseError, spread, crps, logLikelihood } = method;
  const note =
    divergence === undefined
      ? null
      : html`<small>diverged at cycle ${grouped(divergence.cycle)}</small>`;
  const score = (which: "forecast" | "analysis" | "smoothed") =>
    rmse?.[which] === undefined ? "–" : withError(rmse[which], rmseError?.[which] ?? 0);
  return [
    html`<a href="${encodeURIComponent(folder)}/report.html">${label}</a>${note}`,
    score("analysis"),
    score("forecast"),
    ...(smooths ? [score("smoothed")] : []),
    significant(spread?.analysis ?? null, 3),
    significant(crps, 3),
    hundredths(logLikelihood),
    significant(1000 / method.cyclesPerSecond, 3),
  ];
}

function warnings(methods: readonly ComparedResult[]): Markup | null {
  const all = methods.flatMap(({ label, warnings: own }) => own.map((text) => `${label}: ${text}`));
  if (all.length === 0) return null;
  return html`<div class="warnings" role="alert"><strong>${all.length === 1 ? "Warning" : "Warnings"}</strong>
<ul>${all.map((warning) => html`<li>${warning}</li>`)}</ul></div>`;
}
