/** Tables of numbers: plain typed arrays with a shape, easy to plot and to save. */

import { UsageError } from "../engine/index.js";
import { checkCount, describeValue } from "../parts/index.js";

/** Rows of numbers, row-major. */
export interface Table {
  readonly data: Float64Array;
  /** [rows, columns] */
  readonly shape: readonly [number, number];
}

/** @throws UsageError for what is no table. */
function expectTable(who: string, table: Table): void {
  const { data, shape }: Partial<Table> = table ?? {};
  const [rows, columns] = Array.isArray(shape) ? shape : [];
  if (data instanceof Float64Array && shape?.length === 2 && rows! * columns! === data.length) {
    return;
  }
  throw new UsageError(
    `${who}: got ${describeValue(table)}; need a table, { data, shape: [rows, columns] } with as many numbers.`,
  );
}

/** Row k of a table, as a view. */
export function rowOf(table: Table, k: number): Float64Array {
  expectTable("rowOf", table);
  const { data, shape } = table;
  const [rows, columns] = shape;
  checkCount("rowOf", "the row", k, 0, rows - 1);
  return data.subarray(k * columns, (k + 1) * columns);
}

/** Column i of a table, such as one variable through time. */
export function columnOf(table: Table, i: number): Float64Array {
  expectTable("columnOf", table);
  const { data, shape } = table;
  const [rows, columns] = shape;
  checkCount("columnOf", "the column", i, 0, columns - 1);
  return Float64Array.from({ length: rows }, (_, k) => data[k * columns + i]!);
}

/** The rows of a table as nested arrays [rows][columns], as diagnostics take them. */
export function rowsOf(table: Table): number[][] {
  expectTable("rowsOf", table);
  return Array.from({ length: table.shape[0] }, (_, k) => [...rowOf(table, k)]);
}

/** A table that grows row by row. */
export interface GrowingTable {
  push(row: ArrayLike<number>): void;
  /** A view of a new row, to be filled before the next one. */
  next(): Float64Array;
  table(): Table;
}

export function growingTable(columns: number, expected: number): GrowingTable {
  let data = new Float64Array(columns * Math.max(1, expected));
  let rows = 0;
  const next = (): Float64Array => {
    if ((rows + 1) * columns > data.length) {
      const grown = new Float64Array(2 * data.length);
      grown.set(data);
      data = grown;
    }
    rows += 1;
    return data.subarray((rows - 1) * columns, rows * columns);
  };
  return {
    push: (row) => next().set(row),
    next,
    table: () => {
      const full = rows * columns === data.length;
      return { data: full ? data : data.slice(0, rows * columns), shape: [rows, columns] };
    },
  };
}
