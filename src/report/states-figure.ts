/** Draws the states: observations, analysis with its band, truth, smoothed states and the forecast beyond the record. */
import type { Band, RunOutput } from "../run/output.js";
import { extent, margined, robustExtent } from "./extent.js";
import { constantText, type Figure, type Row, stack, type View } from "./figure.js";
import { type LegendEntry, legend } from "./legend.js";
import { type Axes, band, guide, line, points } from "./marks.js";
import { colours, fullWidth, halfWidth } from "./theme.js";

/** The largest numbers of panels and times in a readable figure. */
const maxPanels = 12;
const maxTimes = { whole: 400, half: 150 };

export interface StatesFigure extends Figure {
  /** How much is shown, and whether a band leaves its panel, for the text beside the figure. */
  readonly shown: { readonly variables: number; readonly times: number };
  readonly cut: boolean;
  readonly logarithmic: boolean;
}

export function statesFigure(output: RunOutput): StatesFigure {
  const { variables, times, observed } = output.states;
  const shown = Math.min(variables.length, maxPanels);
  const columns = shown > 4 ? 2 : 1;
  const first = Math.max(0, observed - (columns === 1 ? maxTimes.whole : maxTimes.half));
  const size = panelSize(shown);
  const panels = variables.slice(0, shown).map((_, i) => {
    const bottom = i >= shown - columns;
    return panel(output, i, first, size, bottom);
  });
  const grid: View = columns === 1 ? stack(views(panels)) : { columns, concat: views(panels) };
  return {
    name: "states",
    description: `${variables.slice(0, shown).join(", ")}: observations, estimates and forecast over ${output.observations.timeName}`,
    specification: stack([legend(entries(output), fullWidth), grid]),
    shown: { variables: shown, times: Math.min(observed, times.length) - first },
    cut: panels.some(({ cut }) => cut),
    logarithmic: panels.some(({ logarithmic }) => logarithmic),
  };
}

interface Panel {
  readonly view: View;
  readonly cut: boolean;
  readonly logarithmic: boolean;
}

const views = (panels: readonly Panel[]): View[] => panels.map(({ view }) => view);

function panelSize(panels: number): { readonly width: number; readonly height: number } {
  if (panels === 1) return { width: fullWidth, height: 280 };
  if (panels <= 4) return { width: fullWidth, height: panels === 2 ? 200 : 150 };
  return { width: halfWidth, height: 120 };
}

function panel(
  output: RunOutput,
  i: number,
  first: number,
  size: { readonly width: number; readonly height: number },
  bottom: boolean,
): Panel {
  const { states } = output;
  const { observed } = states;
  const end = states.times.length;
  const from = states.times[first] ?? 0;
  const dots = observationsOf(output, i).filter((row) => (row.x as number) >= from);
  const analysis = rows(states.analysis, states.times, i, first, observed);
  const beyond =
    observed < end
      ? [...analysis.slice(-1), ...rows(states.analysis, states.times, i, observed, end)]
      : [];
  const smoothed = states.smoothed ? rows(states.smoothed, states.times, i, first, observed) : [];
  const truth = (states.truth ?? [])
    .slice(first)
    .map((x, k) => ({ x: states.times[first + k]!, y: finite(x[i]) }));

  const core = values([...dots, ...truth, ...analysis, ...smoothed, ...beyond], "y");
  const bands = [...analysis, ...smoothed, ...beyond];
  const edges = [...values(bands, "lower"), ...values(bands, "upper")];
  const logarithmic = output.positive && spansDecades(core, edges);
  const { domain, cut } = logarithmic
    ? { domain: logExtent(core, edges), cut: false }
    : robustExtent(core, edges);
  const axes: Axes = {
    x: margined(from, states.times[end - 1] ?? from),
    y: domain,
    xTitle: bottom ? output.observations.timeName : null,
    yTitle: null,
    yLog: logarithmic,
    xTicks: size.width < fullWidth ? 5 : 10,
  };
  const { colour, dash } = { colour: colours.truth, dash: [4, 3] };
  return {
    cut,
    logarithmic,
    view: {
      ...size,
      title: constantText(states.variables[i]!),
      layer: [
        ...(beyond.length > 0
          ? [
              guide(
                [beyond[0]!.x as number],
                axes,
                { colour: colours.faint, dash: [2, 3] },
                "vertical",
              ),
            ]
          : []),
        band(analysis, axes, colours.analysis),
        ...(beyond.length > 0 ? [band(beyond, axes, colours.forecast)] : []),
        ...(smoothed.length > 0 ? [band(smoothed, axes, colours.smoothed)] : []),
        line(analysis, axes, { colour: colours.analysis }),
        ...(smoothed.length > 0 ? [line(smoothed, axes, { colour: colours.smoothed })] : []),
        ...(beyond.length > 0 ? [line(beyond, axes, { colour: colours.forecast })] : []),
        ...(truth.length > 0 ? [line(truth, axes, { colour, dash, width: 1.3 })] : []),
        points(dots, axes, { colour: colours.observation, size: dots.length > 120 ? 12 : 30 }),
      ],
    },
  };
}

function entries({ states }: RunOutput): readonly LegendEntry[] {
  const smoothed = states.smoothed !== null;
  const beyond = states.observed < states.times.length;
  const all: readonly (LegendEntry | null)[] = [
    { label: "observation", mark: "point", colour: colours.observation },
    { label: "analysis, mean and 90 % band", mark: "band", colour: colours.analysis },
    smoothed ? { label: "smoothed, with 90 % band", mark: "band", colour: colours.smoothed } : null,
    beyond
      ? {
          label: "forecast beyond the record, with 90 % band",
          mark: "band",
          colour: colours.forecast,
        }
      : null,
    states.truth ? { label: "truth", mark: "dashes", colour: colours.truth } : null,
  ];
  return all.filter((entry) => entry !== null);
}

/** Returns the observations of variable i from all columns that observe it, without gaps. */
function observationsOf({ observations }: RunOutput, i: number): readonly Row[] {
  return observations.components.flatMap((component, j) =>
    component === i
      ? observations.values.flatMap((row, k) =>
          Number.isFinite(row[j]) ? [{ x: observations.times[k]!, y: row[j]! }] : [],
        )
      : [],
  );
}

function rows(
  band: Band,
  times: readonly number[],
  i: number,
  from: number,
  to: number,
): readonly Row[] {
  return times.slice(from, to).map((x, k) => ({
    x,
    y: finite(band.mean[from + k]?.[i]),
    lower: finite(band.lower[from + k]?.[i]),
    upper: finite(band.upper[from + k]?.[i]),
  }));
}

const finite = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null;

const values = (all: readonly Row[], field: string): readonly number[] =>
  all.flatMap((row) => (typeof row[field] === "number" ? [row[field]] : []));

/** Whether positive values span more than a factor of 30, and so need a logarithmic axis. */
function spansDecades(core: readonly number[], edges: readonly number[]): boolean {
  const [lowest, highest] = extent(core);
  return extent(edges)[0] > 0 && highest / lowest > 30;
}

/** Returns a range of both that extends at most a factor 10 below and above the core. */
function logExtent(core: readonly number[], edges: readonly number[]): readonly [number, number] {
  const [lowest, highest] = extent(core);
  const [bottom, top] = extent([...core, ...edges]);
  return [Math.max(bottom, lowest / 10) / 1.1, Math.min(top, highest * 10) * 1.1];
}
