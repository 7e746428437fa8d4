import { add, div, equal, sqrt, square, sum, type Tensor } from "../engine/index.js";

/** Returns ‖A‖/‖B‖ of arrays in the Frobenius norm, []; 0 where both are 0, as for an analysis that does nothing. */
export function normRatio(A: Tensor, B: Tensor): Tensor {
  const whole = sum(square(B));
  return sqrt(div(sum(square(A)), add(whole, equal(whole, 0))));
}
