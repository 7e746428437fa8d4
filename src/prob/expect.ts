/** Checks of shapes, with messages that say who asked, what was given and what is needed. */
import { ShapeError, type Tensor } from "../engine/index.js";

/** Throws a ShapeError unless an axis of the tensor, counted from the end as −1, −2, …, has this size. */
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

/** Throws a ShapeError unless the tensor has at least `rank` axes. */
export function expectRank(who: string, what: string, x: Tensor, rank: number, form: string): void {
  if (x.shape.length >= rank) return;
  throw new ShapeError(`${who}: ${what} is [${x.shape}]; need ${form}.`);
}
