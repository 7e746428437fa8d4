/** Draws the methods of a comparison side by side: the error of each with its standard error, and its spread. */
import type { ComparedResult } from "../run/output.js";
import { extent } from "./extent.js";
import { constantText, type Figure, type Layer, stack } from "./figure.js";
import { type LegendEntry, legend } from "./legend.js";
import { significant, withError } from "./number.js";
import { colours, fullWidth } from "./theme.js";

const rowHeight = 28;
/** Pixels for the numbers at the right. */
const numbersWidth = 130;
/** The longest name that is shown whole. */
const mostLetters = 30;
/** The width that Vega assumes for a letter. */
const letterWidth = 0.8 * 11;
/** Errors that differ by more than this factor are drawn on a logarithmic axis. */
const widest = 6;

interface Row {
  readonly row: number;
  readonly name: string;
  readonly error: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  readonly spread: number | null;
  readonly text: string;
}

/** Returns null where there is no error and no spread to show. */
export function comparisonFigure(methods: readonly ComparedResult[]): Figure | null {
  const rows = methods.map(rowOf);
  const values = rows.flatMap(({ lower, upper, error, spread }) =>
    [lower, upper, error, spread].filter((v) => v !== null && v > 0),
  ) as number[];
  if (values.length === 0) return null;
  const shown = rows.map(({ name }) => constantText(shortened(name)));
  const names = letterWidth * Math.max(...shown.map((name) => name.length)) + 14;
  const width = fullWidth + 40 - names - numbersWidth;
  const [lowest, highest] = extent(values);
  const log = highest > widest * lowest;
  const scale = log
    ? { type: "log" as const, domain: [lowest / 1.15, highest * 1.15], nice: false }
    : { domain: [0, highest * 1.08], nice: false, zero: true };
  const x = (field: string) => ({
    field,
    type: "quantitative" as const,
    scale,
    axis: { title: "root mean square error, and spread", grid: true, tickCount: 6, format: "~g" },
  });
  const y = {
    // The number of the row, for Vega finds other things than a name under "constructor" and the like.
    field: "row",
    type: "nominal" as const,
    sort: null,
    title: null,
    scale: { domain: rows.map(({ row }) => row) },
    axis: {
      labelColor: colours.ink,
      labelFontSize: 11,
      labelLimit: 2 * names,
      labelExpr: `${expression(shown)}[datum.value]`,
      minExtent: names,
      maxExtent: names,
      grid: false,
    },
  };
  const known = (field: "error" | "lower" | "spread") => ({
    values: rows.filter((row) => row[field] !== null),
  });
  const symbol = (field: "error" | "spread", filled: boolean, color: string): Layer => ({
    data: known(field),
    mark: { type: "point", shape: "circle", size: 62, opacity: 1, strokeWidth: 1.6, filled, color },
    encoding: { x: x(field), y },
  });
  const layer: Layer[] = [
    {
      data: known("lower"),
      mark: { type: "rule", color: colours.analysis, strokeWidth: 7, strokeOpacity: 0.35 },
      encoding: { x: x("lower"), x2: { field: "upper" }, y },
    },
    symbol("spread", false, colours.forecast),
    symbol("error", true, colours.analysis),
    {
      data: { values: rows },
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
  return {
    name: "comparison",
    description: `Error and spread of the analyses of ${rows.map(({ name }) => name).join(", ")}`,
    specification: stack([
      legend(entries(rows), fullWidth),
      { width, height: rows.length * rowHeight, layer },
    ]),
  };
}

/** Returns texts as a list in an expression of Vega, in whose texts line separators cannot stand. */
const expression = (texts: readonly string[]): string =>
  JSON.stringify(texts).replace(/[\u2028\u2029]/g, (letter) =>
    letter === "\u2028" ? "\\u2028" : "\\u2029",
  );

const shortened = (name: string): string =>
  name.length > mostLetters ? `${name.slice(0, mostLetters - 1)}…` : name;

function rowOf({ label, diverged, rmse, rmseError, spread }: ComparedResult, row: number): Row {
  const error = rmse?.analysis ?? null;
  const chance = rmseError === null || error === null ? null : 2 * rmseError.analysis;
  return {
    row,
    name: label,
    error,
    lower: chance === null ? null : Math.max(error! - chance, error! / 10),
    upper: chance === null ? null : error! + chance,
    spread: spread?.analysis ?? null,
    text: diverged
      ? "diverged"
      : error === null
        ? significant(spread?.analysis ?? null, 3)
        : withError(error, rmseError?.analysis ?? 0),
  };
}

function entries(rows: readonly Row[]): readonly LegendEntry[] {
  const all: readonly (LegendEntry | null)[] = [
    rows.some(({ error }) => error !== null)
      ? { label: "error of the analysis", mark: "point", colour: colours.analysis }
      : null,
    rows.some(({ lower }) => lower !== null)
      ? { label: "± 2 standard errors", mark: "bar", colour: colours.analysis }
      : null,
    rows.some(({ spread }) => spread !== null)
      ? { label: "spread", mark: "ring", colour: colours.forecast }
      : null,
  ];
  return all.filter((entry) => entry !== null);
}
