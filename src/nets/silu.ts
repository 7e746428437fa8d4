import { mul, sigmoid, type Tensor } from "../engine/index.js";
import { expectTensor } from "../prob/index.js";

/** The smooth rectifier silu(x) = x/(1 + e⁻ˣ), elementwise. @see elfwing2018 */
export function silu(x: Tensor): Tensor {
  expectTensor("silu", "x", x, "[...]");
  return mul(x, sigmoid(x));
}
