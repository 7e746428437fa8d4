/**
 * A legend in one or more lines, drawn as a view of its own: swatches show a mark as it looks in
 * the figure (a line on its band, a point, dashes), which Vega's merged legends cannot.
 */
import { constantText, type Layer, type View } from "./figure.js";
import { colours } from "./theme.js";

export interface LegendEntry {
  readonly label: string;
  readonly colour: string;
  readonly mark: "band" | "line" | "dashes" | "point" | "ring" | "bar" | "diamond";
  /** Of a line and of that on a band. */
  readonly dash?: readonly number[];
}

interface Placed extends LegendEntry {
  readonly x: number;
  readonly y: number;
}

const gap = 6;
const lineHeight = 20;
const fontSize = 11;

export function legend(entries: readonly LegendEntry[], width: number): View {
  const placed = place(entries, width);
  const lines = 1 + Math.max(0, ...placed.map(({ y }) => y));
  return {
    width,
    height: lines * lineHeight,
    layer: placed.flatMap((entry) => draw(entry, width, lines)),
  };
}

/** Entries one after another, on a new line where the width is used up. */
function place(entries: readonly LegendEntry[], width: number): readonly Placed[] {
  let x = 0;
  let y = 0;
  return entries.map((entry) => {
    const needed = swatchOf(entry) + gap + textWidth(entry.label, fontSize) + 22;
    if (x > 0 && x + needed - 22 > width) {
      x = 0;
      y += 1;
    }
    const placed = { ...entry, x, y };
    x += needed;
    return placed;
  });
}

function draw(entry: Placed, width: number, lines: number): Layer[] {
  const { x, colour, label, mark } = entry;
  const dash = entry.dash ?? (mark === "dashes" ? [5, 3] : []);
  const swatch = swatchOf(entry);
  const y = entry.y * lineHeight + lineHeight / 2;
  const horizontal = (value: number) => ({
    datum: value,
    type: "quantitative" as const,
    scale: { domain: [0, width], nice: false },
    axis: null,
  });
  const vertical = (value: number) => ({
    datum: value,
    type: "quantitative" as const,
    scale: { domain: [lines * lineHeight, 0], nice: false },
    axis: null,
  });
  const data = { values: [{}] };
  const across = { x: horizontal(x), x2: { datum: x + swatch }, y: vertical(y) };
  const middle = { x: horizontal(x + swatch / 2), y: vertical(y) };
  const text: Layer = {
    data,
    mark: {
      type: "text",
      text: constantText(label),
      align: "left",
      baseline: "middle",
      fontSize,
      color: colours.ink,
    },
    encoding: { x: horizontal(x + swatch + gap), y: vertical(y) },
  };
  const line: Layer = {
    data,
    mark: {
      type: "rule",
      color: colour,
      strokeWidth: 2,
      ...(dash.length > 0 ? { strokeDash: [...dash] } : {}),
    },
    encoding: across,
  };
  const area = (half: number, shade: number): Layer => ({
    data,
    mark: { type: "rect", color: colour, fillOpacity: shade },
    encoding: {
      x: horizontal(x),
      x2: { datum: x + swatch },
      y: vertical(y - half),
      y2: { datum: y + half },
    },
  });
  const symbol = (shape: "circle" | "diamond", filled: boolean): Layer => ({
    data,
    mark: { type: "point", shape, filled, color: colour, size: 48, opacity: 1, strokeWidth: 1.6 },
    encoding: middle,
  });
  if (mark === "band") return [area(6, 0.22), line, text];
  if (mark === "bar") return [area(3, 0.45), text];
  if (mark === "point") return [symbol("circle", true), text];
  if (mark === "ring") return [symbol("circle", false), text];
  if (mark === "diamond") return [symbol("diamond", false), text];
  return [line, text];
}

/** Width of what stands before the label. */
const swatchOf = ({ mark }: LegendEntry): number =>
  mark === "point" || mark === "ring" || mark === "diamond" ? 10 : 24;

/** Roughly the width of DejaVu Sans, in pixels. */
export function textWidth(text: string, size: number): number {
  let ems = 0;
  for (const letter of text) {
    if (/[ijlft.,:;'|!() ]/.test(letter)) ems += 0.36;
    else if (/[mwMW%@]/.test(letter)) ems += 0.92;
    else if (/[A-Z]/.test(letter)) ems += 0.7;
    else ems += 0.62;
  }
  return ems * size;
}
