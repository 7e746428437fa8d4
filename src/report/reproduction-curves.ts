/** Curves in panels side by side, with one legend for all. */
import type { CurveFigure } from "../reproductions/index.js";
import type { Layer, View } from "./figure.js";
import type { LegendEntry } from "./legend.js";
import { line, points } from "./marks.js";
import {
  acrossRanges,
  arrange,
  axesOf,
  composed,
  type Drawing,
  gridOf,
  legendOf,
  onAxes,
  orNull,
  panelTitle,
  placeIn,
  showable,
  upRanges,
} from "./reproduction-panels.js";
import type { Styles } from "./reproduction-style.js";

export function curveFigure(figure: CurveFigure, styles: Styles): Drawing {
  const { x, y, panels } = figure;
  const grid = gridOf(panels.length);
  const values = (key: "x" | "y") =>
    panels.map(({ series }) => series.flatMap((one) => one.points.map((point) => point[key])));
  const xs = acrossRanges(values("x"), x);
  const ys = upRanges(values("y"), y);
  const views = panels.map(({ title, series }, i): View => {
    const ranges = { x: xs[i]!, y: ys[i]! };
    const axes = axesOf(x, y, ranges, grid, placeIn(grid, i, panels.length));
    const layers = series.map(({ name, marks, points: given }): Layer => {
      const { colour, dash } = styles.get(name)!;
      const rows = given.map((point) => ({ x: orNull(point.x, x), y: orNull(point.y, y) }));
      if (!marks) return line(rows, axes, { colour, width: 1.9, dash });
      const shown = rows.filter(
        (row) => row.x !== null && row.y !== null && row.y >= axes.y[0] && row.y <= axes.y[1],
      );
      return points(shown, axes, { colour, size: dotSize(shown.length) });
    });
    const { width, height } = grid;
    return { width, height, ...panelTitle(title), layer: onAxes(layers, axes) };
  });
  const isCut = values("y").some((own, i) =>
    showable(own, y).some((value) => value < ys[i]![0] || value > ys[i]![1]),
  );
  return {
    description: `${figure.title}: ${panels.map(({ title }) => title).join(", ")}; ${y.title} over ${x.title}`,
    specification: composed(
      figure.title,
      legendOf(entriesOf(figure, styles)),
      arrange(views, grid),
    ),
    remarks: isCut ? ["Some values lie beyond the panel."] : [],
  };
}

/** Many dots are small ones. */
const dotSize = (count: number): number => (count > 300 ? 8 : count > 60 ? 18 : 46);

function entriesOf({ panels }: CurveFigure, styles: Styles): readonly LegendEntry[] {
  const marks = new Map<string, boolean>();
  for (const { series } of panels)
    for (const one of series) marks.set(one.name, one.marks ?? false);
  return [...marks].map(([name, dots]) => ({
    label: name,
    mark: dots ? "point" : "line",
    ...styles.get(name)!,
  }));
}
