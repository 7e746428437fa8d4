/** Medians over repetitions with bands of their quantiles: a line a method, dots where it was run. */
import type { BandFigure } from "../reproductions/index.js";
import type { Layer } from "./figure.js";
import { type Axes, band, line, points } from "./marks.js";
import {
  acrossRanges,
  axesOf,
  composed,
  type Drawing,
  fullRange,
  legendOf,
  onAxes,
  orNull,
  type Range,
  showable,
} from "./reproduction-panels.js";
import type { Styles } from "./reproduction-style.js";
import { fullWidth } from "./theme.js";

const size = { width: fullWidth, height: 320 };
/** Pixels that the label of a tick needs. */
const labelWidth = 44;

export function bandFigure(figure: BandFigure, styles: Styles): Drawing {
  const { series, x, y } = figure;
  const all = series.flatMap(({ points }) => points);
  const middles = showable(
    all.map(({ middle }) => middle),
    y,
  );
  // A band alone must not decide the range of an axis; on a logarithmic one it cannot do harm.
  const ends = y.log ? all.flatMap(({ low, high }) => [low, high]) : boundedEnds(all, middles);
  const ranges = {
    x: acrossRanges([all.map((point) => point.x)], x)[0]!,
    y: fullRange([...middles, ...ends], y),
  };
  const axes = axesOf(x, y, ranges, size, { first: true, bottom: true });
  const places = ticksAtPlaces(
    all.map((point) => point.x),
    ranges.x,
    x.log ?? false,
  );
  const placed: Axes = places === null ? axes : { ...axes, xValues: places };
  const shading = series.length > 4 ? 0.12 : 0.18;
  const bands = series.map(({ name, points }): Layer => {
    const rows = points.map(({ x: at, low, high }) => ({
      x: orNull(at, x),
      lower: Number.isFinite(low) ? Math.max(low, ranges.y[0]) : null,
      upper: Number.isFinite(high) ? Math.max(high, ranges.y[0]) : null,
    }));
    return band(rows, placed, styles.get(name)!.colour, shading);
  });
  const lines = series.flatMap(({ name, points: given }): Layer[] => {
    const { colour, dash } = styles.get(name)!;
    const rows = given.map((point) => ({ x: orNull(point.x, x), y: orNull(point.middle, y) }));
    const dots = rows.filter((row) => row.x !== null && row.y !== null);
    return [
      line(rows, placed, { colour, width: 2.2, dash }),
      points(dots, placed, { colour, size: 42 }),
    ];
  });
  return {
    description: `${figure.title}: medians and 20–80 % bands of ${series.map(({ name }) => name).join(", ")} over ${x.title}`,
    specification: composed(
      figure.title,
      legendOf(series.map(({ name }) => ({ label: name, mark: "band", ...styles.get(name)! }))),
      { ...size, layer: onAxes([...bands, ...lines], placed) },
    ),
    remarks: [
      "Lines are medians, bands go from the 20 % to the 80 % quantile.",
      ...(all.some(({ high }) => high > ranges.y[1]) ? ["A band goes on beyond the panel."] : []),
    ],
  };
}

/** Ends of bands within twice the height that the medians take. */
function boundedEnds(
  all: readonly { readonly low: number; readonly high: number }[],
  middles: readonly number[],
): readonly number[] {
  const ends = all.flatMap(({ low, high }) => [low, high]).filter(Number.isFinite);
  if (middles.length === 0) return ends;
  const [lowest, highest] = [Math.min(...middles), Math.max(...middles)];
  const reach = 2 * (highest - lowest || Math.abs(highest) || 1);
  return ends.map((end) => Math.min(highest + reach, Math.max(lowest - reach, end)));
}

/** Ticks where the method was run, if their labels fit. */
function ticksAtPlaces(
  xs: readonly number[],
  [from, to]: Range,
  logarithmic: boolean,
): readonly number[] | null {
  const places = [...new Set(xs.filter(Number.isFinite))].sort((a, b) => a - b);
  if (places.length > 10 || (logarithmic && places.some((place) => place <= 0))) return null;
  const on = (value: number) => (logarithmic ? Math.log(value) : value);
  const pixels = (a: number, b: number) => ((on(b) - on(a)) / (on(to) - on(from))) * size.width;
  const fits = places.every((place, i) => i === 0 || pixels(places[i - 1]!, place) >= labelWidth);
  return fits ? places : null;
}
