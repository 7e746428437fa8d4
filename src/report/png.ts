/**
 * SVG to PNG, in Node only. The rasteriser is a native library that reads fonts from paths, and
 * without a font it silently drops all text; finding the font's path takes `node:module`. Both are
 * imported when the first picture is asked for, so that the other files load in a browser.
 */
import { loadDrawing } from "./drawing.js";

/** Pixels for each CSS pixel. */
const zoom = 2;

export async function renderPng(svg: string, fonts?: readonly string[]): Promise<Uint8Array> {
  if (/clip-path|mask=|filter=| opacity="0?\.|:opacity/.test(svg)) {
    throw new Error(
      "renderPng: the SVG clips or has an opacity of its own; use fill-opacity and stroke-opacity, " +
        "for a layer outside the picture aborts the process",
    );
  }
  const { Resvg } = await loadDrawing(() => import("@resvg/resvg-js"));
  const picture = new Resvg(svg, {
    font: {
      fontFiles: [...(fonts ?? (await fontFiles()))],
      loadSystemFonts: false,
      defaultFontFamily: "DejaVu Sans",
      sansSerifFamily: "DejaVu Sans",
    },
    fitTo: { mode: "zoom", value: zoom },
  });
  return new Uint8Array(picture.render().asPng());
}

async function fontFiles(): Promise<readonly string[]> {
  const { createRequire } = await import("node:module");
  const { resolve } = createRequire(import.meta.url);
  const files = ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"];
  return loadDrawing(() => files.map((file) => resolve(`dejavu-fonts-ttf/ttf/${file}`)));
}
