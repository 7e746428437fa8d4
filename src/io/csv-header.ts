import { nearest } from "../parts/index.js";
import type { CsvRow } from "./csv-cells.js";
import { readName } from "./csv-names.js";
import { InputError, type Problem } from "./errors.js";

/**
 * Checks a header and returns its column names.
 *
 * @throws InputError when a needed column is missing or is given twice.
 */
export function checkHeader(file: string, header: CsvRow, needed: readonly string[]): string[] {
  const names = header.cells.map((cell) => {
    const name = cell.trim();
    return needed.includes(name) ? name : readName(name);
  });
  const at = (index: number, message: string): Problem => ({
    file,
    line: header.line,
    column: header.columns[index] ?? 1,
    key: null,
    message,
  });
  const twice = names.flatMap((name, i) =>
    needed.includes(name) && names.indexOf(name) < i
      ? [at(i, `the column "${name}" is given twice`)]
      : [],
  );
  const missing = needed
    .filter((name) => !names.includes(name))
    .map((name) => at(0, `no column "${name}"${hint(name, names)}`));
  if (twice.length + missing.length > 0) throw new InputError([...twice, ...missing]);
  return names;
}

function hint(name: string, names: readonly string[]): string {
  if (names.length === 1 && /[;\t]/.test(names[0])) {
    const sign = names[0].includes(";") ? "semicolons" : "tabs";
    return `; the cells are separated by ${sign}, need commas (and decimal points)`;
  }
  const near = nearest(name, names);
  const list = names.map((known) => JSON.stringify(known)).join(", ");
  return `${near === null ? "" : `; did you mean "${near}"?`} (there are ${list})`;
}
