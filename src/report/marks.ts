/**
 * The few marks that the figures are made of, on quantitative axes x and y.
 *
 * None of them clips or has an `opacity` of its own (only of fill or stroke): either makes a layer
 * in the PNG renderer, and a layer that lies outside the picture aborts the process.
 */
import { cutBand, cutLine } from "./cut.js";
import { constantText, type Layer, type Row } from "./figure.js";
import { colours } from "./theme.js";

/** Domains and decoration of both axes. */
export interface Axes {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  readonly xTitle: string | null;
  readonly yTitle: string | null;
  readonly xLog?: boolean;
  readonly yLog?: boolean;
  /** Ticks and the format of their labels, where the default is not good enough. */
  readonly xValues?: readonly number[];
  readonly xTicks?: number;
  readonly xFormat?: string;
  readonly yValues?: readonly number[];
  readonly yFormat?: string;
}

export interface Stroke {
  readonly colour: string;
  readonly width?: number;
  readonly dash?: readonly number[];
  readonly opacity?: number;
}

/** A line through rows {x, y} in their order, cut at the panel's upper and lower edge; null breaks it. */
export function line(rows: readonly Row[], axes: Axes, stroke: Stroke): Layer {
  return {
    data: { values: [...cutLine(rows, axes.y)] },
    mark: {
      type: "line",
      color: stroke.colour,
      strokeWidth: stroke.width ?? 1.8,
      strokeOpacity: stroke.opacity ?? 1,
      strokeJoin: "round",
      order: false, // that of the rows: orbits are lines too
      invalid: "break-paths-filter-domains",
      ...(stroke.dash ? { strokeDash: [...stroke.dash] } : {}),
    },
    encoding: { x: xOf(axes), y: yOf(axes) },
  };
}

/** The area between rows' `lower` and `upper`. */
export function band(rows: readonly Row[], axes: Axes, colour: string, opacity = 0.22): Layer {
  return {
    data: { values: [...cutBand(rows, axes.y)] },
    mark: {
      type: "area",
      color: colour,
      fillOpacity: opacity,
      line: false,
      invalid: "break-paths-filter-domains",
    },
    encoding: { x: xOf(axes), y: yOf(axes, "lower"), y2: { field: "upper" } },
  };
}

export interface Symbols {
  readonly colour: string;
  /** A name that Vega knows, or the path of a shape in the square from −1 to 1. */
  readonly shape?: string;
  readonly filled?: boolean;
  readonly size?: number;
}

/** A symbol at each of rows {x, y}. Filled ones have a white rim, so that they stand out. */
export function points(rows: readonly Row[], axes: Axes, symbols: Symbols): Layer {
  const filled = symbols.filled ?? true;
  return {
    data: { values: [...rows] },
    mark: {
      type: "point",
      shape: symbols.shape ?? "circle",
      filled,
      size: symbols.size ?? 30,
      opacity: 1,
      ...(filled
        ? { fill: symbols.colour, stroke: "#ffffff", strokeWidth: 0.8 }
        : { stroke: symbols.colour, strokeWidth: 1.6 }),
    },
    encoding: { x: xOf(axes), y: yOf(axes) },
  };
}

/** A bar from zero (or `base`) to y, between x and x2. */
export function bars(rows: readonly Row[], axes: Axes, colour: string): Layer {
  return {
    data: { values: [...rows] },
    mark: { type: "rect", color: colour, fillOpacity: 0.45, stroke: "#ffffff", strokeWidth: 1 },
    encoding: { x: xOf(axes), x2: { field: "x2" }, y: yOf(axes), y2: { field: "base" } },
  };
}

/** Thin vertical strokes from `base` to y at each x. */
export function stems(rows: readonly Row[], axes: Axes, colour: string, width = 1): Layer {
  return {
    data: { values: [...rows] },
    mark: { type: "rule", color: colour, strokeWidth: width, strokeOpacity: 0.6 },
    encoding: { x: xOf(axes), y: yOf(axes), y2: { field: "base" } },
  };
}

/** A line across the whole panel at each y (or, with "vertical", at each x). */
export function guide(
  values: readonly number[],
  axes: Axes,
  stroke: Stroke,
  direction: "horizontal" | "vertical" = "horizontal",
): Layer {
  const mark = {
    type: "rule" as const,
    color: stroke.colour,
    strokeWidth: stroke.width ?? 1,
    strokeOpacity: stroke.opacity ?? 1,
    ...(stroke.dash ? { strokeDash: [...stroke.dash] } : {}),
  };
  return direction === "horizontal"
    ? { data: { values: values.map((y) => ({ y })) }, mark, encoding: { y: yOf(axes) } }
    : { data: { values: values.map((x) => ({ x })) }, mark, encoding: { x: xOf(axes) } };
}

/** From x, y to x2, y2, in the colour of `value` on a scale; one that is null is left out. */
export function cells(rows: readonly Row[], axes: Axes, colour: ColourScale): Layer {
  return {
    data: { values: [...rows] },
    mark: { type: "rect", stroke: null },
    encoding: {
      x: xOf(axes),
      x2: { field: "x2" },
      y: yOf(axes),
      y2: { field: "y2" },
      color: {
        field: "value",
        type: "quantitative",
        scale: { scheme: colour.scheme, domain: [...colour.domain], clamp: true },
        legend: null,
      },
    },
  };
}

export interface ColourScale {
  readonly scheme: "viridis" | "blueorange";
  readonly domain: readonly [number, number];
}

function xOf({ x, xTitle, xLog, xValues, xTicks, xFormat }: Axes) {
  return {
    field: "x",
    type: "quantitative" as const,
    scale: scaleOf(x, xLog),
    axis: {
      title: xTitle === null ? null : constantText(xTitle),
      ...ticks(xValues, xTicks ?? 8),
      ...labels(xFormat),
    },
  };
}

function yOf({ y, yTitle, yLog, yValues, yFormat }: Axes, field = "y") {
  return {
    field,
    type: "quantitative" as const,
    scale: scaleOf(y, yLog),
    axis: {
      title: yTitle === null ? null : constantText(yTitle),
      ...labels(yFormat ?? (yLog ? "~g" : undefined)),
      ...(yLog || yValues ? ticks(yValues, 4) : {}),
    },
  };
}

/** Ticks at the values, or about `count`; with a count Vega would drop some of the values. */
function ticks(values: readonly number[] | undefined, count: number) {
  return values === undefined
    ? { tickCount: count }
    : { values: [...values], tickCount: values.length, labelOverlap: false };
}

/** Powers of ten but for zero, where d3's format has them: "0", not "0e+0". */
function labels(format: string | undefined) {
  if (format === undefined) return {};
  return format.endsWith("e")
    ? { labelExpr: `datum.value === 0 ? '0' : format(datum.value, '${format}')` }
    : { format };
}

function scaleOf(domain: readonly [number, number], logarithmic = false) {
  return logarithmic
    ? { type: "log" as const, domain: [...domain], nice: false }
    : { domain: [...domain], nice: false, zero: false };
}

/** For lines at zero and the like. */
export const zeroLine: Stroke = { colour: colours.faint, width: 1 };
