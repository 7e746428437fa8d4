import { CsvError, parse } from "csv-parse/browser/esm/sync";
import { InputError } from "./errors.js";

/** A row of a CSV text, with the position of each cell. */
export interface CsvRow {
  readonly cells: readonly string[];
  readonly line: number;
  /** The column of the text at which each cell begins, counted from 1. */
  readonly columns: readonly number[];
}

/**
 * Reads the rows of a CSV text without blank lines; rows may have different numbers of cells.
 *
 * @throws InputError when the text is not valid CSV.
 */
export function csvRows(text: string, file: string): CsvRow[] {
  try {
    const records = parse(text, {
      bom: true,
      info: true,
      raw: true,
      relax_column_count: true,
      skip_empty_lines: true,
    }) as unknown as readonly { record: string[]; raw: string; info: { lines: number } }[];
    return records
      .filter(({ record }) => record.length > 1 || record[0].trim() !== "")
      .map(({ record, raw, info }) => {
        const own = raw.replace(/^[\r\n]+|[\r\n]+$/g, "");
        const breaks = own.match(/\r\n|\r|\n/g)?.length ?? 0;
        return { cells: record, line: info.lines - breaks, columns: cellColumns(own) };
      });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error.lines === "number" ? error.lines : null;
    throw new InputError([{ file, line, column: null, key: null, message: csvWords(error) }]);
  }
}

function csvWords(error: CsvError): string {
  switch (error.code) {
    case "CSV_QUOTE_NOT_CLOSED":
      return 'a quoted cell is not closed; need a second "';
    case "CSV_INVALID_CLOSING_QUOTE":
      return "text follows a quoted cell; need a comma or the end of the line";
    case "INVALID_OPENING_QUOTE":
      return 'a " is inside a cell that does not begin with one';
    default:
      return `not valid CSV: ${error.message}`;
  }
}

/** Returns the columns at which the cells of a row begin: after each comma that is not quoted. */
function cellColumns(raw: string): number[] {
  const columns = [1];
  let quoted = false;
  for (let i = 0; i < raw.length; i++) {
    if (raw[i] === '"') quoted = !quoted;
    else if (raw[i] === "," && !quoted) columns.push(i + 2);
  }
  return columns;
}

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const infinite = /^[+-]?inf(inity)?$/i;

/** Reads a decimal number; NaN for any other text, such as "NA" or a hexadecimal number. */
export function numberOf(text: string): number {
  const trimmed = text.trim();
  if (infinite.test(trimmed)) return Number.POSITIVE_INFINITY;
  return decimal.test(trimmed) ? Number(trimmed) : Number.NaN;
}
