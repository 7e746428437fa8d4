/** Noise after each model step, N(0, diag(variance)), as blocks give it. */
import type { FloatType } from "../engine/index.js";
import {
  type LearnedEach,
  learnedWhole,
  type ParameterSource,
  readEach,
  together,
  type Value,
  type ValueRole,
} from "../parts/index.js";
import type { Scalar } from "../prob/index.js";

/** One variance for all components, one each, or a learned one for each from one start. */
export interface ProcessNoise {
  readonly variance: Value | LearnedEach | readonly Value[];
}

const role: ValueRole = { support: "positive", group: "dynamics" };

/** q for a state of `dimension` variables: a number, [] or [d]; null without noise. */
export function readProcessNoise(
  noise: ProcessNoise | null,
  dimension: number,
  source: ParameterSource,
  dtype: FloatType = "f64",
): Scalar | null {
  if (noise === null) return null;
  const name = "processNoise.variance";
  const { variance } = noise;
  if (typeof variance === "object" && "each" in variance) {
    return source.tensor(name, learnedWhole(variance, dimension, role));
  }
  return together(readEach(source, variance, name, role), dtype);
}
