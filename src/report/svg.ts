/**
 * A figure as SVG text, the same bytes for the same figure: without clip paths and gradients, which
 * Vega numbers from a counter that lives as long as the process, it has no ids, and several figures
 * fit in one page.
 */
import { loadDrawing } from "./drawing.js";
import type { Figure } from "./figure.js";
import { escapeHtml } from "./markup.js";
import { config, figureWidth } from "./theme.js";

export async function renderSvg({ description, specification }: Figure): Promise<string> {
  const { parse, View } = await loadDrawing(() => import("vega"));
  const { compile } = await loadDrawing(() => import("vega-lite"));
  const view = new View(parse(compile(specification, { config }).spec), { renderer: "none" });
  const svg = await view.toSVG();
  view.finalize();
  return printable(named(trimmed(shortened(svg)), description));
}

/** Replaces characters that XML cannot have, not even escaped: a picture with one could not be drawn. */
const printable = (svg: string): string => svg.replace(notInXml, "\ufffd");

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that XML cannot have
const notInXml = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\p{Cs}]/gu;

/** Paths to a thousandth of a pixel. */
function shortened(svg: string): string {
  return svg.replace(/ d="[^"]*"/g, (path) =>
    path.replace(/-?\d+\.\d{4,}(e-\d+)?/g, (number) => String(Number(Number(number).toFixed(3)))),
  );
}

/** Without a canvas Vega overestimates the width of text; cut what that adds at the right. */
function trimmed(svg: string): string {
  return svg.replace(
    /width="([\d.]+)" height="([\d.]+)" viewBox="0 0 [\d.]+ [\d.]+"/,
    (_, width: string, height: string) => {
      const kept = Math.min(Number(width), figureWidth);
      return `width="${kept}" height="${height}" viewBox="0 0 ${kept} ${height}"`;
    },
  );
}

/** A role and a name, for screen readers. */
function named(svg: string, description: string): string {
  // A function, because a text would be read for `$&` and its like.
  return svg.replace("<svg ", () => `<svg role="img" aria-label="${escapeHtml(description)}" `);
}
