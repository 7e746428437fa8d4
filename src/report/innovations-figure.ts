/** Draws innovations over time, their distribution and their autocorrelation. */
import { autocorrelation } from "../diagnostics/index.js";
import type { RunOutput } from "../run/output.js";
import { extent, margined } from "./extent.js";
import { type Figure, type Layer, type Row, stack, type View } from "./figure.js";
import { chanceBound, columnsOf } from "./innovation-summary.js";
import { type LegendEntry, legend } from "./legend.js";
import { type Axes, bars, guide, line, points, type Stroke, stems, zeroLine } from "./marks.js";
import { colours, fullWidth, halfWidth, seriesColours } from "./theme.js";

/** One column of innovations with its colour; the only one, "all columns", when there are many. */
interface Series {
  readonly name: string;
  readonly colour: string;
  readonly columns: readonly (readonly number[])[];
}

const bounds: Stroke = { colour: colours.muted, width: 1, dash: [4, 3] };

/** Returns null when nothing was observed. */
export function innovationsFigure(output: RunOutput): Figure | null {
  const all = columnsOf(output.innovations);
  if (!all.flat().some(Number.isFinite)) return null;
  const series = seriesOf(output.observations.columns, all);
  const entries: readonly LegendEntry[] = [
    ...series.map(({ name, colour }): LegendEntry => ({ label: name, colour, mark: "point" })),
    { label: "95 % bounds", colour: colours.muted, mark: "dashes" },
    { label: "standard normal density", colour: colours.ink, mark: "line" },
  ];
  return {
    name: "innovations",
    description: "Standardised innovations over time, their histogram and their autocorrelation",
    specification: stack([
      legend(entries, fullWidth),
      overTime(output, series),
      { columns: 2, concat: [histogram(all), correlogram(series)] },
    ]),
  };
}

function seriesOf(
  names: readonly string[],
  all: readonly (readonly number[])[],
): readonly Series[] {
  if (all.length > seriesColours.length) {
    return [{ name: "innovation, all columns", colour: seriesColours[0]!, columns: all }];
  }
  return all.map((column, j) => ({
    name: names[j] ?? `column ${j + 1}`,
    colour: seriesColours[j]!,
    columns: [column],
  }));
}

/** The number of points shown of a long record, at its end. */
function firstShown({ observations }: RunOutput): number {
  const shown = Math.max(100, Math.floor(2000 / Math.max(1, observations.columns.length)));
  return Math.max(0, observations.times.length - shown);
}

function overTime(output: RunOutput, series: readonly Series[]): View {
  const { observations } = output;
  const reach =
    1.06 *
    Math.min(8, Math.max(3, ...extent(series.flatMap((s) => s.columns.flat())).map(Math.abs)));
  const axes: Axes = {
    x: margined(...extent(observations.times.slice(firstShown(output)))),
    y: [-reach, reach],
    xTitle: observations.timeName,
    yTitle: null,
  };
  const limit = reach / 1.06;
  const first = firstShown(output);
  const dots = series.map(({ columns, colour }): Layer => {
    const rows = columns.flatMap((column) =>
      column.flatMap((z, k): Row[] =>
        k >= first && Number.isFinite(z)
          ? [{ x: observations.times[k]!, y: Math.max(-limit, Math.min(limit, z)) }]
          : [],
      ),
    );
    return points(rows, axes, { colour, size: rows.length > 300 ? 12 : 34 });
  });
  return {
    width: fullWidth,
    height: 160,
    title: "standardised innovations",
    layer: [guide([0], axes, zeroLine), guide([-1.96, 1.96], axes, bounds), ...dots],
  };
}

function histogram(all: readonly (readonly number[])[]): View {
  const z = all.flat().filter(Number.isFinite);
  const width = z.length < 100 ? 0.8 : 0.4;
  const cells = Math.round(8 / width);
  const counts = new Array<number>(cells).fill(0);
  for (const value of z) {
    const cell = Math.floor((value + 4) / width);
    counts[Math.max(0, Math.min(cells - 1, cell))]! += 1;
  }
  const boxes = counts.map((n, i) => ({
    x: -4 + i * width,
    x2: -4 + (i + 1) * width,
    y: n / (z.length * width),
    base: 0,
  }));
  const density = Array.from({ length: 81 }, (_, i) => {
    const x = -4 + i / 10;
    return { x, y: Math.exp(-(x ** 2) / 2) / Math.sqrt(2 * Math.PI) };
  });
  const top = 1.08 * Math.max(0.4, ...boxes.map(({ y }) => y));
  const axes: Axes = {
    x: [-4, 4],
    y: [0, top],
    xTitle: "standardised innovation",
    yTitle: null,
  };
  return {
    width: halfWidth,
    height: 150,
    title: "distribution (density)",
    layer: [bars(boxes, axes, colours.analysis), line(density, axes, { colour: colours.ink })],
  };
}

function correlogram(series: readonly Series[]): View {
  const length = series[0]!.columns[0]!.length;
  const lags = Math.max(1, Math.min(20, Math.floor(length / 2)));
  const correlations = series.map(({ columns }) => {
    const each = columns.map((column) => autocorrelation(column, lags));
    return Array.from(
      { length: lags },
      (_, l) => each.reduce((sum, r) => sum + r[l]!, 0) / each.length,
    );
  });
  const bound = Math.max(...series.flatMap(({ columns }) => columns.map(chanceBound)));
  const reach = Math.min(1, 1.15 * Math.max(0.4, bound, ...correlations.flat().map(Math.abs)));
  const axes: Axes = {
    x: [0.4, lags + 0.6],
    y: [-reach, reach],
    xTitle: "lag, in observation times",
    yTitle: null,
    xFormat: "d",
    xValues: lagTicks(lags),
  };
  const step = Math.min(0.22, 0.7 / series.length);
  const layers = correlations.flatMap((r, j): Layer[] => {
    const shift = (j - (series.length - 1) / 2) * step;
    const rows = r.map((y, l) => ({ x: l + 1 + shift, y, base: 0 }));
    const { colour } = series[j]!;
    return [stems(rows, axes, colour, 2), points(rows, axes, { colour, size: 28 })];
  });
  return {
    width: halfWidth,
    height: 150,
    title: "autocorrelation",
    layer: [guide([0], axes, zeroLine), guide([-bound, bound], axes, bounds), ...layers],
  };
}

function lagTicks(lags: number): readonly number[] {
  const every = lags <= 5 ? 1 : lags <= 12 ? 2 : 5;
  return Array.from({ length: lags }, (_, i) => i + 1).filter((lag) => lag % every === 0);
}
