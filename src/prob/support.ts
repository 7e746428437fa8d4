import { abs, type Tensor } from "../engine/index.js";

/** The support of a random variable: the real line, or the positive numbers. */
export type Support = "real" | "positive";

/**
 * Returns x, or |x| for positive support: abundances must not become negative when Gaussian noise is
 * added to them.
 * @see adrian2026, 4.3
 */
export const fold = (x: Tensor, support: Support = "real"): Tensor =>
  support === "positive" ? abs(x) : x;
