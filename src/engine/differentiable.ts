/** What may be differentiated, and differentiated by: trees of tensors. */
import { UsageError } from "./errors.js";
import { shown } from "./shown.js";
import { leavesOf, type OtherLeaf, othersOf, pathOf } from "./tree.js";

/** A leaf that would come back unchanged, as if it were its own derivative. */
const isNumeric = ({ value }: OtherLeaf): boolean =>
  typeof value === "number" ||
  typeof value === "bigint" ||
  (typeof value === "object" && value !== null);

/**
 * Checks the point at which a function is differentiated.
 * @throws UsageError for a plain number, or for an object in which tensors are not found.
 */
export function checkPoint(name: string, x: unknown): void {
  const leaf = othersOf(x).find(isNumeric);
  if (leaf !== undefined) {
    throw new UsageError(
      `${name}: ${described("the point", leaf)}. Make it a tensor to differentiate by it; what is only a setting belongs into a further argument, or around the function.`,
    );
  }
  const leaves = leavesOf(x);
  if (leaves.length > 0 && leaves.every(({ dtype }) => dtype === "i32")) {
    throw new UsageError(
      `${name}: the point holds i32 tensors alone, which have no derivative; need an f64 or f32 tensor.`,
    );
  }
}

/**
 * Checks the result of a function that is differentiated.
 * @throws UsageError for a plain number, or for an object in which tensors are not found.
 */
export function checkResult(name: string, y: unknown): void {
  const leaf = othersOf(y).find(isNumeric);
  if (leaf === undefined) return;
  throw new UsageError(
    `${name}: ${described("the result of the function", leaf)}. Return tensors; what is no part of the derivative is aux of valueAndGradWithAux.`,
  );
}

function described(what: string, { path, value }: OtherLeaf): string {
  const at = path.length === 0 ? what : `${what} holds at ${pathOf(path)}`;
  const kind = typeof value === "object" ? "" : "the plain number ";
  const verb = path.length === 0 ? " is" : "";
  const why =
    typeof value === "object"
      ? "in which no tensor is found; need tensors in plain objects and arrays"
      : "which has no derivative";
  return `${at}${verb} ${kind}${shown(value)}, ${why}`;
}
