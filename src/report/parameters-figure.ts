/**
 * Learned parameters as multiples of their learned values, on one logarithmic axis: quantities of
 * any size side by side, and the length of a bar is a relative uncertainty. Parameters that may
 * change sign have no such ratio; each of them gets an axis of its own below.
 */
import type { ParameterResult } from "../run/output.js";
import { extent } from "./extent.js";
import { type Figure, type Layer, stack, type View } from "./figure.js";
import { type LegendEntry, legend, textWidth } from "./legend.js";
import { significant, withError } from "./number.js";
import { colours, fullWidth } from "./theme.js";

export type NamedParameter = readonly [name: string, parameter: ParameterResult];

/** The largest number of parameters in a readable figure; the table has them all. */
const maxRows = 24;
/** Ratios farther from 1 than this are drawn at the edge. */
const farthest = 30;
const rowHeight = 26;
/** Pixels for the numbers at the right. */
const numbersWidth = 170;

export interface ParametersFigure extends Figure {
  readonly shown: number;
}

/** Returns null when nothing was learned. */
export function parametersFigure(parameters: readonly NamedParameter[]): ParametersFigure | null {
  const shown = parameters.slice(0, maxRows);
  if (shown.length === 0) return null;
  const ratios = shown.filter(([, parameter]) => hasRatios(parameter));
  const others = shown.filter(([, parameter]) => !hasRatios(parameter));
  const names = Math.min(220, Math.max(...shown.map(([name]) => textWidth(name, 11))) + 14);
  const width = fullWidth + 40 - names - numbersWidth;
  return {
    name: "parameters",
    description: `Start and learned value with 90 % interval of ${shown.map(([name]) => name).join(", ")}`,
    shown: shown.length,
    specification: stack([
      legend(entries(shown), fullWidth),
      ...(ratios.length > 0 ? [ratioView(ratios, names, width)] : []),
      ...others.map((parameter) => ownView(parameter, names, width)),
    ]),
  };
}

function entries(parameters: readonly NamedParameter[]): readonly LegendEntry[] {
  const intervals = parameters.some(([, { interval }]) => interval !== null);
  const truths = parameters.some(([, { truth }]) => truth !== undefined);
  const all: readonly (LegendEntry | null)[] = [
    { label: "start", mark: "ring", colour: colours.muted },
    { label: "learned", mark: "point", colour: colours.analysis },
    intervals ? { label: "90 % interval", mark: "bar", colour: colours.analysis } : null,
    truths ? { label: "truth", mark: "diamond", colour: colours.forecast } : null,
  ];
  return all.filter((entry) => entry !== null);
}

/** Whether all values of a parameter lie on one side of zero. */
function hasRatios({ start, learned, truth, interval }: ParameterResult): boolean {
  if (learned === 0) return false;
  return [start, truth ?? learned, ...(interval ?? [])].every((value) => value / learned > 0);
}

function ratioView(parameters: readonly NamedParameter[], names: number, width: number): View {
  const all = parameters.flatMap(([, { start, learned, truth, interval }]) =>
    [start, truth ?? learned, ...(interval ?? [])].map((value) => value / learned),
  );
  const [lowest, highest] = extent(all);
  const domain: readonly [number, number] = [
    Math.max(1 / farthest, Math.min(lowest / 1.06, 0.8)),
    Math.min(farthest, Math.max(highest * 1.06, 1.25)),
  ];
  const rows = parameters.map(([name, parameter]) =>
    row(name, parameter, (value) =>
      Math.min(domain[1], Math.max(domain[0], value / parameter.learned)),
    ),
  );
  return {
    width,
    height: parameters.length * rowHeight,
    layer: layers(
      rows,
      names,
      {
        type: "log",
        domain: [...domain],
        nice: false,
      },
      {
        title: "multiple of the learned value",
        grid: true,
        values: ratioTicks(domain),
        labelExpr: "format(datum.value, '~g') + ' ×'",
      },
    ),
  };
}

