/** Observations drawn from states. */
import { add, mul, sqrt, type Tensor } from "../engine/index.js";
import { asRow, fold, type Scalar, type Support } from "../prob/index.js";
import { type Key, normal } from "../random/index.js";
import type { Operator } from "./operator.js";

/** What gives an observation of a state: h and R, and whether values stay positive. */
export interface Instrument {
  readonly operator: Operator;
  /** R: one number, [] or [m]. */
  readonly variance: Scalar;
  /** @defaultValue "real" */
  readonly support?: Support;
}

/** y = h(x) + √R ∘ z for states [K, ..., d] → [K, ..., m], z ~ N(0, I) from the key. */
export function drawObservations(
  states: Tensor,
  { operator, variance, support }: Instrument,
  key: Key,
): Tensor {
  const hx = operator.apply(states);
  const sd = typeof variance === "number" ? Math.sqrt(variance) : sqrt(asRow(variance));
  return fold(add(hx, mul(sd, normal(key, hx.shape))), support);
}
