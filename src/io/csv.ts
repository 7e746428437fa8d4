import type { ObservationRecord } from "../problem/index.js";
import { type CsvRow, csvRows } from "./csv-cells.js";
import { checkHeader } from "./csv-header.js";
import { fileProblem, InputError, type Problem } from "./errors.js";

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

/** The largest number of problems of one file that are listed; the others are counted. */
const told = 20;

/** Reports a fault in a cell. */
type Tell = (row: CsvRow, index: number, message: string) => void;

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

  const problems: Problem[] = [];
  const tell: Tell = (row, index, message) => {
    const key = null;
    problems.push({ file, line: row.line, column: row.columns[index] ?? 1, key, message });
  };
  const complete = rows.filter((row) => isComplete(row, names.length, tell));
  const timeIndex = names.indexOf(time);
  const times = complete.map((row) => timeOf(row, timeIndex, time, tell));
  checkTimes(complete, times, timeIndex, step, tell);
  const values = complete.map((row) =>
    observed.map((name) => observationOf(row, names.indexOf(name), name, positive, tell)),
  );
  if (problems.length === 0) {
    for (const [j, name] of observed.entries()) {
      if (values.some((row) => !Number.isNaN(row[j]))) continue;
      tell(header, names.indexOf(name), `the column "${name}" has no observations`);
    }
  }
  if (problems.length > 0) throw new InputError(firstOf(problems, file));
  return { timeName: time, times, columns: observed, components: Object.values(columns), values };
}

/** Checks that a row has as many cells as the header. */
function isComplete(row: CsvRow, width: number, tell: Tell): boolean {
  const count = row.cells.length;
  if (count === width) return true;
  const cells = count === 1 ? "1 cell" : `${count} cells`;
  tell(row, Math.min(count, width), `the row has ${cells}; need ${width}, as in the header`);
  return false;
}

function timeOf(row: CsvRow, index: number, name: string, tell: Tell): number {
  const number = numberOf(row.cells[index]);
  if (Number.isFinite(number)) return number;
  const given = row.cells[index].trim() === "" ? "an empty cell" : JSON.stringify(row.cells[index]);
  tell(row, index, `time "${name}" is ${given}; need a finite number (a date as a decimal year)`);
  return Number.NaN;
}

/**
 * Checks that times increase, and that intervals are whole numbers of steps. Times that are no numbers are
 * reported elsewhere.
 */
function checkTimes(
  rows: readonly CsvRow[],
  times: readonly number[],
  index: number,
  step: number | null,
  tell: Tell,
): void {
  for (let k = 1; k < times.length; k++) {
    const gap = times[k] - times[k - 1];
    const before = `time ${times[k]} after ${times[k - 1]} (line ${rows[k - 1].line})`;
    if (gap === 0) {
      tell(rows[k], index, `time ${times[k]} is given twice, also in line ${rows[k - 1].line}`);
    } else if (gap < 0) {
      tell(rows[k], index, `${before}; need times that increase`);
    } else if (step !== null && !isWhole(gap / step)) {
      tell(rows[k], index, `${before} is not a whole number of steps of ${step} later`);
    }
  }
}

/** Tells whether a number of steps is whole, up to rounding of decimal times. */
export function isWhole(steps: number): boolean {
  return Math.abs(steps - Math.round(steps)) < 1e-6 * Math.max(1, steps);
}

function observationOf(
  row: CsvRow,
  index: number,
  name: string,
  positive: string | null,
  tell: Tell,
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

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const infinite = /^[+-]?inf(inity)?$/i;

/** Reads a decimal number; NaN for any other text, such as "NA" or a hexadecimal number. */
function numberOf(text: string): number {
  const trimmed = text.trim();
  if (infinite.test(trimmed)) return Number.POSITIVE_INFINITY;
  return decimal.test(trimmed) ? Number(trimmed) : Number.NaN;
}

function firstOf(problems: readonly Problem[], file: string): readonly Problem[] {
  const inOrder = [...problems].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  const more = problems.length - told;
  if (more <= 0) return inOrder;
  return [...inOrder.slice(0, told), fileProblem(file, `… and ${more} more like these`)];
}
