/** Checks of matrices that a block gives by their rows. */
import { counted, type TellAt } from "../parts/index.js";

/**
 * Tells of the first row of `block[key]` that has not `width` entries; `why` says where that number
 * comes from.
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
