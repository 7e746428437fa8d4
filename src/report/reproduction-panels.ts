/** Panels of one figure: how many beside each other, their ranges, their ticks. */
import type { Axis } from "../reproductions/index.js";
import { extent, quantile } from "./extent.js";
import { type Figure, type Layer, stack, type View } from "./figure.js";
import { type LegendEntry, legend } from "./legend.js";
import { type Axes, points } from "./marks.js";
import { colours, fullWidth } from "./theme.js";

export type Range = readonly [number, number];

export interface Grid {
  readonly columns: number;
  readonly width: number;
  readonly height: number;
}

/** Room for the labels of an axis and the space between two panels. */
const apart = 62;

export function gridOf(panels: number): Grid {
  const columns = panels <= 3 ? panels : panels === 4 ? 2 : panels <= 6 || panels === 9 ? 3 : 4;
  const width = Math.floor((fullWidth - apart * (columns - 1)) / columns);
  return { columns, width, height: [300, 230, 190, 140][columns - 1]! };
}

/** Whether a panel stands in the first column, and whether none stands below it. */
export const placeIn = ({ columns }: Grid, i: number, panels: number) => ({
  first: i % columns === 0,
  bottom: i + columns >= panels,
});

export const panelTitle = (title: string): { title?: { text: string; fontSize: number } } =>
  title === "" ? {} : { title: { text: title, fontSize: 11.5 } };

/** A figure without its name, and what the words beside it must say. */
export interface Drawing extends Omit<Figure, "name"> {
  readonly remarks: readonly string[];
}

/** A title, what explains the marks, and the panels. */
export function composed(
  title: string,
  explanation: View | null,
  panels: View,
): Figure["specification"] {
  return {
    title: { text: title, fontSize: 13.5, color: colours.ink },
    ...stack(explanation === null ? [panels] : [explanation, panels]),
  };
}

export const legendOf = (entries: readonly LegendEntry[]): View | null =>
  entries.length === 0 ? null : legend(entries, fullWidth);

/** Layers of a panel, which has its axes even where there is nothing to draw. */
export const onAxes = (layers: readonly Layer[], axes: Axes): Layer[] =>
  layers.length > 0 ? [...layers] : [points([], axes, { colour: colours.ink })];

export function arrange(views: readonly View[], { columns }: Grid): View {
  return { columns, concat: [...views], spacing: { row: 14, column: 12 } } as View;
}

/** Values that an axis can show. */
export const showable = (values: readonly number[], { log }: Axis): readonly number[] =>
  values.filter((value) => Number.isFinite(value) && (!log || value > 0));

/** null, which breaks a line, for what an axis cannot show. */
export const orNull = (value: number, { log }: Axis): number | null =>
  Number.isFinite(value) && (!log || value > 0) ? value : null;

/** Ranges of x, one a panel: room for a dot at both ends. */
export const acrossRanges = (panels: readonly (readonly number[])[], axis: Axis) =>
  together(panels, axis, plainRange).map((range) => widened(range, axis, 0.02));

/** Ranges of y, one a panel, for values of which a few may be far off. */
export const upRanges = (panels: readonly (readonly number[])[], axis: Axis) =>
  together(panels, axis, robustRange).map((range) => fromZero(range, axis));

/** A range of y that holds all values. */
export const fullRange = (values: readonly number[], axis: Axis): Range =>
  fromZero(together([values], axis, plainRange)[0]!, axis);

/**
 * A range for each panel: the same for all, so that they can be compared, unless that would squeeze
 * one of them to less than a seventh of its height.
 */
function together(
  panels: readonly (readonly number[])[],
  axis: Axis,
  rangeOf: (values: readonly number[], axis: Axis) => Range,
): readonly Range[] {
  const on = (x: number) => (axis.log ? Math.log(x) : x);
  const size = ([from, to]: Range) => on(to) - on(from);
  const own = panels.map((values) => {
    const shown = showable(values, axis);
    return shown.length === 0 ? null : rangeOf(shown, axis);
  });
  const filled = own.filter((range) => range !== null);
  if (filled.length === 0) return panels.map(() => (axis.log ? [1, 10] : [0, 1]));
  const union: Range = [
    Math.min(...filled.map(([from]) => from)),
    Math.max(...filled.map(([, to]) => to)),
  ];
  const apartFromOthers = filled.some((range) => size(range) < size(union) / 7);
  return own.map((range) => (apartFromOthers && range !== null ? range : union));
}

