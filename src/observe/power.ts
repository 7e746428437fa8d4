/** Powers of components: an instrument whose answer is not linear. */
import { pow, UsageError } from "../engine/index.js";
import { type Operator, observeComponents } from "./operator.js";

/**
 * h(x) = (xᵢᵖ) for the components i given, in that order; p is a fixed number. [..., d] → [..., m]
 *
 * Of an even p the sign of a component is not observed. A p that is not a whole number needs
 * components that are not negative, and p < 1 has no derivative at 0.
 */
export function observePower(components: readonly number[], p: number): Operator {
  if (!Number.isFinite(p) || p === 0) {
    throw new UsageError(`observePower: the exponent is ${p}; need a finite number other than 0.`);
  }
  const picked = observeComponents(components);
  return {
    name: "power",
    size: picked.size,
    linear: false,
    components: null,
    apply: (x) => pow(picked.apply(x), p),
    matrix: () => null,
  };
}
