/** Draws what was seen inside the analysis of a network: its bias, its covariance beside another, its locality. */
import type { Inspection } from "../diagnostics/index.js";
import { type Figure, type Row, stack, type View } from "./figure.js";
import { type LegendEntry, legend } from "./legend.js";
import { type Axes, cells, guide, line, zeroLine } from "./marks.js";
import { significant } from "./number.js";
import { colours, fullWidth, halfWidth } from "./theme.js";

const height = 190;
/** Eigenvalues below this part of the largest one are not shown. */
const leastPart = 1e-5;
/** The number of variables to each side that a map of locality shows. */
const mostAround = 12;

const network = { label: "network", colour: colours.analysis, mark: "line" } as const;
const ensemble = { label: "EnKF-N beside it", colour: colours.forecast, mark: "line" } as const;
const chance = {
  label: "by chance",
  colour: colours.muted,
  mark: "dashes",
  dash: [4, 3],
} as const;

export function inspectionFigure(inspection: Inspection): Figure {
  const entries: readonly LegendEntry[] = [network, ensemble, chance];
  const views = [
    biasView(inspection.bias),
    spectraView(inspection.spectra),
    alignmentView(inspection),
    inspection.locality && localityView(inspection.locality),
  ];
  return {
    name: "inspection",
    description:
      "Bias of the increments over time; eigenvalues of the covariance and its alignment with growing errors, beside those of an ensemble filter; sensitivity of the covariance to the forecast",
    specification: stack([
      legend(entries, fullWidth),
      { columns: 2, concat: views.filter((view) => view !== null) },
    ]),
  };
}

function biasView({ times, values, mean }: Inspection["bias"]): View {
  const axes: Axes = {
    x: [times[0]!, times.at(-1)!],
    y: [0, 1.1 * Math.max(...values, 1e-12)],
    xTitle: "time",
    yTitle: null,
    xTicks: 5,
    yFormat: "~g",
  };
  const rows = values.map((y, k): Row => ({ x: times[k]!, y }));
  return {
    width: halfWidth,
    height,
    title: "bias b",
    layer: [
      line(rows, axes, { colour: colours.analysis, width: 1 }),
      guide([mean], axes, { colour: colours.ink, dash: [4, 3] }),
    ],
  };
}

/** A line through y at x = 1, 2, …; values that are not above zero are gaps on a logarithmic axis. */
const counted = (values: readonly number[]): Row[] =>
  values.map((y, i) => ({ x: i + 1, y: y > 0 ? y : null }));

function spectraView({ network: own, ensemble: other }: Inspection["spectra"]): View {
  const largest = Math.max(...own, ...other);
  const axes: Axes = {
    x: [1, Math.max(own.length, 2)],
    y: [leastPart * largest, 1.5 * largest],
    xTitle: "number of the eigenvalue",
    yTitle: null,
    yLog: true,
    yFormat: ".0e",
    xFormat: "d",
  };
  return {
    width: halfWidth,
    height,
    title: "eigenvalues of the covariance, mean",
    layer: [
      line(counted(other), axes, { colour: ensemble.colour }),
      line(counted(own), axes, { colour: network.colour }),
    ],
  };
}

function alignmentView({ alignment: { shares }, spectra }: Inspection): View {
  const p = shares.network.length;
  const d = spectra.network.length;
  const axes: Axes = {
    x: [1, Math.max(p, 2)],
    y: [0, 1],
    xTitle: "number p of leading vectors",
    yTitle: null,
    xFormat: "d",
  };
  const expected = [1, p].map((x): Row => ({ x, y: x / d }));
  return {
    width: halfWidth,
    height,
    title: "common part with Lyapunov vectors",
    layer: [
      guide([0, 1], axes, zeroLine),
      line(expected, axes, { colour: chance.colour, dash: chance.dash }),
      line(counted(shares.ensemble), axes, { colour: ensemble.colour }),
      line(counted(shares.network), axes, { colour: network.colour }),
    ],
  };
}

/** S about the variable in the middle: the row is the variable that is corrected, the column that which is observed. */
function localityView(S: NonNullable<Inspection["locality"]>): View {
  const middle = Math.floor(S.length / 2);
  const around = Math.min(mostAround, middle, S.length - 1 - middle);
  const offsets = Array.from({ length: 2 * around + 1 }, (_, i) => i - around);
  const top = Math.max(...S.flat().map(Math.abs), 1e-300);
  const axes: Axes = {
    x: [-around - 0.5, around + 0.5],
    y: [-around - 0.5, around + 0.5],
    xTitle: "place j on the ring (upwards: i)",
    yTitle: null,
    xFormat: "d",
    yFormat: "d",
  };
  const rows = offsets.flatMap((i) =>
    offsets.map(
      (j): Row => ({
        ...{ x: j - 0.5, x2: j + 0.5, y: i - 0.5, y2: i + 0.5 },
        value: S[middle + i]![middle + j]!,
      }),
    ),
  );
  return {
    width: halfWidth,
    height: halfWidth,
    title: `locality S, orange ${significant(top, 2)}, blue −${significant(top, 2)}`,
    layer: [cells(rows, axes, { scheme: "blueorange", domain: [-top, top] })],
  };
}
