/** The methods: how the state may be estimated, each with its keys. */
import { z } from "zod";
import { methodKindError } from "./kinds.js";
import {
  afterwards,
  background,
  block,
  ensemble,
  gain,
  lag,
  members,
  outer,
  particles,
  positive,
  regularisation,
  taper,
  untapered,
  windowed,
} from "./method-parts.js";
import { positiveValue, shareValue } from "./value.js";

const kalman = block("kalman", {}, "the exact Kalman filter; linear models, normal noise");

const rts = block(
  "rts",
  {},
  "the Kalman filter and the Rauch–Tung–Striebel smoother; linear models, normal noise",
);

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
    .describe(
      "whether perturbations of the observations have mean 0 over the members (default: true where there is an inflation)",
    ),
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
    ...untapered,
    taper: taper.describe(
      "observations count less with distance, to nothing from twice the half-width on (1.82 × DAPPER's loc_rad)",
    ),
    block: z
      .int()
      .min(1)
      .exactOptional()
      .describe("how many variables side by side share an analysis (default 1)"),
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
      .enum(["etkf", "enkf", "denkf", "eakf"])
      .default("etkf")
      .describe("which filter's analysis it is that reaches back"),
    ...afterwards,
  },
  "ensemble Kalman smoother of fixed lag; any model",
);

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
export type { BackgroundFile, GainFile, TaperFile } from "./method-parts.js";
