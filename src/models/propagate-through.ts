import { stack, type Tensor } from "../engine/index.js";
import { foldIn, type Key } from "../random/index.js";
import { type Propagation, propagate } from "./time.js";

/**
 * Propagates x₀ [..., d] over K intervals and returns the state after each of them, [K, ..., d]. Noise of
 * interval k is drawn from `key` folded with k.
 */
export function propagateThrough(
  initial: Tensor,
  propagations: readonly Propagation[],
  key: Key,
): Tensor {
  let x = initial;
  const states = propagations.map((propagation, k) => {
    x = propagate(x, propagation, foldIn(key, k));
    return x;
  });
  return stack(states, 0);
}
