/** What the blocks of methods are made of. */
import { z } from "zod";
import { keys, type Traps } from "./keys.js";
import {
  chosenValue,
  inflationValue,
  oneOf,
  positiveValue,
  processNoise,
  shareValue,
  values,
} from "./value.js";

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

const common = {
  initial: initial.exactOptional(),
  processNoise: processNoise.exactOptional(),
};

/** Keys that some method takes: where another does not, they are no typing errors. */
const known = [
  ...["members", "inflation", "covarianceInflation", "relaxation", "additiveInflation", "rotate"],
  ...["taper", "lag", "iterations", "background", "xN", "regularisation", "resampleBelow"],
  ...["mixing", "gain", "innerSteps", "observations", "block", "centredPerturbations"],
];

/** A block of this kind; keys of other methods are told apart from typing errors. */
export function block<Kind extends string, Shape extends z.ZodRawShape>(
  kind: Kind,
  shape: Shape,
  about: string,
  traps: Traps = {},
) {
  const foreign = known
    .filter((key) => !Object.hasOwn(shape, key))
    .map((key) => [key, () => `"${key}" is no setting of ${kind}; leave it out`]);
  const all = { ...Object.fromEntries(foreign), ...traps };
  return keys({ kind: z.literal(kind), ...shape, ...common }, all).describe(about);
}

export const taper = keys({
  kind: z.literal("gaspari-cohn"),
  halfWidth: chosenValue.describe("in places of the ring; nothing is left from twice as far on"),
}).describe("damps covariances with distance; models on a ring (lorenz96)");

export const members = z.int().min(2).describe("number of ensemble members");

const factor = positiveValue.describe("λ, a factor on the anomalies after the analysis");

/** What is done to members after an analysis. */
export const afterwards = {
  inflation: factor.exactOptional(),
  relaxation: keys({
    spread: shareValue.exactOptional().describe("back to the forecast's spread (RTPS)"),
    perturbations: shareValue.exactOptional().describe("back to the forecast's anomalies (RTPP)"),
  })
    .exactOptional()
    .describe("a share, from 0 to 1, of the way back: { spread: 0.5 } or { perturbations: 0.5 }"),
  additiveInflation: positiveValue
    .exactOptional()
    .describe("variance of the noise that each member gets after the analysis"),
  rotate: z
    .boolean()
    .exactOptional()
    .describe("true: members are rotated at random, mean and covariance kept"),
};

export const untapered = {
  members,
  covarianceInflation: inflationValue
    .default(0)
    .describe("φ of (1 + φ) × forecast covariance, from 0 to below 1"),
  ...afterwards,
};

export const ensemble = { ...untapered, taper: taper.exactOptional() };

export const lag = z.int().describe("how many cycles an observation reaches back");
export const outer = z.int().min(1);
export const positive = z.number().positive();

export const regularisation = oneOf(
  [z.number().min(0), positiveValue],
  "a number or { learn: true, start: … }",
);

export const particles = {
  members: z.int().min(2).describe("number of particles"),
  resampleBelow: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe("particles are drawn anew where fewer than this share of them count"),
  regularisation: regularisation
    .default(0)
    .describe("width of the kernel about drawn particles; needed where the model has no noise"),
};

const structure = oneOf(
  [
    z.enum(["dense", "diagonal"]),
    keys({ band: z.int().min(0).describe("diagonals above the main one of a triangular factor") }),
    keys({ rank: z.int().min(1).describe("columns of the factor of an update, B of C₀ + B Bᵀ") }),
  ],
  "dense, diagonal, { band: 3 } or { rank: 10 }",
);

const matrix = z.array(z.array(z.number()).min(1)).min(1);

export const background = keys({
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

export const gain = keys({
  transpose: z.number().exactOptional().describe("K is this number times the transpose of H"),
  matrix: matrix.exactOptional().describe("K itself, by rows: a row for each variable"),
  learn: z.literal(true).exactOptional().describe("true: what is given is where learning starts"),
}).describe("gain K: { transpose } or { matrix }, learned or not");

export const windowed = {
  background,
  lag: lag.min(1).default(1),
  iterations: outer.default(3).describe("tangents that are taken (outer iterations)"),
  innerSteps: z
    .int()
    .min(1)
    .exactOptional()
    .describe("steps of conjugate gradients; without it a direct solution, up to 100 variables"),
};

export type TaperFile = z.output<typeof taper>;
export type BackgroundFile = z.output<typeof background>;
export type GainFile = z.output<typeof gain>;
