/** The column of times of a CSV text. */
import { intervalBetween, wholeSteps } from "../models/index.js";
import { grouped } from "../parts/index.js";
import { type CsvRow, numberOf } from "./csv-cells.js";

/** Reports a fault in a cell of a row. */
export type TellCell = (row: CsvRow, index: number, message: string) => void;

/** The column of times: its index and its name. */
interface TimeColumn {
  readonly index: number;
  readonly name: string;
}

/**
 * Reads the times of all rows, and checks that they increase. With `step` all intervals must be whole numbers
 * of steps. Times that are no numbers are NaN, and are compared with no other time.
 */
export function timesOf(
  rows: readonly CsvRow[],
  column: TimeColumn,
  step: number | null,
  tell: TellCell,
): number[] {
  const cells = rows.map((row) => row.cells[column.index]!.trim());
  const dates = cells.flatMap((cell, k) => (isDate(cell) ? [k] : []));
  const times = rows.map((row, k) => {
    const time = numberOf(cells[k]!);
    if (!Number.isFinite(time) && !isDate(cells[k]!)) tellNumber(row, cells[k]!, column, tell);
    return Number.isFinite(time) ? time : Number.NaN;
  });
  const [first] = dates;
  if (first !== undefined) {
    const more = dates.length === 1 ? "" : ` and so are ${grouped(dates.length - 1)} more;`;
    tell(
      rows[first]!,
      column.index,
      `time "${column.name}" is ${JSON.stringify(cells[first])}, a date;${more} need numbers. ` +
        "Count the steps from the first row (0, 1, 2 …), or write days or months as numbers (a decimal year is 2020.5)",
    );
  }
  checkOrder(rows, times, column, step, tell);
  return times;
}

/** Tells whether a text is a date, with or without a time of day: 2020-01-31, 31.1.2020, 2020/01/31 12:00. */
const isDate = (text: string): boolean =>
  /^\d{1,4}([-/.])\d{1,2}(\1\d{1,4})?([T ]\d{1,2}:.*)?$/.test(text) && Number.isNaN(numberOf(text));

function tellNumber(row: CsvRow, text: string, { index, name }: TimeColumn, tell: TellCell): void {
  const given = text === "" ? "an empty cell" : JSON.stringify(text);
  tell(row, index, `time "${name}" is ${given}; need a finite number`);
}

/** Checks that times increase, by whole numbers of steps if `step` is given. */
function checkOrder(
  rows: readonly CsvRow[],
  times: readonly number[],
  { index }: TimeColumn,
  step: number | null,
  tell: TellCell,
): void {
  const pairs = pairsOf(times);
  if (pairs.length > 1 && pairs.every(([before, after]) => times[after]! < times[before]!)) {
    const [[before, after]] = pairs as [readonly [number, number]];
    const what = `time ${times[after]} after ${times[before]} (line ${rows[before]!.line})`;
    tell(rows[after]!, index, `${what}; all times decrease, need the oldest row first`);
    return;
  }
  for (const [before, after] of pairs) {
    const [from, to] = [times[before]!, times[after]!];
    const earlier = `(line ${rows[before]!.line})`;
    if (to === from) {
      tell(rows[after]!, index, `time ${to} is given twice, also in line ${rows[before]!.line}`);
    } else if (to < from) {
      tell(rows[after]!, index, `time ${to} after ${from} ${earlier}; need times that increase`);
    } else if (step !== null && wholeSteps(intervalBetween(from, to), step) === null) {
      const steps = Number((intervalBetween(from, to) / step).toPrecision(4));
      tell(
        rows[after]!,
        index,
        `time ${to} after ${from} ${earlier} is ${steps} steps of ${step} later; need a whole number of steps. ` +
          "Choose a step that divides the intervals, or write times as numbers of steps (0, 1, 2 …)",
      );
    }
  }
}

/** Returns the indices of neighbouring times; those that are no numbers are left out. */
function pairsOf(times: readonly number[]): (readonly [number, number])[] {
  const known = times.flatMap((time, k) => (Number.isNaN(time) ? [] : [k]));
  return known.slice(1).map((after, i) => [known[i]!, after] as const);
}
