import { add, div, mul, sqrt, square, sum } from "../engine/index.js";
import type { NamedTensors } from "./parameters.js";

/** A mean square that counts as 0; it keeps the root away from 0. */
const least = 1e-30;

/**
 * Normalises a gradient to a root mean square of 1 over all its n numbers; its direction stays.
 *
 *     g ← g / √(Σ g²/n)
 *
 * The steps of Adam do not depend on the scale of all gradients, but they do on a single gradient
 * that is a thousand times larger than the others, as in a window in which the filter almost
 * diverges: Adam's second moment keeps it for a thousand updates, in which almost nothing is learned.
 * A gradient of 0 stays 0.
 *
 * @see pascanu2013 for exploding gradients and their remedies
 */
export function normaliseGradient(gradient: NamedTensors): NamedTensors {
  const entries = Object.entries(gradient);
  const n = entries.reduce((count, [, g]) => count + g.size, 0);
  const squares = entries.map(([, g]) => sum(square(g))).reduce((a, b) => add(a, b));
  const size = sqrt(add(mul(1 / n, squares), least));
  return Object.fromEntries(entries.map(([name, g]) => [name, div(g, size)]));
}
