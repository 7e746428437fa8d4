import { mul, sigmoid, type Tensor } from "../engine/index.js";

/** The smooth rectifier silu(x) = x/(1 + e⁻ˣ), elementwise. @see elfwing2018 */
export const silu = (x: Tensor): Tensor => mul(x, sigmoid(x));
