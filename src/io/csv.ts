import type { ObservationRecord } from "../problem/index.js";
import { type CsvRow, csvRows, numberOf } from "./csv-cells.js";
import { checkHeader } from "./csv-header.js";
import { type TellCell, timesOf } from "./csv-times.js";
import { collecting, fileProblem, InputError } from "./errors.js";

/** Options of `parseRecord`. */
export interface RecordOptions {
  /** The name of the file for messages. */
  readonly file: string;
  /** The name of the time column. */
  readonly time: string;
  /** The observed columns, and the component of the state that each observes. */
  readonly columns: Readonly<Record<string, number>>;
  /** The kind of a noise that needs values above zero; null: values may have any sign. */
  readonly positive: string | null;
  /** The step of which all intervals must be whole multiples; null: times may be any. */
  readonly step: number | null;
}

/**
 * Reads a CSV text as a record of observations; an empty cell is a gap.
 *
 * @throws InputError with all problems of the text.
 */
export function parseRecord(text: string, options: RecordOptions): ObservationRecord {
  const { file, time, columns, positive, step } = options;
  const [header, ...rows] = csvRows(text, file);
  if (header === undefined) {
    throw new InputError([fileProblem(file, `is empty; need a header with "${time}"`)]);
  }
  const observed = Object.keys(columns);
  const names = checkHeader(file, header, [time, ...observed]);
  if (rows.length === 0) {
    throw new InputError([fileProblem(file, "has a header and no rows; need observations")]);
  }

  const problems = collecting(file);
  const tell: TellCell = (row, index, message) => {
    const key = null;
    problems.tell({ file, line: row.line, column: row.columns[index] ?? 1, key, message });
  };
  const complete = rows.filter((row) => isComplete(row, names.length, tell));
  const times = timesOf(complete, { index: names.indexOf(time), name: time }, step, tell);
  const values = complete.map((row) =>
    observed.map((name) => observationOf(row, names.indexOf(name), name, positive, tell)),
  );
  if (problems.count === 0) {
    for (const [j, name] of observed.entries()) {
      if (values.some((row) => !Number.isNaN(row[j]))) continue;
      tell(header, names.indexOf(name), `the column "${name}" has no observations`);
    }
  }
  if (problems.count > 0) throw new InputError(problems.first());
  return { timeName: time, times, columns: observed, components: Object.values(columns), values };
}

/** Checks that a row has as many cells as the header. */
function isComplete(row: CsvRow, width: number, tell: TellCell): boolean {
  const count = row.cells.length;
  if (count === width) return true;
  const cells = count === 1 ? "1 cell" : `${count} cells`;
  tell(row, Math.min(count, width), `the row has ${cells}; need ${width}, as in the header`);
  return false;
}

function observationOf(
  row: CsvRow,
  index: number,
  name: string,
  positive: string | null,
  tell: TellCell,
): number {
  const text = row.cells[index].trim();
  if (text === "") return Number.NaN;
  const number = numberOf(text);
  if (Number.isNaN(number)) {
    tell(
      row,
      index,
      `"${name}" is ${JSON.stringify(text)}; need a number (a gap is an empty cell)`,
    );
  } else if (!Number.isFinite(number)) {
    tell(row, index, `"${name}" is ${text}; need a finite number (a gap is an empty cell)`);
  } else if (positive !== null && number <= 0) {
    tell(row, index, `"${name}" is ${text}; ${positive} noise needs values above 0`);
  }
  return number;
}
