import type { Path } from "../positions.js";
import type { ExperimentFile } from "../schema.js";

/** Tells what is wrong at a path of the experiment file. */
export type Tell = (path: Path, message: string) => void;

/** The sections of a file that fit the schema; the others are null. */
export type Sections = {
  readonly [Key in "model" | "time" | "observations" | "method"]: ExperimentFile[Key] | null;
} & { readonly learn: NonNullable<ExperimentFile["learn"]> | null };

/** What the file really says, defaults not filled in. */
export type Given = (path: Path) => unknown;

/** `3 × 2` matrices and their like: the lengths of the rows must all be `width`. */
export function checkRows(
  matrix: readonly (readonly unknown[])[],
  width: number,
  path: Path,
  why: string,
  tell: Tell,
): boolean {
  const bad = matrix.findIndex((row) => row.length !== width);
  if (bad < 0) return true;
  tell(
    [...path, bad],
    `row ${bad} has ${count(matrix[bad].length, "value")}; need ${width}, ${why}`,
  );
  return false;
}

/** `1 value`, `2 values` */
export function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? "" : "s"}`;
}
