import { z } from "zod";
import { keys, type Traps } from "./keys.js";
import { methodKindError } from "./kinds.js";
import { chosenValue, inflationValue, oneOf, processNoise, shareValue, values } from "./value.js";

const initial = keys(
  {
    mean: values.describe("mean of each variable before the first observation"),
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

const taper = keys({
  kind: z.literal("gaspari-cohn"),
  halfWidth: chosenValue.describe("in places of the ring; nothing is left from twice as far on"),
}).describe("damps covariances with distance; models on a ring (lorenz96)");

const ensemble = {
  members: z.int().min(2).describe("number of ensemble members"),
  covarianceInflation: inflationValue
    .default(0)
    .describe("φ of (1 + φ) × forecast covariance, from 0 to below 1"),
  taper: taper.exactOptional(),
};

const enkf = keys({ kind: z.literal("enkf"), ...ensemble, ...common }, enkfTraps).describe(
  "ensemble Kalman filter with perturbed observations; any model",
);

const structure = oneOf(
  [
    z.enum(["dense", "diagonal"]),
    keys({ band: z.int().min(0).describe("diagonals above the main one of a triangular factor") }),
    keys({ rank: z.int().min(1).describe("columns of the factor of an update, B of C₀ + B Bᵀ") }),
  ],
  "dense, diagonal, { band: 3 } or { rank: 10 }",
);

const matrix = z.array(z.array(z.number()).min(1)).min(1);

const background = keys({
  identity: z.number().positive().exactOptional().describe("C is this number times the identity"),
  climatology: z
    .number()
    .positive()
    .exactOptional()
    .describe("C is this number times the covariance of a long run of the model"),
  matrix: matrix.exactOptional().describe("C itself, by rows"),
  learn: z.literal(true).exactOptional().describe("true: what is given is where learning starts"),
  structure: structure
    .exactOptional()
    .describe("what is learned of C: dense (default), diagonal, { band: 3 } or { rank: 10 }"),
}).describe("static covariance C: { identity }, { climatology } or { matrix }, learned or not");

const gain = keys({
  transpose: z.number().exactOptional().describe("K is this number times the transpose of H"),
  matrix: matrix.exactOptional().describe("K itself, by rows: a row for each variable"),
  learn: z.literal(true).exactOptional().describe("true: what is given is where learning starts"),
}).describe("gain K: { transpose } or { matrix }, learned or not");

const threedvarC = keys({ kind: z.literal("3dvar-c"), background, ...common }, notYet).describe(
  "3DVar, one state with a static covariance that may be learned; any model",
);

const threedvarK = keys({ kind: z.literal("3dvar-k"), gain, ...common }, notYet).describe(
  "3DVar by its gain, which may be learned; the same variables observed at every time, no gaps",
);

const ens3dvar = keys(
  {
    kind: z.literal("ens3dvar"),
    ...ensemble,
    background,
    mixing: shareValue
      .default(0.5)
      .describe("share of the members' covariance, from 0 to 1; the rest is the background's"),
    ...common,
  },
  enkfTraps,
).describe("ensemble 3DVar: members' covariance mixed with a static one; any model");

/** How the state is estimated. */
export const method = z
  .discriminatedUnion("kind", [kalman, rts, enkf, threedvarC, threedvarK, ens3dvar], {
    error: methodKindError,
  })
  .describe("how the state is estimated");

export type MethodFile = z.output<typeof method>;
export type TaperFile = z.output<typeof taper>;
export type BackgroundFile = z.output<typeof background>;
export type GainFile = z.output<typeof gain>;
