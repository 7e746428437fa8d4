import { z } from "zod";
import { keys, type Traps } from "./keys.js";
import { methodKindError } from "./kinds.js";
import { inflationValue, oneOf, processNoise, value } from "./value.js";

const initial = keys(
  {
    mean: z.array(value).min(1).describe("mean of each variable before the first observation"),
    variance: oneOf(
      [z.number().positive(), z.array(z.number().positive()).min(1)],
      "a number more than 0, or a list of them",
    ).describe("variance of the state; one for all components, or a list"),
  },
  { sd: () => `the initial state takes "variance", the square of the standard deviation` },
).describe("Gaussian before the first observation; a twin may leave it out");

/** Keys of methods that are promised but that no built method takes yet. */
const notYet: Traps = Object.fromEntries(
  ["taper", "rotate", "lag", "iterations", "background", "xN", "regularisation", "resampleBelow"]
    .concat("inflation")
    .map((key) => [key, () => `"${key}" is not built yet for this method; leave it out`]),
);

const enkfTraps: Traps = {
  ...notYet,
  inflation: (factor) =>
    `"inflation", the factor on the analysis anomalies, is not built yet for enkf; use ` +
    `"covarianceInflation", φ of (1 + φ) × forecast covariance${sameSize(factor)}`,
};

/** A factor λ on anomalies changes the covariance as φ = λ² − 1 does. */
function sameSize(factor: unknown): string {
  if (typeof factor !== "number" || !(factor > 1)) return "";
  return ` (a factor ${factor} is about φ = ${Number((factor * factor - 1).toPrecision(3))})`;
}

const common = {
  initial: initial.exactOptional(),
  processNoise: processNoise.exactOptional(),
};

const kalman = keys({ kind: z.literal("kalman"), ...common }, notYet).describe(
  "the exact Kalman filter; linear models, normal noise",
);

const rts = keys({ kind: z.literal("rts"), ...common }, notYet).describe(
  "the Kalman filter and the Rauch–Tung–Striebel smoother; linear models, normal noise",
);

const enkf = keys(
  {
    kind: z.literal("enkf"),
    members: z.int().min(2).describe("number of ensemble members"),
    covarianceInflation: inflationValue
      .default(0)
      .describe("φ of (1 + φ) × forecast covariance, from 0 to below 1"),
    ...common,
  },
  enkfTraps,
).describe("ensemble Kalman filter with perturbed observations; any model");

/** How the state is estimated. */
export const method = z
  .discriminatedUnion("kind", [kalman, rts, enkf], { error: methodKindError })
  .describe("how the state is estimated");

export type MethodFile = z.output<typeof method>;
