/**
 * The few marks that the figures are made of, on quantitative axes x and y.
 *
 * None of them clips or has an `opacity` of its own (only of fill or stroke): either makes a layer
 * in the PNG renderer, and a layer that lies outside the picture aborts the process.
 */
import { cutBand, cutLine } from "./cut.js";
import type { Layer, Row } from "./figure.js";
import { colours } from "./theme.js";

/** Domains and decoration of both axes. */
export interface Axes {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  readonly xTitle: string | null;
  readonly yTitle: string | null;
  readonly yLog?: boolean;
  /** Ticks of x, where the default is not good enough. */
  readonly xValues?: readonly number[];
  readonly xTicks?: number;
  readonly xFormat?: string;
}

export interface Stroke {
  readonly colour: string;
  readonly width?: number;
  readonly dash?: readonly number[];
  readonly opacity?: number;
}

/** A line through rows {x, y}, cut where it leaves the panel; null breaks it. */
export function line(rows: readonly Row[], axes: Axes, stroke: Stroke): Layer {
  return {
    data: { values: [...cutLine(rows, axes.y)] },
    mark: {
      type: "line",
      color: stroke.colour,
      strokeWidth: stroke.width ?? 1.8,
      strokeOpacity: stroke.opacity ?? 1,
      strokeJoin: "round",
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
  readonly shape?: "circle" | "diamond" | "triangle-up";
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

function xOf({ x, xTitle, xValues, xTicks, xFormat }: Axes) {
  return {
    field: "x",
    type: "quantitative" as const,
    scale: { domain: [...x], nice: false, zero: false },
    axis: {
      title: xTitle,
      tickCount: xTicks ?? 8,
      ...(xValues ? { values: [...xValues], labelOverlap: false } : {}),
      ...(xFormat ? { format: xFormat } : {}),
    },
  };
}

function yOf({ y, yTitle, yLog }: Axes, field = "y") {
  const logarithmic = yLog ?? false;
  return {
    field,
    type: "quantitative" as const,
    scale: logarithmic
      ? { type: "log" as const, domain: [...y], nice: false }
      : { domain: [...y], nice: false, zero: false },
    axis: { title: yTitle, ...(logarithmic ? { format: "~g", tickCount: 4 } : {}) },
  };
}

/** For lines at zero and the like. */
export const zeroLine: Stroke = { colour: colours.faint, width: 1 };
