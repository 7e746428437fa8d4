/**
 * Published scores of classical methods: time means of the root mean square error of the analysis.
 *
 * Factors are those that multiply the anomalies after the analysis. DAPPER gives a radius r where the
 * half-width of Gaspari and Cohn is 1.82 r, and lets the covariance of its extended Kalman filter grow
 * by a factor for each unit of time; both are converted here.
 */
import type { MethodBlock, TwinName } from "./twins.js";

export interface ScoreRow {
  readonly twin: TwinName;
  /** The method as tables name it, with its settings. */
  readonly name: string;
  readonly method: MethodBlock;
  readonly published: number;
  readonly source: string;
  /** Whether the row belongs to the quick scale. */
  readonly core?: true;
}

const none = { rotate: false, covarianceInflation: 0 };
const rotated = { rotate: true, covarianceInflation: 0 };

/** Perturbations have mean 0 over the members, as DAPPER draws them. */
const enkf = (members: number, inflation: number) =>
  ({ kind: "enkf", members, inflation, centredPerturbations: true, ...none }) as const;
const etkf = (members: number, inflation: number, more: typeof none = rotated) =>
  ({ kind: "etkf", members, inflation, ...more }) as const;
const eakf = (members: number, inflation: number, more: typeof none = rotated) =>
  ({ kind: "eakf", members, inflation, ...more }) as const;
const finite = (members: number, xN: number, more: typeof none & { inflation?: number } = none) =>
  ({ kind: "enkf-n", members, xN, form: "dual", ...more }) as const;

const taper = (halfWidth: number) => ({ kind: "gaspari-cohn", halfWidth }) as const;
/** c of DAPPER's radius. */
const ofRadius = (radius: number) => taper(1.82 * radius);
/** Blocks of variables share an analysis as DAPPER's do: two on Lorenz-96, four on Kuramoto–Sivashinsky. */
const letkf = (
  members: number,
  inflation: number,
  localisation: ReturnType<typeof taper>,
  { block = 2, rotate = true } = {},
) => ({ kind: "letkf", members, inflation, ...none, rotate, taper: localisation, block }) as const;

/** λ of a factor on the covariance for each unit of time. */
const perTime = (factor: number, interval: number): number =>
  Math.exp(0.5 * interval * Math.log(factor));
const extended = (factor: number, interval: number) =>
  ({ kind: "extended-kalman", inflation: perTime(factor, interval) }) as const;

const threedvar = (fraction: number) =>
  ({
    kind: "3dvar",
    background: { climatology: fraction },
    iterations: 1,
  }) as const;

/** DAPPER's multiples of B are of the identity there: those of the climatology give .66, .59 and .49. */
const fourdvar = (lag: number, variance: number) =>
  ({
    kind: "4dvar",
    lag,
    iterations: 10,
    observations: "newest",
    background: { identity: variance },
  }) as const;

const iterative = (
  members: number,
  lag: number,
  more: { inflation?: number; xN?: number; rotate?: boolean },
) => ({ kind: "ienks", members, lag, iterations: 10, ...more }) as const;

const particles = (members: number, regularisation: number, resampleBelow: number) =>
  ({ kind: "particle", members, regularisation, resampleBelow }) as const;
const optimal = (
  members: number,
  regularisation: number,
  resampleBelow: number,
  proposalRegularisation: number,
) =>
  ({
    ...particles(members, regularisation, resampleBelow),
    kind: "optimal-particle",
    proposalRegularisation,
  }) as const;

const climatology = { kind: "climatology" } as const;
const interpolation = { kind: "optimal-interpolation" } as const;

type Line = readonly [name: string, method: MethodBlock, published: number, core?: "core"];

const rowsOf = (twin: TwinName, source: string, lines: readonly Line[]): readonly ScoreRow[] =>
  lines.map(([name, method, published, core]) => ({
    ...{ twin, name, method, published, source },
    ...(core && { core: true }),
  }));

