/** Draws the rank histogram of the truth and the power spectra of states and errors. */
import { flatness, type RankHistogram } from "../diagnostics/index.js";
import type { DiagnosticsOutput, SpectraOutput } from "../run/output.js";
import { type Figure, type Row, stack, type View } from "./figure.js";
import { type LegendEntry, legend } from "./legend.js";
import { type Axes, band, bars, guide, line, zeroLine } from "./marks.js";
import { colours, fullWidth, halfWidth } from "./theme.js";

const height = 170;

/** Returns null where there are neither ranks nor spectra. */
export function diagnosticsFigure({ ranks, spectra }: DiagnosticsOutput): Figure | null {
  if (ranks === null && spectra === null) return null;
  const width = ranks && spectra ? halfWidth : fullWidth;
  const drawn = [ranks && histogram(ranks, width), spectra && spectrum(spectra, width)];
  const views = drawn.filter((view) => view !== null);
  const entries: readonly LegendEntry[] = [
    ...(ranks
      ? [{ label: "expected, 95 % of bars", colour: colours.muted, mark: "band" } as const]
      : []),
    ...(spectra ? linesOf(spectra).map(({ rows, ...entry }) => entry) : []),
  ];
  return {
    name: "diagnostics",
    description: "Rank histogram of the truth among the members, and power of errors by wavenumber",
    specification: stack([legend(entries, fullWidth), { columns: 2, concat: views }]),
  };
}

/** Draws counts divided by the count expected; the band holds 95 % of the bars if as many independent cases have equal ranks. */
function histogram(ranks: RankHistogram, width: number): View {
  const { counts, cases } = ranks;
  const each = cases / counts.length;
  const [low, high] = flatness(ranks).expected.map((n) => n / each) as [number, number];
  const fractions = counts.map((n) => n / each);
  const axes: Axes = {
    x: [0, 1],
    y: [0, 1.06 * Math.max(high, ...fractions)],
    xTitle: "rank of the truth, as a fraction of the ranks",
    yTitle: null,
  };
  const boxes = fractions.map((y, j) => ({
    x: j / counts.length,
    x2: (j + 1) / counts.length,
    y,
    base: 0,
  }));
  const expected = [0, 1].map((x) => ({ x, lower: low, upper: high }));
  return {
    width,
    height,
    title: "rank histogram, over expected",
    layer: [
      bars(boxes, axes, colours.analysis),
      band(expected, axes, colours.muted),
      guide([1], axes, zeroLine),
    ],
  };
}

interface SpectrumLine extends LegendEntry {
  readonly rows: readonly Row[];
}

function linesOf({ truth, analysis, error, spread }: SpectraOutput): SpectrumLine[] {
  const drawn = (label: string, colour: string, power: readonly number[], dashed = false) => ({
    label,
    colour,
    mark: dashed ? ("dashes" as const) : ("line" as const),
    // A logarithmic axis cannot show a power of zero.
    rows: power.map((y, x) => ({ x, y: y > 0 ? y : null })),
  });
  return [
    drawn("truth", colours.truth, truth, true),
    drawn("analysis", colours.analysis, analysis),
    drawn("error of the analysis", colours.forecast, error),
    ...(spread ? [drawn("spread of the members", colours.smoothed, spread)] : []),
  ];
}

function spectrum(spectra: SpectraOutput, width: number): View {
  const lines = linesOf(spectra);
  const powers = lines.flatMap(({ rows }) =>
    rows.flatMap(({ y }) => (y === null ? [] : [Number(y)])),
  );
  const [least, most] = [Math.min(...powers), Math.max(...powers)];
  const axes: Axes = {
    x: [0, spectra.truth.length - 1],
    y: [Math.max(least / 1.5, most * 1e-8), 1.5 * most],
    xTitle: "wavenumber",
    yTitle: null,
    yLog: true,
    xFormat: "d",
  };
  return {
    width,
    height,
    title: "power",
    layer: lines.map(({ rows, colour, mark }) =>
      line(rows, axes, { colour, ...(mark === "dashes" && { dash: [4, 3] }) }),
    ),
  };
}
