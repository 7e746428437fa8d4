import { z } from "zod";
import { keys, type Traps } from "./keys.js";
import { methodKindError } from "./kinds.js";
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
  ...["mixing", "gain", "innerSteps", "observations", "centredPerturbations"],
];

/** A block of this kind; keys of other methods are told apart from typing errors. */
function block<Kind extends string, Shape extends z.ZodRawShape>(
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

const kalman = block("kalman", {}, "the exact Kalman filter; linear models, normal noise");

const rts = block(
  "rts",
  {},
  "the Kalman filter and the Rauch–Tung–Striebel smoother; linear models, normal noise",
);

const taper = keys({
  kind: z.literal("gaspari-cohn"),
  halfWidth: chosenValue.describe("in places of the ring; nothing is left from twice as far on"),
}).describe("damps covariances with distance; models on a ring (lorenz96)");

const members = z.int().min(2).describe("number of ensemble members");

const factor = positiveValue.describe("λ, a factor on the anomalies after the analysis");

/** What is done to members after an analysis. */
const afterwards = {
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

const untapered = {
  members,
  covarianceInflation: inflationValue
    .default(0)
    .describe("φ of (1 + φ) × forecast covariance, from 0 to below 1"),
  ...afterwards,
};

const ensemble = { ...untapered, taper: taper.exactOptional() };

const extendedKalman = block(
  "extended-kalman",
  {
    inflation: positiveValue
      .exactOptional()
      .describe("λ: the covariance grows by λ² after the analysis"),
  },
  "the Kalman filter of the model's tangent; any model of few variables",
);

const climatology = block(
  "climatology",
  {},
  "mean and covariance of a long run of the model, whatever is observed: a yardstick",
);

const optimalInterpolation = block(
  "optimal-interpolation",
  {},
  "each observation with the climatology before it, and nothing carried on: a yardstick",
);

const perturbed = {
  ...ensemble,
  centredPerturbations: z
    .boolean()
    .exactOptional()
    .describe("true: perturbations of the observations have mean 0 over the members"),
};

const enkf = block(
  "enkf",
  perturbed,
  "ensemble Kalman filter with perturbed observations; any model",
);

const denkf = block(
  "denkf",
  ensemble,
  "deterministic EnKF: half the gain for the anomalies; any model",
);

const etkf = block(
  "etkf",
  untapered,
  "ensemble transform Kalman filter, symmetric square root; any model",
);

const eakf = block(
  "eakf",
  ensemble,
  "serial ensemble adjustment Kalman filter, one observation after the other; any model",
);

const letkf = block(
  "letkf",
  {
    members,
    taper: taper.describe(
      "observations count less with distance, to nothing from twice the half-width on (1.82 × DAPPER's loc_rad)",
    ),
    ...afterwards,
  },
  "local ensemble transform Kalman filter, linear in the number of variables; models with places",
);

const enkfN = block(
  "enkf-n",
  {
    ...untapered,
    xN: positiveValue
      .default(1)
      .describe("certainty of the forecast covariance; 1 agnostic, 2 surer"),
    form: z
      .enum(["dual", "primal"])
      .default("dual")
      .describe("minimised over the scale of the covariance, or over the weights"),
  },
  "finite-size EnKF, which finds its own inflation; any model",
);

const lag = z.int().describe("how many cycles an observation reaches back");
const outer = z.int().min(1);
const positive = z.number().positive();

const ienks = block(
  "ienks",
  {
    members,
    lag: lag.min(0).default(1),
    iterations: outer.default(10).describe("steps of Gauss and Newton for each observation"),
    xN: positiveValue
      .exactOptional()
      .describe("the finite size of the ensemble counts, as in enkf-n"),
    bundle: positive
      .exactOptional()
      .describe("slopes by members drawn in by this factor (1e-4); without it by regression"),
    shares: z
      .array(z.number().min(0).max(1))
      .min(1)
      .exactOptional()
      .describe("shares of the newest observation, the one before, …: multiple data assimilation"),
    ...afterwards,
  },
  "iterative ensemble Kalman smoother (lag 1: IEnKF), for long intervals; any model",
);

const enks = block(
  "enks",
  {
    members,
    lag: lag.min(0).default(10),
    analysis: z
      .enum(["etkf", "enkf"])
      .default("etkf")
      .describe("by the symmetric root, or by perturbed observations"),
    ...afterwards,
  },
  "ensemble Kalman smoother of fixed lag; any model",
);

const regularisation = oneOf(
  [z.number().min(0), positiveValue],
  "a number or { learn: true, start: … }",
);

const particles = {
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

const particle = block(
  "particle",
  particles,
  "bootstrap particle filter; any model of few variables",
);

const optimalParticle = block(
  "optimal-particle",
  {
    ...particles,
    proposalRegularisation: regularisation
      .exactOptional()
      .describe("width of the kernel that counts as model noise in the proposal"),
  },
  "particle filter whose particles move towards the observation; linear observations",
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

const threedvar = block(
  "3dvar",
  {
    background,
    iterations: outer
      .default(1)
      .describe("steps of Gauss and Newton; more than one for observations that are not linear"),
  },
  "3DVar, one state with a static covariance; any model",
);

const threedvarC = block(
  "3dvar-c",
  { background },
  "3DVar, one state with a static covariance that may be learned; any model",
);

const threedvarK = block(
  "3dvar-k",
  { gain },
  "3DVar by its gain, which may be learned; the same variables observed at every time, no gaps",
);

const ens3dvar = block(
  "ens3dvar",
  {
    ...perturbed,
    background,
    mixing: shareValue
      .default(0.5)
      .describe("share of the members' covariance, from 0 to 1; the rest is the background's"),
  },
  "ensemble 3DVar: members' covariance mixed with a static one; any model",
);

const windowed = {
  background,
  lag: lag.min(1).default(1),
  iterations: outer.default(3).describe("tangents that are taken (outer iterations)"),
  innerSteps: z
    .int()
    .min(1)
    .exactOptional()
    .describe("steps of conjugate gradients; without it a direct solution, up to 100 variables"),
};

const fourdvar = block(
  "4dvar",
  {
    ...windowed,
    observations: z
      .enum(["newest", "window"])
      .default("newest")
      .describe("which observations of its window it assimilates, each in the end once"),
  },
  "4DVar over windows of `lag` cycles, with a static covariance; any model",
);

const en4dvar = block(
  "en4dvar",
  {
    members,
    ...windowed,
    mixing: shareValue
      .default(0.5)
      .describe("share of the members' covariance, from 0 to 1; the rest is the background's"),
    ...afterwards,
  },
  "4DVar whose covariance is mixed with that of members; any model",
);

/** How the state is estimated. */
export const method = z
  .discriminatedUnion(
    "kind",
    [
      climatology,
      optimalInterpolation,
      kalman,
      rts,
      extendedKalman,
      threedvar,
      threedvarC,
      threedvarK,
      fourdvar,
      enkf,
      denkf,
      etkf,
      eakf,
      letkf,
      enkfN,
      ens3dvar,
      en4dvar,
      enks,
      ienks,
      particle,
      optimalParticle,
    ],
    {
      error: methodKindError,
    },
  )
  .describe("how the state is estimated");

export type MethodFile = z.output<typeof method>;
export type TaperFile = z.output<typeof taper>;
export type BackgroundFile = z.output<typeof background>;
export type GainFile = z.output<typeof gain>;
