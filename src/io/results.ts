import type { Band, RunOutput, RunResult, StateSeries } from "../run/output.js";
import { writtenName } from "./csv-names.js";

/** Returns the text of `result.json`; a score that is not a number is null. */
export function resultText(result: RunResult): string {
  return `${JSON.stringify(result, null, 2)}\n`;
}

/**
 * Returns the text of `states.csv`: a row for each time, with the forecast and the estimates of each
 * variable.
 */
export const statesText = (output: Pick<RunOutput, "states">): string =>
  [...statesPieces(output)].join("");

/** Returns the text of `states.csv` in pieces, because that of a long run may be too large for one string. */
export function* statesPieces({ states }: Pick<RunOutput, "states">): Generator<string> {
  const columns = statesColumns(states);
  const line = (row: readonly string[]) => `${row.map(cellText).join(",")}\n`;
  yield line(["time", "kind", ...columns.map(({ name }) => writtenName(name))]);
  for (let from = 0; from < states.times.length; from += rowsOfPiece) {
    const rows = states.times.slice(from, from + rowsOfPiece).map((time, i) => {
      const k = from + i;
      const kind = k < states.observed ? "observed" : "forecast";
      const values = columns.map(({ values, variable }) => numberText(values[k]?.[variable]));
      return line([numberText(time), kind, ...values]);
    });
    yield rows.join("");
  }
}

const rowsOfPiece = 1000;

interface Column {
  readonly name: string;
  /** [K][d] */
  readonly values: readonly (readonly number[])[];
  readonly variable: number;
}

function statesColumns(states: StateSeries): Column[] {
  return states.variables.flatMap((name, variable) => {
    const column = (what: string, values: Column["values"]) => ({
      name: `${name}_${what}`,
      values,
      variable,
    });
    const band = (what: string, { mean, sd, lower, upper }: Band) => [
      column(`${what}_mean`, mean),
      column(`${what}_sd`, sd),
      column(`${what}_lower`, lower),
      column(`${what}_upper`, upper),
    ];
    return [
      column("forecast_mean", states.forecast.mean),
      column("forecast_sd", states.forecast.sd),
      ...band("analysis", states.analysis),
      ...(states.smoothed === null ? [] : band("smoothed", states.smoothed)),
      ...(states.truth === null ? [] : [column("truth", states.truth)]),
    ];
  });
}

/**
 * Writes a number as the shortest text that reads back exactly; an empty cell if it is missing or not
 * finite.
 */
function numberText(value: number | undefined): string {
  return value !== undefined && Number.isFinite(value) ? String(value) : "";
}

function cellText(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
