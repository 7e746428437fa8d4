/**
 * Gradients of one size: their direction, with a root mean square of 1 over all their n numbers.
 *
 *     g ← g / √(Σ g²/n)
 *
 * Adam does not mind the size of gradients, but it minds one that is a thousand times the others', as
 * that of a window just short of blowing up is: its second moment remembers it for a thousand
 * updates, and meanwhile nothing is learned.
 *
 * @see pascanu2013 for exploding gradients and what to do about them
 */
import { add, div, mul, sqrt, square, sum } from "../engine/index.js";
import type { NamedTensors } from "./parameters.js";

/** Below it a gradient is none. */
const least = 1e-30;

export function normaliseGradient(gradient: NamedTensors): NamedTensors {
  const entries = Object.entries(gradient);
  const n = entries.reduce((count, [, g]) => count + g.size, 0);
  const squares = entries.map(([, g]) => sum(square(g))).reduce((a, b) => add(a, b));
  const size = sqrt(add(mul(1 / n, squares), least));
  return Object.fromEntries(entries.map(([name, g]) => [name, div(g, size)]));
}