/** Draws a parameter on a linear axis of its own. */
function ownView([name, parameter]: NamedParameter, names: number, width: number): View {
  const { start, learned, truth, interval } = parameter;
  const [lower, upper] = extent([start, learned, truth ?? learned, ...(interval ?? [])]);
  const margin = 0.06 * (upper - lower || 1);
  return {
    width,
    height: rowHeight,
    layer: layers(
      [row(name, parameter, (value) => Math.min(upper, Math.max(lower, value)))],
      names,
      {
        domain: [lower - margin, upper + margin],
        nice: false,
        zero: false,
      },
      { title: null, grid: true, tickCount: 6 },
    ),
  };
}

interface Row {
  readonly name: string;
  readonly start: number;
  readonly learned: number;
  readonly truth: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  readonly text: string;
}

function row(name: string, parameter: ParameterResult, positionOf: (value: number) => number): Row {
  const { start, learned, truth, interval, standardError } = parameter;
  return {
    name,
    start: positionOf(start),
    learned: positionOf(learned),
    truth: truth === undefined ? null : positionOf(truth),
    lower: interval && positionOf(interval[0]),
    upper: interval && positionOf(interval[1]),
    text: standardError === null ? significant(learned, 3) : withError(learned, standardError),
  };
}

type Scale = { type?: "log"; domain: number[]; nice: false; zero?: false };
type Axis = {
  title: string | null;
  grid: true;
  values?: number[];
  tickCount?: number;
  labelExpr?: string;
};

function layers(rows: readonly Row[], names: number, scale: Scale, axis: Axis): Layer[] {
  const y = {
    field: "name",
    type: "nominal" as const,
    sort: null,
    title: null,
    axis: {
      labelColor: colours.ink,
      labelFontSize: 11,
      labelLimit: 2 * names, // Vega overestimates widths
      minExtent: names,
      maxExtent: names,
      grid: false,
    },
  };
  const x = (field: string) => ({ field, type: "quantitative" as const, scale, axis });
  const data = (used: readonly Row[]) => ({ values: [...used] });
  const symbol = (
    field: "start" | "learned" | "truth",
    mark: { shape: "circle" | "diamond"; filled: boolean; color: string; size: number },
  ): Layer => ({
    data: data(rows.filter((one) => one[field] !== null)),
    mark: { type: "point", opacity: 1, strokeWidth: 1.8, ...mark },
    encoding: { x: x(field), y },
  });
  return [
    {
      data: data(rows.filter(({ lower }) => lower !== null)),
      mark: { type: "rule", color: colours.analysis, strokeWidth: 7, strokeOpacity: 0.35 },
      encoding: { x: x("lower"), x2: { field: "upper" }, y },
    },
    {
      data: data(rows),
      mark: { type: "rule", color: colours.faint, strokeWidth: 1 },
      encoding: { x: x("start"), x2: { field: "learned" }, y },
    },
    symbol("start", { shape: "circle", filled: false, color: colours.muted, size: 46 }),
    symbol("learned", { shape: "circle", filled: true, color: colours.analysis, size: 70 }),
    symbol("truth", { shape: "diamond", filled: false, color: colours.forecast, size: 80 }),
    {
      data: data(rows),
      mark: {
        type: "text",
        align: "left",
        baseline: "middle",
        fontSize: 11,
        color: colours.ink,
        dx: 12,
      },
      encoding: { x: { value: "width" }, y, text: { field: "text" } },
    },
  ];
}

/** 1, 2, 5 times powers of ten inside the domain, or tenths when the domain is narrow. */
function ratioTicks([lowest, highest]: readonly [number, number]): number[] {
  const coarse = [-2, -1, 0, 1].flatMap((power) => [1, 2, 5].map((digit) => digit * 10 ** power));
  const fine = [0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.75, 2];
  const inside = (ticks: readonly number[]) =>
    ticks.filter((tick) => tick >= lowest && tick <= highest);
  return inside(highest / lowest < 2.5 ? fine : coarse);
}
