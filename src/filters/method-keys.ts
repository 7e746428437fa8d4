/** Keys that several methods have in common. */
import {
  choice,
  count,
  flag,
  fraction,
  group,
  matrix,
  mostRepeated,
  nonNegative,
  positiveNumber,
  setting,
  variant,
} from "../parts/index.js";

export const membersKey = count(2, { symbol: "N", about: "number of ensemble members" });

export const inflationKey = positiveNumber({
  symbol: "λ",
  optional: true,
  about: "λ: the anomalies are multiplied by λ after the analysis; absent means 1",
});

export const covarianceInflationKey = {
  ...fraction({
    symbol: "φ",
    default: 0,
    about: "φ: the forecast covariance is multiplied by 1 + φ; at least 0, below 1",
    tooLarge:
      "need less than 1: this is φ of (1 + φ) × covariance, so for a factor f on the covariance " +
      "write f − 1, for a factor λ on the anomalies λ² − 1",
  }),
  bounds: { min: 0, below: 1 },
} as const;

/** Keys of inflation, relaxation and rotation after an analysis. */
export const afterAnalysisKeys = {
  inflation: inflationKey,
  relaxation: group(
    {
      spread: fraction({
        symbol: "α",
        optional: true,
        about: "fraction by which the spread returns to that of the forecast (RTPS)",
      }),
      perturbations: fraction({
        symbol: "α",
        optional: true,
        about: "fraction by which the anomalies return to those of the forecast (RTPP)",
      }),
    },
    {
      optional: true,
      oneOf: ["spread", "perturbations"],
      about:
        "relaxation to the forecast after the analysis: { spread: 0.5 } (RTPS) or { perturbations: 0.5 } (RTPP)",
    },
  ),
  additiveInflation: positiveNumber({
    symbol: "q",
    optional: true,
    about: "variance of the noise that is added to each member after the analysis",
  }),
  rotate: flag({
    optional: true,
    about:
      "true: members are rotated at random after the analysis; mean and covariance stay as they are",
  }),
} as const;

/** Keys of members and their inflation. */
export const ensembleKeys = {
  members: membersKey,
  covarianceInflation: covarianceInflationKey,
  ...afterAnalysisKeys,
} as const;

/** Keys of a taper. */
export const taperKeys = {
  kind: choice(["gaspari-cohn"], { about: "the taper of Gaspari and Cohn" }),
  halfWidth: positiveNumber({
    symbol: "c",
    choosable: true,
    about:
      "half-width of the taper, in the unit of the positions; the taper is 0 from twice this distance on",
  }),
} as const;

/** The key of an optional taper. */
export const taperKey = group(taperKeys, {
  optional: true,
  about: "reduces covariances with distance; models whose variables have positions",
});

/** Keys of members, their inflation and a taper. */
export const taperedKeys = { ...ensembleKeys, taper: taperKey } as const;

/** The same for methods with perturbed observations. */
export const perturbedKeys = {
  ...taperedKeys,
  centredPerturbations: flag({
    optional: true,
    about:
      "true: the perturbations of the observations have mean 0 over the members (default: true if inflation is given)",
  }),
} as const;

const learnFlag = flag({
  only: true,
  optional: true,
  about: "true: is learned, starting from the values given",
});

/** The key of a static covariance. */
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
      about: "the covariance is this number times the covariance of a long run of the model",
    }),
    matrix: matrix({ optional: true, about: "the covariance itself, by rows" }),
    learn: learnFlag,
    structure: variant(
      ["dense", "diagonal"],
      {
        band: count(0, { about: "number of diagonals above the main one of a triangular factor" }),
        rank: count(1, { about: "number of columns of B in C₀ + B Bᵀ" }),
      },
      {
        optional: true,
        about: "form of the learned C: dense (default), diagonal, { band: 3 } or { rank: 10 }",
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

/** The key of a gain. */
export const gainKey = group(
  {
    transpose: setting({
      bounds: {},
      optional: true,
      about:
        "the gain is this number times the transpose of H, the matrix of the observation operator",
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

/** The key of the weight of the members' covariance in a hybrid covariance. */
export const mixingKey = fraction({
  symbol: "φ₁",
  default: 0.5,
  about:
    "weight of the members' covariance in the forecast covariance, from 0 to 1; the background has the rest",
});

/** The key of the lag of a smoother: `min` is the least value, `standard` the default. */
export const lagKey = <const Default extends number>(min: number, standard: Default) =>
  count(
    min,
    {
      symbol: "L",
      default: standard,
      about: "lag: number of past cycles whose states an observation changes",
    },
    mostRepeated,
  );

/** Keys of variational methods over a window. */
export const windowKeys = {
  background: backgroundKey,
  lag: lagKey(1, 1),
  iterations: count(
    1,
    {
      default: 3,
      about: "number of outer iterations, each with a new tangent",
    },
    mostRepeated,
  ),
  innerSteps: count(
    1,
    {
      optional: true,
      about:
        "number of steps of conjugate gradients; without it a direct solution, up to 100 variables",
    },
    mostRepeated,
  ),
} as const;

/** The key of the kernel of a particle filter. */
export const regularisationKey = nonNegative({
  symbol: "s",
  default: 0,
  about:
    "width of the kernel that spreads copies of particles, in units of the bandwidth of Scott's rule; needed where the model has no noise",
});

/** Keys of particle filters. */
export const particleKeys = {
  members: count(2, { symbol: "N", about: "number of particles" }),
  resampleBelow: setting({
    bounds: { min: 0, max: 1 },
    default: 0.5,
    about: "particles are resampled when the effective number falls below this fraction of them",
  }),
  regularisation: regularisationKey,
} as const;
