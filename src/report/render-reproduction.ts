/** Writes the page and the pictures of a reproduction from its output; the same input gives the same bytes. */
import type { FigureData } from "../reproductions/index.js";
import { renderPng } from "./png.js";
import type { Report } from "./render-report.js";
import { bandFigure } from "./reproduction-bands.js";
import { curveFigure } from "./reproduction-curves.js";
import { mapFigure } from "./reproduction-maps.js";
import { type DrawnFigure, type Reproduced, reproductionPage } from "./reproduction-page.js";
import type { Drawing } from "./reproduction-panels.js";
import { type Styles, seriesStyles } from "./reproduction-style.js";
import { renderSvg } from "./svg.js";

/** Renders the page and its figures as SVG and PNG, in Node. */
export async function renderReproduction(reproduced: Reproduced): Promise<Report> {
  const { figures } = reproduced.output;
  const styles = seriesStyles(figures.flatMap(seriesNames));
  const drawn: DrawnFigure[] = [];
  const pictures: Report["figures"][number][] = [];
  for (const [i, data] of figures.entries()) {
    const { remarks, ...figure } = figureOf(data, styles);
    const name = fileName(i, data.title);
    const svg = await renderSvg({ name, ...figure });
    drawn.push({ svg, caption: [data.caption, ...remarks].join(" ") });
    pictures.push({ name, svg, png: await renderPng(svg) });
  }
  return { html: reproductionPage(reproduced, drawn), figures: pictures };
}

/** @internal Returns the drawing of a figure, and what its caption must add. */
export function figureOf(data: FigureData, styles: Styles): Drawing {
  switch (data.kind) {
    case "bands":
      return bandFigure(data, styles);
    case "curves":
      return curveFigure(data, styles);
    case "maps":
      return mapFigure(data);
  }
}

function seriesNames(data: FigureData): readonly string[] {
  if (data.kind === "maps") return [];
  const series = data.kind === "bands" ? data.series : data.panels.flatMap((panel) => panel.series);
  return series.map(({ name }) => name);
}

/** `1-forecast-error` */
function fileName(i: number, title: string): string {
  const words =
    title
      .toLowerCase()
      .normalize("NFKD")
      .match(/[a-z0-9]+/g) ?? [];
  return [i + 1, ...words.slice(0, 6)].join("-");
}
