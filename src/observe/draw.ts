/** Observations drawn from states. */
import { add, mul, sqrt, type Tensor } from "../engine/index.js";
import {
  asRow,
  expectKey,
  expectParts,
  expectRank,
  fold,
  type Scalar,
  type Support,
} from "../prob/index.js";
import { type Key, normal } from "../random/index.js";
import { expectOperator, expectVariance } from "./observation.js";
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
export function drawObservations(states: Tensor, instrument: Instrument, key: Key): Tensor {
  const who = "drawObservations";
  expectRank(who, "the states", states, 1, "[K, ..., d]");
  expectParts(who, "the instrument", instrument, ["operator", "variance"]);
  const { operator, variance, support } = instrument;
  expectOperator(who, operator);
  expectVariance(who, variance, operator);
  expectKey(who, key);
  const hx = operator.apply(states);
  const sd = typeof variance === "number" ? Math.sqrt(variance) : sqrt(asRow(variance));
  return fold(add(hx, mul(sd, normal(key, hx.shape))), support);
}
