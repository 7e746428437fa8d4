/**
 * Maps: cells over two axes in one colour scale for all panels, with the path that something took
 * over them. Cells overlap their right and upper neighbours, which are drawn later: no seams.
 */
import type { Axis, MapFigure } from "../reproductions/index.js";
import { extent, quantile } from "./extent.js";
import type { Layer, Row, View } from "./figure.js";
import { type Axes, type ColourScale, cells, line, points } from "./marks.js";
import {
  arrange,
  axesOf,
  composed,
  type Drawing,
  gridOf,
  panelTitle,
  placeIn,
  type Range,
  showable,
} from "./reproduction-panels.js";

type MapPanel = MapFigure["panels"][number];

/** Cells of a figure beyond which its file is too large; a panel then shows every n-th. */
const maxCells = 40_000;

export function mapFigure(figure: MapFigure): Drawing {
  const { x, y, panels } = figure;
  const grid = gridOf(panels.length);
  const { scale, capped } = colourScale(panels);
  const thinnings = panels.map((panel) => thinningOf(panel, maxCells / panels.length));
  const drawn = panels.map((panel, i) => thinned(panel, thinnings[i]!));
  const views = drawn.map((panel, i): View => {
    const [columns, rows] = [edges(panel.xs, x), edges(panel.ys, y)];
    const path = panel.path ?? [];
    const ranges = {
      x: extent([
        ...columns,
        ...showable(
          path.map((point) => point.x),
          x,
        ),
      ]),
      y: extent([
        ...rows,
        ...showable(
          path.map((point) => point.y),
          y,
        ),
      ]),
    };
    const axes = axesOf(x, y, ranges, grid, placeIn(grid, i, panels.length));
    const { width, height } = grid;
    return {
      width,
      height: Math.round(1.15 * height),
      view: { fill: "#e3e7ec" },
      ...panelTitle(panel.title),
      layer: [cells(cellRows(panel, columns, rows), axes, scale), ...pathLayers(path, axes)],
    };
  });
  return {
    description: `${figure.title}: ${figure.value} over ${x.title} and ${y.title}`,
    specification: composed(figure.title, colourBar(figure.value, scale), arrange(views, grid)),
    remarks: remarksOf(figure, thinnings, capped),
  };
}

/** Diverging about zero where there are both signs; not stretched by a few that explode. */
function colourScale(panels: readonly MapPanel[]): {
  readonly scale: ColourScale;
  readonly capped: boolean;
} {
  const values = panels.flatMap((panel) => panel.values.flat()).filter(Number.isFinite);
  const [lowest, highest] = extent(values);
  if (lowest < 0 && highest > 0) {
    const sizes = values.map(Math.abs);
    const most = quantile(sizes, 0.99);
    const capped = Math.max(...[-lowest, highest]) > 2 * most && most > 0;
    const top = capped ? most : Math.max(-lowest, highest);
    return { scale: { scheme: "blueorange", domain: [-top, top] }, capped };
  }
  const usual = quantile(values, 0.9);
  const limit = usual + 2 * (usual - lowest);
  const capped = limit > lowest && highest > limit;
  const top = capped ? usual + (usual - lowest) / 2 : highest;
  return {
    scale: { scheme: "viridis", domain: [lowest, top > lowest ? top : lowest + 1] },
    capped,
  };
}

/** Every how many columns and rows of a panel are drawn. */
interface Thinning {
  readonly x: number;
  readonly y: number;
}

function thinningOf({ xs, ys }: MapPanel, most: number): Thinning {
  let [x, y] = [1, 1];
  while ((xs.length / x) * (ys.length / y) > most) {
    if (xs.length / x > 1.6 * (ys.length / y)) x += 1;
    else y += 1;
  }
  return { x, y };
}

function thinned(panel: MapPanel, { x, y }: Thinning): MapPanel {
  const kept = <T>(list: readonly T[], every: number) => list.filter((_, i) => i % every === 0);
  return {
    ...panel,
    xs: kept(panel.xs, x),
    ys: kept(panel.ys, y),
    values: kept(panel.values, y).map((row) => kept(row, x)),
  };
}

