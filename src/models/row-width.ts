import { counted, type TellAt } from "../parts/index.js";

/**
 * Checks the matrix `block[key]`, given by its rows, and tells of the first row that has not `width` entries;
 * `why` says where that number comes from.
 */
export function checkWidth(
  rows: readonly (readonly unknown[])[],
  width: number,
  key: string,
  why: string,
  tell: TellAt,
): void {
  const bad = rows.findIndex((row) => row.length !== width);
  if (bad < 0) return;
  tell([key, bad], `row ${bad} has ${counted(rows[bad]!.length, "value")}; need ${width}, ${why}`);
}
