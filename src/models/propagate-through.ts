import { stack, type Tensor } from "../engine/index.js";
import { foldIn, type Key } from "../random/index.js";
import { type Propagation, propagate } from "./time.js";

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
