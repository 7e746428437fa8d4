/** Writes the page and the pictures of a run from its output; the same input gives the same bytes. */
import type { RunOutput } from "../run/output.js";
import type { Specification } from "../run/specification.js";
import { diagnosticsFigure } from "./diagnostics-figure.js";
import type { Figure } from "./figure.js";
import { innovationsFigure } from "./innovations-figure.js";
import { inspectionFigure } from "./inspection-figure.js";
import { lossFigure } from "./loss-figure.js";
import { page } from "./page.js";
import { parametersFigure } from "./parameters-figure.js";
import { renderPng } from "./png.js";
import { statesFigure } from "./states-figure.js";
import { renderSvg } from "./svg.js";

export interface Picture {
  /** The file name without its ending: states, parameters, innovations, diagnostics, inspection or loss. */
  readonly name: string;
  readonly svg: string;
}

export interface Page {
  /** The whole page, with its figures inside. */
  readonly html: string;
  readonly figures: readonly Picture[];
}

export interface Report {
  readonly html: string;
  readonly figures: readonly (Picture & { readonly png: Uint8Array })[];
}

/** Renders the page and its figures as SVG; also in a browser. */
export async function renderPage(specification: Specification, output: RunOutput): Promise<Page> {
  const states = statesFigure(output);
  const loss = output.learning && lossFigure(output.learning, output.evidence);
  const parameters = parametersFigure(Object.entries(output.result.parameters));
  const drawn: readonly (Figure | null)[] = [
    states,
    parameters,
    innovationsFigure(output),
    diagnosticsFigure(output.diagnostics),
    output.inspection ? inspectionFigure(output.inspection) : null,
    loss,
  ];
  const figures: Picture[] = [];
  for (const figure of drawn) {
    if (figure !== null) figures.push({ name: figure.name, svg: await renderSvg(figure) });
  }
  const svgs = new Map(figures.map(({ name, svg }) => [name, svg]));
  return {
    html: page(specification, output, { svgs, states, lossCut: loss?.cut ?? false }),
    figures,
  };
}

/** Renders the page and its figures as SVG and PNG, in Node. */
export async function renderReport(
  specification: Specification,
  output: RunOutput,
): Promise<Report> {
  const { html, figures } = await renderPage(specification, output);
  const pngs = await Promise.all(figures.map(({ svg }) => renderPng(svg)));
  return { html, figures: figures.map((figure, i) => ({ ...figure, png: pngs[i]! })) };
}
