/** Keys that the records of several methods share. */
import {
  choice,
  count,
  flag,
  fraction,
  group,
  matrix,
  nonNegative,
  positiveNumber,
  setting,
  variant,
} from "../parts/index.js";

export const membersKey = count(2, { symbol: "N", about: "number of ensemble members" });

export const inflationKey = positiveNumber({
  symbol: "λ",
  optional: true,
  about: "λ, the factor on the anomalies after the analysis",
});

export const covarianceInflationKey = {
  ...fraction({
    symbol: "φ",
    default: 0,
    about: "φ: the forecast covariance is multiplied by 1 + φ, from 0 to below 1",
    tooLarge:
      "need less than 1: this is φ of (1 + φ) × covariance, so for a factor f on the covariance " +
      "write f − 1, for a factor λ on the anomalies λ² − 1",
  }),
  bounds: { min: 0, below: 1 },
} as const;

/** What is done to members after an analysis. */
export const afterAnalysisKeys = {
  inflation: inflationKey,
  relaxation: group(
    {
      spread: fraction({
        symbol: "α",
        optional: true,
        about: "fraction of the way back to the spread of the forecast (RTPS)",
      }),
      perturbations: fraction({
        symbol: "α",
        optional: true,
        about: "fraction of the way back to the anomalies of the forecast (RTPP)",
      }),
    },
    {
      optional: true,
      oneOf: ["spread", "perturbations"],
      about: "a fraction of the way back: { spread: 0.5 } or { perturbations: 0.5 }",
    },
  ),
  additiveInflation: positiveNumber({
    symbol: "q",
    optional: true,
    about: "variance of the noise that each member gets after the analysis",
  }),
  rotate: flag({
    optional: true,
    about: "true: members are rotated at random, mean and covariance kept",
  }),
} as const;

/** Members whose forecast covariance may be inflated. */
export const ensembleKeys = {
  members: membersKey,
  covarianceInflation: covarianceInflationKey,
  ...afterAnalysisKeys,
} as const;

export const taperKeys = {
  kind: choice(["gaspari-cohn"], { about: "the taper of Gaspari and Cohn" }),
  halfWidth: positiveNumber({
    symbol: "c",
    choosable: true,
    about:
      "half-width of the taper, in positions of the ring; covariances are 0 from twice this distance on",
  }),
} as const;

/** A taper that may be left out. */
export const taperKey = group(taperKeys, {
  optional: true,
  about: "damps covariances with distance; models whose variables have positions",
});

/** Members whose covariance may be inflated and tapered. */
export const taperedKeys = { ...ensembleKeys, taper: taperKey } as const;

/** The same with perturbed observations. */
export const perturbedKeys = {
  ...taperedKeys,
  centredPerturbations: flag({
    optional: true,
    about:
      "whether perturbations of the observations have mean 0 over the members (default: true where there is an inflation)",
  }),
} as const;

const learnFlag = flag({
  only: true,
  optional: true,
  about: "true: what is given is where learning starts",
});

export const backgroundKey = group(
  {
    identity: setting({
      bounds: { above: 0 },
      optional: true,
      about: "the covariance is this number times the identity",
    }),
    climatology: setting({
      bounds: { above: 0 },
      optional: true,
      about: "the covariance is this number times that of a long run of the model",
    }),
    matrix: matrix({ optional: true, about: "the covariance itself, by rows" }),
    learn: learnFlag,
    structure: variant(
      ["dense", "diagonal"],
      {
        band: count(0, { about: "diagonals above the main one of a triangular factor" }),
        rank: count(1, { about: "columns of the factor of an update, B of C₀ + B Bᵀ" }),
      },
      {
        optional: true,
        about: "what is learned of C: dense (default), diagonal, { band: 3 } or { rank: 10 }",
      },
    ),
  },
  {
    symbol: "C",
    oneOf: ["identity", "climatology", "matrix"],
    about:
      "static covariance C, given as { identity }, { climatology } or { matrix }; may be learned",
  },
);

export const gainKey = group(
  {
    transpose: setting({
      bounds: {},
      optional: true,
      about: "the gain is this number times the transpose of H",
    }),
    matrix: matrix({ optional: true, about: "the gain itself, by rows: a row for each variable" }),
    learn: learnFlag,
  },
  {
    symbol: "K",
    oneOf: ["transpose", "matrix"],
    about: "gain K, given as { transpose } or { matrix }; may be learned",
  },
);

export const mixingKey = fraction({
  symbol: "φ₁",
  default: 0.5,
  about:
    "fraction of the members' covariance in that of the forecast, from 0 to 1; the rest is the background's",
});

/** How many cycles an observation reaches back. */
export const lagKey = <const Default extends number>(min: number, standard: Default) =>
  count(min, {
    symbol: "L",
    default: standard,
    about: "how many cycles an observation reaches back",
  });

/** Keys of methods that minimise over a window. */
export const windowKeys = {
  background: backgroundKey,
  lag: lagKey(1, 1),
  iterations: count(1, {
    default: 3,
    about: "tangents that are taken (outer iterations)",
  }),
  innerSteps: count(1, {
    optional: true,
    about: "steps of conjugate gradients; without it a direct solution, up to 100 variables",
  }),
} as const;

export const regularisationKey = nonNegative({
  symbol: "s",
  default: 0,
  about:
    "width of the kernel that spreads particles after resampling; needed where the model has no noise",
});

export const particleKeys = {
  members: count(2, { symbol: "N", about: "number of particles" }),
  resampleBelow: setting({
    bounds: { min: 0, max: 1 },
    default: 0.5,
    about: "particles are resampled where fewer than this fraction of them count",
  }),
  regularisation: regularisationKey,
} as const;
