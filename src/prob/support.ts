/**
 * Where a random variable lives: on the real line, or folded onto the positive half of it.
 *
 * Abundances must not become negative when Gaussian noise is added to them; the paper takes the
 * absolute value of the sum.
 */
import { abs, type Tensor } from "../engine/index.js";

export type Support = "real" | "positive";

/** x, or |x| where only positive values make sense. */
export const fold = (x: Tensor, support: Support = "real"): Tensor =>
  support === "positive" ? abs(x) : x;
