import { add, div, maximum, mul, sqrt, square, sum, type Tensor } from "../engine/index.js";
import type { NamedTensors } from "./parameters.js";

/**
 * Clips a gradient to a largest norm; its direction stays.
 *
 *     g ← g / max(1, ‖g‖/c)        ‖g‖ over all its numbers, c []
 *
 * @see pascanu2013
 */
export function clipGradient(gradient: NamedTensors, most: Tensor): NamedTensors {
  const entries = Object.entries(gradient);
  const squares = entries.map(([, g]) => sum(square(g))).reduce((a, b) => add(a, b));
  const factor = div(1, maximum(1, div(sqrt(squares), most)));
  return Object.fromEntries(entries.map(([name, g]) => [name, mul(factor, g)]));
}
