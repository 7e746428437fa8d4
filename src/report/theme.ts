/** Colours, type and axes that all figures share. */
import type { Config } from "vega-lite";

/** DejaVu Sans, which the PNGs are drawn with, then Verdana, which has the same widths. */
export const fontFamily = "DejaVu Sans, Verdana, Arial, sans-serif";

/** Wong's palette, which readers with any colour vision can tell apart (B. Wong, Nature Methods 8, 441, 2011). */
export const colours = {
  ink: "#1f2a37",
  muted: "#5b6776",
  faint: "#b4bdc9",
  grid: "#e9edf2",
  observation: "#1f2a37",
  analysis: "#0072B2",
  forecast: "#D55E00",
  smoothed: "#009E73",
  truth: "#1f2a37",
} as const;

/** For series that have no meaning of their own, such as the columns of a record. */
export const seriesColours: readonly string[] = [
  "#0072B2",
  "#D55E00",
  "#009E73",
  "#CC79A7",
  "#56B4E9",
  "#E69F00",
];

/** Width of the drawing area of a whole row, of one of two beside each other, and of a figure. */
export const fullWidth = 720;
export const halfWidth = 334;
export const figureWidth = 800;

export const config: Config = {
  background: "#ffffff",
  padding: 10,
  font: fontFamily,
  aria: false,
  view: { stroke: null },
  concat: { spacing: 18 },
  title: {
    anchor: "start",
    frame: "group",
    fontSize: 12,
    fontWeight: "bold",
    color: colours.ink,
    offset: 8,
  },
  axis: {
    labelFontSize: 10.5,
    labelColor: colours.muted,
    titleFontSize: 11,
    titleFontWeight: "normal",
    titleColor: colours.muted,
    titlePadding: 8,
    gridColor: colours.grid,
    domainColor: colours.faint,
    tickColor: colours.faint,
    tickSize: 4,
    labelPadding: 4,
  },
  axisX: { grid: false, format: "~f" },
  axisY: { domain: false, ticks: false, tickCount: 5, minExtent: 34, maxExtent: 34 },
};
