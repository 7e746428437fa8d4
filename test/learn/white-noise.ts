/**
 * White noise as a state: x_t = 0·x_{t−1} + N(0, q), y_t = x_t + N(0, r). Then y_t ~ N(0, q + r)
 * independently, so that likelihoods and their maxima are known in closed form.
 */
import { kalman } from "../../src/filters/index.js";
import type { LearningProblem } from "../../src/learn/index.js";
import { linear } from "../../src/models/index.js";
import { learned, type Value } from "../../src/parts/index.js";
import {
  definitionsOf,
  learningProblem,
  stateSpace,
  trajectoryOf,
} from "../../src/problem/index.js";
import { key } from "../../src/random/index.js";

/** The values observed. */
export const y = Array.from({ length: 60 }, (_, t) => 3 * Math.sin(7 * t * t + 1));
const n = y.length;

/** The mean square of values, which is the maximum-likelihood estimate of q + r. */
export const meanSquare = (values: readonly number[]): number =>
  values.reduce((total, v) => total + v * v, 0) / values.length;

/** Names of q and r where they are learned. */
export const [qName, rName] = ["processNoise.variance", "observations.variance"] as const;

export interface WhiteNoise {
  readonly q?: Value;
  readonly r?: Value;
  /** Values in a window, and values to learn from; the others are for validation. */
  readonly window?: number;
  readonly split?: number;
}

export function whiteNoise({
  q = learned(1),
  r = 0.5,
  window = n,
  split = n,
}: WhiteNoise = {}): LearningProblem<unknown> {
  const system = stateSpace({
    ...{ model: linear, parameters: { transition: [[0]] }, processNoise: q, noise: r },
    prior: { mean: [0], variance: 1 },
  });
  const record = trajectoryOf(system, {
    times: y.map((_, t) => t + 1),
    values: y.map((v) => [v]),
  });
  // The prior is forgotten before the first value.
  const series = { ...record.series, intervals: y.map(() => 1) };
  return learningProblem(
    kalman(),
    system,
    { training: [{ ...record, series }], validation: [], key: key(0) },
    { window, validation: 1 - split / n },
    definitionsOf(kalman(), system),
  );
}