const plainRange = (values: readonly number[]): Range => extent(values);

/** All values, but no more than three times the usual spread beyond the usual ones. */
function robustRange(values: readonly number[], { log }: Axis): Range {
  const [lowest, highest] = extent(values);
  const [low, high] = [quantile(values, 0.05), quantile(values, 0.95)];
  const reach = 3 * (high - low);
  if (log || reach === 0) return [lowest, highest];
  return [Math.max(lowest, low - reach), Math.min(highest, high + reach)];
}

/** With room at both ends, but from zero on where it begins near zero. */
function fromZero(range: Range, axis: Axis): Range {
  const [from, to] = range;
  const [lower, upper] = widened(range, axis, 0.05);
  return !axis.log && from >= 0 && from < 0.35 * to ? [0, upper] : [lower, upper];
}

/** Widens a range at both ends by a fraction of its length. */
function widened([from, to]: Range, { log }: Axis, fraction: number): Range {
  if (log) {
    const factor = Math.max(1.1, (to / from) ** fraction);
    return [from / factor, to * factor];
  }
  const margin = fraction * (to - from || Math.abs(from) || 1);
  return [from - margin, to + margin];
}

/** Axes of a panel of a given size, with ticks that people would choose. */
export function axesOf(
  x: Axis,
  y: Axis,
  ranges: { readonly x: Range; readonly y: Range },
  { width, height }: Pick<Grid, "width" | "height">,
  titled: { readonly first: boolean; readonly bottom: boolean },
): Axes {
  return {
    x: ranges.x,
    y: ranges.y,
    xTitle: titled.bottom ? x.title : null,
    yTitle: titled.first ? y.title : null,
    xTicks: Math.max(3, Math.round(width / 90)),
    xFormat: x.log ? logFormat(ranges.x) : linearFormat(ranges.x),
    yFormat: y.log ? logFormat(ranges.y) : linearFormat(ranges.y),
    ...(x.log ? { xLog: true, xValues: logTicks(ranges.x, width / 45) } : {}),
    ...(y.log ? { yLog: true, yValues: logTicks(ranges.y, height / 26) } : {}),
  };
}

/** Labels that fit beside a panel. */
function linearFormat(range: Range): string {
  const size = Math.max(...range.map(Math.abs));
  if (size >= 1e4) return "~s";
  return size < 1e-3 ? ".2~e" : "~f";
}

const logFormat = ([from, to]: Range): string => (from < 1e-3 || to > 1e5 ? "~e" : "~g");

/** 1, or 1 and 3, or 1, 2 and 5 times powers of ten in a range: as many as fit, at most `most`. */
export function logTicks([from, to]: Range, most: number): readonly number[] {
  const powers = Array.from(
    { length: Math.ceil(Math.log10(to)) - Math.floor(Math.log10(from)) + 1 },
    (_, i) => Math.floor(Math.log10(from)) + i,
  );
  const ticks = (digits: readonly number[], every = 1) =>
    powers
      .filter((power) => power % every === 0)
      .flatMap((power) => digits.map((digit) => Number(`${digit}e${power}`)))
      .filter((tick) => tick >= from && tick <= to);
  const choices = [
    ticks([1, 1.2, 1.5, 2, 3, 4, 5, 6, 7, 8, 9]),
    ticks([1, 2, 3, 5, 7]),
    ticks([1, 2, 5]),
    ticks([1, 3]),
    ...[1, 2, 3, 5, 10].map((every) => ticks([1], every)),
  ];
  return choices.find((choice) => choice.length <= Math.max(2, most)) ?? [];
}
