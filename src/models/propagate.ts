/** States moved through time: over one interval, or over many. */
import { stack, type Tensor } from "../engine/index.js";
import { foldIn, type Key } from "../random/index.js";
import { advance } from "./model.js";
import type { Propagation } from "./time.js";

/** The state after one interval: x [..., d] → [..., d], each step with a key of its own. */
export function propagate(x: Tensor, { transition, steps }: Propagation, key: Key): Tensor {
  let state = x;
  for (let i = 0; i < steps; i++) state = advance(transition, state, foldIn(key, i));
  return state;
}

/** The states after each interval from x₀ [..., d], [K, ..., d]; interval k has `key` folded with k. */
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
