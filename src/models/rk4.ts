import { add, mul, type Tensor, UsageError } from "../engine/index.js";
import { type Scalar, scale } from "../prob/index.js";
import type { StateMap } from "./transition.js";

/** A tendency f, dx/dt = f(x): [..., d] → [..., d]. */
export type Tendency = (x: Tensor) => Tensor;

/**
 * Makes the map of ẋ = f(x) over a time `length`, by the classical Runge–Kutta method of order four in
 * `substeps` steps of length h.
 *
 *     k₁ = f(x),  k₂ = f(x + ½h k₁),  k₃ = f(x + ½h k₂),  k₄ = f(x + h k₃)
 *     x′ = x + h/6 (k₁ + 2k₂ + 2k₃ + k₄)
 *
 * @throws UsageError unless `substeps` is a whole number, at least 1.
 * @see kutta1901
 */
export function rk4(f: Tendency, length: Scalar, substeps = 1): StateMap {
  if (!(Number.isInteger(substeps) && substeps > 0)) {
    throw new UsageError(`rk4: substeps is ${substeps}; need a whole number, at least 1.`);
  }
  const h = scale(1 / substeps, length);
  return (x) => {
    let moved = x;
    for (let i = 0; i < substeps; i++) moved = rk4Step(f, moved, h);
    return moved;
  };
}

function rk4Step(f: Tendency, x: Tensor, h: Scalar): Tensor {
  const half = scale(0.5, h);
  const k1 = f(x);
  const k2 = f(add(x, mul(half, k1)));
  const k3 = f(add(x, mul(half, k2)));
  const k4 = f(add(x, mul(h, k3)));
  const k = add(add(k1, k4), mul(2, add(k2, k3)));
  return add(x, mul(scale(1 / 6, h), k));
}