export const scoreRows: readonly ScoreRow[] = [
  ...rowsOf("lorenz96", "DAPPER, mods/Lorenz96/sakov2008", [
    ["climatology", climatology, 3.6, "core"],
    ["optimal interpolation", interpolation, 0.95, "core"],
    ["3DVar, 0.02 × climatology", threedvar(0.02), 0.41, "core"],
    ["extended Kalman filter, 10 a unit of time", extended(10, 0.05), 0.24],
    ["EnKF, N = 40, 1.06", enkf(40, 1.06), 0.22, "core"],
    ["EnKF, N = 28, 1.08", enkf(28, 1.08), 0.24],
    ["DEnKF, N = 40, 1.01", { kind: "denkf", members: 40, inflation: 1.01, ...none }, 0.18],
    ["ETKF, N = 20, 1.04, rotated", etkf(20, 1.04), 0.2, "core"],
    ["ETKF, N = 24, 1.013, rotated", etkf(24, 1.013), 0.18],
    ["EAKF, N = 28, 1.02, rotated", eakf(28, 1.02), 0.18],
    ["EnKF-N, N = 20, xN = 2", finite(20, 2), 0.19, "core"],
    ["EnKF-N, N = 20, xN = 1", finite(20, 1), 0.24],
    ["EnKF-N, N = 24, xN = 1, rotated", finite(24, 1, rotated), 0.21],
    ["EnKF-N, N = 24, xN = 2, rotated", finite(24, 2, rotated), 0.18],
    ["LETKF, N = 7, 1.04, radius 4, rotated", letkf(7, 1.04, ofRadius(4)), 0.22, "core"],
    ["local EAKF, N = 7, 1.07, radius 6, rotated", { ...eakf(7, 1.07), taper: ofRadius(6) }, 0.23],
  ]),
  ...rowsOf("lorenz96", "DAPPER, mods/Lorenz96/hoteit2015", [
    ["LETKF, N = 10, 1.02, radius 4, rotated", letkf(10, 1.02, ofRadius(4)), 0.21],
    ["LETKF, N = 10, 1.04, radius 6, rotated", letkf(10, 1.04, ofRadius(6)), 0.2],
    ["LETKF, N = 10, 1.1, radius 10, rotated", letkf(10, 1.1, ofRadius(10)), 0.22],
    ["LETKF, N = 10, 1.2, radius 15", letkf(10, 1.2, ofRadius(15), { rotate: false }), 0.29],
    ["ETKF, N = 28, 1.02, rotated", etkf(28, 1.02), 0.18],
    ["ETKF, N = 17, 1.03", etkf(17, 1.03, none), 0.217],
    ["EAKF, N = 17, 1.06", eakf(17, 1.06, none), 0.225],
  ]),
  ...rowsOf("lorenz96 interval .6", "DAPPER, mods/Lorenz96/sakov2008; Sakov et al. (2012)", [
    ["IEnKF, N = 25, 1.2, rotated", iterative(25, 1, { inflation: 1.2, rotate: true }), 0.46],
    ["IEnKF, N = 25, xN = 2, rotated", iterative(25, 1, { xN: 2, rotate: true }), 0.46],
  ]),
  ...rowsOf("lorenz96 interval .2", "DAPPER, mods/Lorenz96/sakov2008; Bocquet & Sakov (2013)", [
    ["IEnKS, N = 20, lag 4, xN = 2", iterative(20, 4, { xN: 2 }), 0.31],
    ["4DVar, lag 1, 0.2 × identity", fourdvar(1, 0.2), 0.46],
    ["4DVar, lag 2, 0.1 × identity", fourdvar(2, 0.1), 0.39],
    ["4DVar, lag 4, 0.02 × identity", fourdvar(4, 0.02), 0.37],
  ]),
  ...rowsOf("lorenz96 d = 10, half observed", "DAPPER, mods/Lorenz96/bocquet2010", [
    ["EnKF-N, N = 8, xN = 1.3, rotated", finite(8, 1.3, rotated), 0.44],
    ["particle filter, N = 100, kernel 1.3, below .2", particles(100, 1.3, 0.2), 0.43],
    ["particle filter, N = 800, kernel 0.8, below .2", particles(800, 0.8, 0.2), 0.29],
    ["optimal particle filter, N = 100, kernel 1, 0.3, below .2", optimal(100, 1, 0.2, 0.3), 0.44],
    [
      "optimal particle filter, N = 800, kernel 0.6, 0.1, below .2",
      optimal(800, 0.6, 0.2, 0.1),
      0.28,
    ],
  ]),
  ...rowsOf("lorenz96 half observed", "DAPPER, mods/Lorenz96/bocquet2010_m40", [
    ["EnKF-N, N = 24, xN = 1, 1.01, rotated", finite(24, 1, { ...rotated, inflation: 1.01 }), 0.58],
    ["IEnKS, N = 19, lag 2, 1.04", iterative(19, 2, { inflation: 1.04 }), 0.46],
    ["IEnKS, N = 19, lag 2, xN = 1.5", iterative(19, 2, { xN: 1.5 }), 0.45],
  ]),
  ...rowsOf("lorenz63", "DAPPER, mods/Lorenz63/sakov2012", [
    ["climatology", climatology, 7.6],
    ["optimal interpolation", interpolation, 1.25],
    ["3DVar, 0.1 × climatology", threedvar(0.1), 1.04, "core"],
    ["extended Kalman filter, 180 a unit of time", extended(180, 0.25), 0.92],
    ["ETKF, N = 3, 1.3", etkf(3, 1.3, none), 0.8],
    ["ETKF, N = 10, 1.02, rotated", etkf(10, 1.02), 0.6, "core"],
    ["EnKF, N = 10, 1.04", enkf(10, 1.04), 0.65, "core"],
    ["EnKF, N = 100, 1.01", enkf(100, 1.01), 0.56],
    ["EnKF-N, N = 3, xN = 1", finite(3, 1), 0.6],
    ["EnKF-N, N = 10, xN = 1, rotated", finite(10, 1, rotated), 0.54],
    ["IEnKF, N = 10, 1.02, rotated", iterative(10, 1, { inflation: 1.02, rotate: true }), 0.31],
    ["particle filter, N = 100, kernel 2.4, below .3", particles(100, 2.4, 0.3), 0.38],
    ["particle filter, N = 800, kernel 0.9, below .2", particles(800, 0.9, 0.2), 0.28, "core"],
    ["particle filter, N = 4000, kernel 0.7, below .05", particles(4000, 0.7, 0.05), 0.27],
  ]),
  ...rowsOf("lorenz63 R = 1", "DAPPER, mods/Lorenz63/bocquet2012", [
    ["IEnKF, N = 10, 1.02, rotated", iterative(10, 1, { inflation: 1.02, rotate: true }), 0.22],
    ["IEnKF, N = 3, 1.04", iterative(3, 1, { inflation: 1.04 }), 0.23],
    ["IEnKF, N = 3, xN = 1", iterative(3, 1, { xN: 1 }), 0.22],
  ]),
  ...rowsOf("lorenz63 interval .05", "DAPPER, mods/Lorenz63/bocquet2012", [
    ["IEnKF, N = 10, 1.02, rotated", iterative(10, 1, { inflation: 1.02, rotate: true }), 0.13],
    ["IEnKF, N = 3, 1.02", iterative(3, 1, { inflation: 1.02 }), 0.13],
    ["IEnKF, N = 3, xN = 1", iterative(3, 1, { xN: 1 }), 0.15],
    ["IEnKF, N = 3, xN = 2", iterative(3, 1, { xN: 2 }), 0.14],
  ]),
  ...rowsOf("lorenz63 R = 8", "DAPPER, mods/Lorenz63/bocquet2012", [
    ["IEnKF, N = 3, xN = 1", iterative(3, 1, { xN: 1 }), 0.7],
  ]),
  ...rowsOf("lorenz63 interval .12", "DAPPER, mods/Lorenz63/anderson2010rhf", [
    ["EAKF, N = 20, 1.01, rotated", eakf(20, 1.01), 0.87],
    ["EnKF-N, N = 20, xN = 1, rotated", finite(20, 1, rotated), 0.87],
  ]),
  ...rowsOf("kuramoto-sivashinsky", "DAPPER, mods/KS/bocquet2019", [
    ["climatology", climatology, 1.3],
    ["optimal interpolation", interpolation, 0.5],
    ["ETKF, N = 13, 1.6, rotated", etkf(13, 1.6), 0.5],
    ["ETKF, N = 20, 1.03, rotated", etkf(20, 1.03), 0.115, "core"],
    ["LETKF, N = 4, 1.11, half-width 15, rotated", letkf(4, 1.11, taper(15), { block: 4 }), 0.18],
    ["LETKF, N = 6, 1.06, half-width 25, rotated", letkf(6, 1.06, taper(25), { block: 4 }), 0.14],
    ["LETKF, N = 16, 1.02, half-width 51, rotated", letkf(16, 1.02, taper(51), { block: 4 }), 0.11],
  ]),
];
