/** A check of shapes that says who asked, what was given, what is needed and what to try. */
import { ShapeError, type Tensor } from "../engine/index.js";

/** The tensor's axis (counted from the end: −1, −2, …) has this size. */
export function expectAxis(
  who: string,
  what: string,
  x: Tensor,
  axis: number,
  size: number,
  advice: string,
): void {
  if (x.shape.at(axis) === size) return;
  throw new ShapeError(
    `${who}: ${what} is [${x.shape}]; need ${size} along axis ${axis}: ${advice}.`,
  );
}

/** The tensor has so many axes at least. */
export function expectRank(who: string, what: string, x: Tensor, rank: number, form: string): void {
  if (x.shape.length >= rank) return;
  throw new ShapeError(`${who}: ${what} is [${x.shape}]; need ${form}.`);
}
