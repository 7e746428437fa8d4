/** The kernels, one by one: products, factors, solves, small operations. */
import { factors } from "./factor.js";
import { type Findings, join } from "./figure.js";
import type { Bench } from "./group.js";
import { matmuls } from "./matmul.js";
import { operations } from "./operations.js";

export async function kernels(bench: Bench): Promise<Findings> {
  return join([await matmuls(bench), await factors(bench), await operations(bench)]);
}