/** Half-way between centres, on the axis's own scale; n + 1 of them. */
export function edges(centres: readonly number[], { log }: Axis): readonly number[] {
  const on = (value: number) => (log ? Math.log(value) : value);
  const from = (value: number) => (log ? Math.exp(value) : value);
  const at = centres.map(on);
  if (at.length === 1) return [from(at[0]! - 0.5), from(at[0]! + 0.5)];
  const inner = at.slice(1).map((value, i) => (value + at[i]!) / 2);
  const first = 2 * at[0]! - inner[0]!;
  const last = 2 * at.at(-1)! - inner.at(-1)!;
  return [first, ...inner, last].map(from);
}

function cellRows(
  { values }: MapPanel,
  columns: readonly number[],
  rows: readonly number[],
): readonly Row[] {
  const shown = (j: number, i: number) => Number.isFinite(values[j]?.[i]);
  return values.flatMap((row, j) =>
    row.flatMap((value, i) =>
      shown(j, i)
        ? [
            {
              x: columns[i]!,
              x2: columns[shown(j, i + 1) ? i + 2 : i + 1]!,
              y: rows[j]!,
              y2: rows[shown(j + 1, i) ? j + 2 : j + 1]!,
              value,
            },
          ]
        : [],
    ),
  );
}

/** Five points, one up. */
const star =
  "M0,-1L0.25,-0.34L0.95,-0.31L0.4,0.13L0.59,0.81L0,0.42L-0.59,0.81L-0.4,0.13L-0.95,-0.31L-0.25,-0.34Z";

function pathLayers(path: NonNullable<MapPanel["path"]>, axes: Axes): readonly Layer[] {
  const inside = (value: number, [from, to]: Range) => value >= from && value <= to;
  const rows = path.filter((point) => inside(point.x, axes.x) && inside(point.y, axes.y));
  if (rows.length === 0) return [];
  const [first, last] = [rows[0]!, rows.at(-1)!];
  return [
    line(rows as readonly Row[], axes, { colour: "#ffffff", width: 4.5 }),
    line(rows as readonly Row[], axes, { colour: "#000000", width: 1.8 }),
    points([{ ...first }], axes, { colour: "#ffffff", size: 60 }),
    points([{ ...first }], axes, { colour: "#000000", filled: false, size: 50 }),
    points([{ ...last }], axes, { colour: "#ffffff", shape: star, size: 420 }),
    points([{ ...last }], axes, { colour: "#D55E00", shape: star, size: 260 }),
  ];
}

/** The colour scale as a strip with an axis. */
function colourBar(value: string, scale: ColourScale): View {
  const [from, to] = scale.domain;
  const steps = 120;
  const at = (i: number) => from + ((to - from) * i) / steps;
  const rows = Array.from({ length: steps }, (_, i) => ({
    x: at(i),
    x2: at(Math.min(i + 2, steps)),
    y: 0,
    y2: 1,
    value: at(i + 0.5),
  }));
  const axes: Axes = { x: [from, to], y: [0, 1], xTitle: value, yTitle: null, xTicks: 6 };
  const format = Math.max(Math.abs(from), Math.abs(to)) < 1e-2 ? "~g" : "~f";
  const strip = cells(rows, { ...axes, xFormat: format, yValues: [] }, scale);
  return { width: 320, height: 12, layer: [strip] };
}

function remarksOf(
  { panels }: MapFigure,
  thinnings: readonly Thinning[],
  capped: boolean,
): readonly string[] {
  const thinnest = thinnings.reduce((a, b) => (b.x * b.y > a.x * a.y ? b : a), { x: 1, y: 1 });
  const missing = panels.some(({ values }) => values.flat().some((v) => !Number.isFinite(v)));
  const every = (n: number, what: string) => (n === 1 ? `all ${what}s` : `one ${what} in ${n}`);
  return [
    thinnest.x * thinnest.y > 1
      ? `Drawn are ${every(thinnest.x, "column")} and ${every(thinnest.y, "row")} of the cells.`
      : null,
    capped ? "The colours end before the largest values." : null,
    missing ? "Grey cells have no finite value." : null,
    panels.some(({ path }) => path && path.length > 0)
      ? "The path goes from the ring to the star."
      : null,
  ].filter((remark) => remark !== null);
}
