import { abs, type Tensor, UsageError } from "../engine/index.js";
import { expectTensor } from "./expect.js";

/** The support of a random variable: the real line, or the positive numbers. */
export type Support = "real" | "positive";

/**
 * Returns x, or |x| for positive support: abundances must not become negative when Gaussian noise is
 * added to them.
 * @see adrian2026, 4.3
 */
export function fold(x: Tensor, support: Support = "real"): Tensor {
  expectTensor("fold", "x", x, "[...]");
  if (support === "real") return x;
  if (support === "positive") return abs(x);
  throw new UsageError(
    `fold: the support is ${JSON.stringify(support)}; need "real" or "positive".`,
  );
}
