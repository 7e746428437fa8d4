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

/**
 * Noise after each model step, N(0, diag(variance)), as blocks give it: one variance for all components, a
 * list with one for each, or a learned variance for each component from one start.
 */
export interface ProcessNoise {
  readonly variance: Value | LearnedEach | readonly Value[];
}

const role: ValueRole = { support: "positive", group: "dynamics" };

/** Reads the variance q for a state of `dimension` variables: a number, [] or [d]; null without noise. */
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
