/**
 * Twin experiments: a truth is drawn from the model, and observations from the truth.
 *
 *     x_t = F(x_{t−1}) + ξ_t,   y_t = h(x_t) + η_t
 */
import { add, mul, sqrt, stack, type Tensor } from "../engine/index.js";
import { type Propagation, propagate } from "../models/index.js";
import type { Operator } from "../observe/index.js";
import { asRow, fold, type Scalar, type Support } from "../prob/index.js";
import { foldIn, type Key, normal, split } from "../random/index.js";

export interface Twin {
  /** The true states, [K, ..., d]. */
  readonly states: Tensor;
  /** y [K, ..., m] */
  readonly observations: Tensor;
}

/** The states after each propagation from x₀ [..., d], [K, ..., d]; the k-th has its own key. */
export function simulate(initial: Tensor, crossing: readonly Propagation[], key: Key): Tensor {
  let x = initial;
  const states = crossing.map((propagation, k) => {
    x = propagate(x, propagation, foldIn(key, k));
    return x;
  });
  return stack(states, 0);
}

/** What an instrument gives: h and R of every observation, and whether values stay positive. */
export interface Instrument {
  readonly operator: Operator;
  readonly variance: Scalar;
  /** @defaultValue "real" */
  readonly support?: Support;
}

/** h(x) + √R ∘ z for states [K, ..., d] → [K, ..., m]. */
export function observe(
  states: Tensor,
  { operator, variance, support }: Instrument,
  key: Key,
): Tensor {
  const hx = operator.apply(states);
  const sd = typeof variance === "number" ? Math.sqrt(variance) : sqrt(asRow(variance));
  return fold(add(hx, mul(sd, normal(key, hx.shape))), support);
}

/** A truth and its observations. */
export function twin(
  initial: Tensor,
  crossing: readonly Propagation[],
  instrument: Instrument,
  key: Key,
): Twin {
  const [truthKey, noiseKey] = split(key) as [Key, Key];
  const states = simulate(initial, crossing, truthKey);
  return { states, observations: observe(states, instrument, noiseKey) };
}
