import {
  add,
  cast,
  checkpoint,
  concat,
  div,
  expandDims,
  eye,
  gather,
  index,
  indices,
  inverseSqrtm,
  less,
  log,
  matmul,
  mul,
  reshape,
  ShapeError,
  scatterAdd,
  slice,
  splitAlong,
  sqrt,
  square,
  sum,
  Tensor,
  tensor,
  UsageError,
  where,
} from "../engine/index.js";
import { type Observation, observedCount, variances } from "../observe/index.js";
import { checkOptions, count, group, namesOf, type Value } from "../parts/index.js";
import { floatType, gaspariCohn, gaspariCohnAt, type Scalar, scale } from "../prob/index.js";
import { ensembleFilter } from "./ensemble-filter.js";
import { ensembleOf, membersText } from "./ensemble-settings.js";
import { scaledEnsemble } from "./ensemble-space.js";
import type { EtkfParams } from "./etkf.js";
import type { Analysis, Filter } from "./filter.js";
import { inflated, inflationNames } from "./inflation.js";
import { ensembleKeys, taperKeys } from "./method-keys.js";
import { type Neighbours, neighbours, type PatchRun } from "./neighbours.js";
import { squareRootSettings } from "./proposals.js";
import { defineMethod, type MethodContext } from "./record.js";
import { localRemedy } from "./remedies.js";
import { centredBasis } from "./rotation.js";

/** Localisation of an analysis: which observations count for which components, and how much. */
export interface Localisation {
  readonly neighbours: Neighbours;
  /** c: the weight of an observation is 0 from the distance 2c on, and from the reach of the neighbours on. */
  readonly halfWidth: Scalar;
}

/** Parameters of the LETKF. */
export interface LetkfParams extends EtkfParams, Localisation {}

const known = namesOf<LetkfParams>({
  members: true,
  covarianceInflation: true,
  neighbours: true,
  halfWidth: true,
  ...inflationNames,
});

/**
 * The local ensemble transform Kalman filter (LETKF): an ETKF for each component, from the observations near
 * it, whose errors grow with their distance (localisation of R).
 *
 * With A, Z and δ of `scaledEnsemble` and the weights ρ_ij = ρ(r_ij/c) of Gaspari and Cohn, for component i
 *
 *     S_i = Σ_j ρ_ij Z_j Z_jᵀ,    b_i = Σ_j ρ_ij δ_j Z_j                      [N, N], [N]
 *     T_i = (I + S_i)^(−½)                                                  [N, N]
 *     E⁺_i = x̄_i + A_iᵀ T_i² b_i/√(N − 1) + T_i A_i        the members of component i  [N]
 *
 * There is no S of all observations. Learning maximises the composite likelihood, the sum over the single
 * observations
 *
 *     ℓ = Σ_j log N(y_j; ȳ_j, V_j),    V_j = (1 + |Z_j|²) R_j                         []
 *
 * which is the logarithmic score of the marginal forecasts. Half-width and inflation act on it through the
 * later forecasts in a window and their spread. It is no density of y as a whole, and cannot be compared
 * with likelihoods of other filters.
 *
 * Anomalies add up to zero, so the analysis uses the N − 1 coordinates of VᵀA and VᵀZ, where the columns of
 * V are orthonormal and orthogonal to 1. The sums over j are computed for patches of components
 * (`neighbours`), one run of patches after the other. Of a run only the result is kept: its derivative
 * computes it again. Time and memory are linear in d, also for a gradient. A gap has weight 0. State: the
 * ensemble [..., N, d].
 *
 * @throws UsageError unless `members` is a whole number, at least 2, and 2c is within the reach of the
 * neighbours; ShapeError when the neighbours fit neither the state nor the observations.
 * @see hunt2007 for the filter; varin2011 for composite likelihoods; chen2022 for learning
 */
export function letkf(params: LetkfParams): Filter<Tensor> {
  checkOptions("letkf", params, known);
  const weights = localWeights(params);
  const filter = ensembleFilter("letkf", params.members, (E, observation, key) => {
    const analysis = analysisBy(weights, E, observation, params.covarianceInflation);
    return inflated(analysis, E, params, key);
  });
  return { ...filter, evidence: "composite" };
}

/** Analyses a forecast ensemble E [..., N, d] by the formulas of `letkf`; φ is one number or []. */
export const letkfAnalysis = (
  E: Tensor,
  observation: Observation,
  localisation: Localisation,
  covarianceInflation?: Scalar,
): Analysis<Tensor> => analysisBy(localWeights(localisation), E, observation, covarianceInflation);

function analysisBy(
  weights: LocalWeights,
  E: Tensor,
  observation: Observation,
  phi?: Scalar,
): Analysis<Tensor> {
  checkPositions(E, observation, weights.neighbours);
  const { mean, anomalies: A, seen: Z, departure } = scaledEnsemble("letkf", E, observation, phi);
  const { V, Vd, V1 } = coordinates(A);
  const moving = matmul(A, V, { transposeA: true }); // [..., d, N − 1]
  const both = concat([Z, expandDims(departure, -2)], -2); // [..., N + 1, m]
  const seen = matmul(both, Vd, { transposeA: true }); // [..., m, N]
  const moved = localAnalyses(moving, atSites(seen, observation, weights), weights);
  return {
    state: add(expandDims(mean, -2), matmul(V1, moved, { transposeB: true })),
    ...marginals(Z, departure, observation),
  };
}

/**
 * Returns V [N, N − 1]; Vd [N + 1, N] with V for the rows of Z and 1 for the row of δ; and V1 [N, N] with
 * V and a column 1/√(N − 1) for the increment of the mean.
 */
function coordinates(A: Tensor): { V: Tensor; Vd: Tensor; V1: Tensor } {
  const N = A.shape.at(-2)!;
  const rows = centredBasis(N);
  const last = [...rows[0]!.map(() => 0), 1];
  const dtype = floatType(A);
  return {
    V: tensor(rows, { dtype }),
    Vd: tensor([...rows.map((row) => [...row, 0]), last], { dtype }),
    V1: tensor(
      rows.map((row) => [...row, 1 / Math.sqrt(N - 1)]),
      { dtype },
    ),
  };
}

/** Returns ℓ and the innovations in units of their standard deviations. */
function marginals(
  Z: Tensor,
  departure: Tensor,
  observation: Observation,
): Omit<Analysis<Tensor>, "state"> {
  const ratio = add(1, sum(square(Z), -2)); // V/R, [..., m]
  const innovation = div(departure, sqrt(ratio));
  const chiSquare = sum(square(innovation), -1);
  const volume = sum(log(mul(variances(observation), ratio)), -1);
  const constant = scale(Math.log(2 * Math.PI), observedCount(observation));
  const logEvidence = mul(-0.5, add(add(chiSquare, volume), constant));
  return { logEvidence, innovation, chiSquare };
}

/** Moves the rows of observations [..., m, n] to their sites. */
function atSites(Z: Tensor, { operator }: Observation, { neighbours }: LocalWeights): Tensor {
  const { components } = operator;
  const { observed, dimension: d } = neighbours;
  if (observed !== null) return Z;
  if (components instanceof Tensor) return scatterAdd(Z, components, d, -2);
  const all = components!.length === d && components!.every((component, i) => component === i);
  return all ? Z : scatterAdd(Z, indices(components!), d, -2);
}

/**
 * Analyses all runs, from VᵀA of the components [..., d, N − 1] and VᵀZ, δ of the sites [..., sites, N]:
 * the results of `runAnalysis` in the order of the components, [..., d, N].
 */
function localAnalyses(A: Tensor, Z: Tensor, weights: LocalWeights): Tensor {
  const { runs, block, components, sites, order } = weights.neighbours;
  const rows = (X: Tensor, at: Tensor | null) => (at === null ? X : gather(X, at, -2));
  const pieces = (X: Tensor, size: (run: PatchRun) => number) => splitAlong(X, -2, runs.map(size));
  const as = pieces(rows(A, components), ({ patches, points }) => patches * points * block);
  const zs = pieces(rows(Z, sites), (run) => run.sites);
  const results = runs.map((run, i) => {
    const analyse = (a: Tensor, z: Tensor, c: Scalar) =>
      runAnalysis(run, block, a, z, weights.of(run, c, a));
    const once = runs.length === 1 ? analyse : checkpoint(analyse);
    return once(as[i]!, zs[i]!, weights.halfWidth);
  });
  return rows(concat(results, -2), order);
}

/**
 * Analyses one run, from its components a [..., n p block, N − 1] and its sites z [..., u, N]: T a, and in
 * the last column the increment of the mean, aᵀT²b, [..., n p block, N].
 */
function runAnalysis(
  { patches: n, points: p, width: w, windows }: PatchRun,
  block: number,
  a: Tensor,
  z: Tensor,
  rho: Tensor,
): Tensor {
  const k = a.shape.at(-1)!; // N − 1
  const lead = a.shape.slice(0, -2);
  const seen = reshape(gather(z, windows, -2), [...lead, n, w, k + 1]);
  const Z = slice(seen, -1, 0, k);
  const products = mul(expandDims(Z, -1), expandDims(seen, -2)); // Z_j (Z_j, δ_j), [..., n, w, k, k + 1]
  const sums = matmul(rho, reshape(products, [...lead, n, w, k * (k + 1)]));
  const Sb = reshape(sums, [...lead, n * p, k, k + 1]);
  const S = slice(Sb, -1, 0, k);
  const T = inverseSqrtm(add(S, eye(k, floatType(a)))); // [..., n p, k, k]
  const b = expandDims(index(Sb, -1, k), -2);
  const rows = matmul(concat([reshape(a, [...lead, n * p, block, k]), b], -2), T); // [..., n p, block + 1, k]
  const [Ta, Tb] = splitAlong(rows, -2, [block, 1]) as [Tensor, Tensor];
  const moves = sum(mul(Ta, Tb), -1, { keepDims: true });
  return reshape(concat([Ta, moves], -1), [...lead, n * p * block, k + 1]);
}

/** The weights ρ of the runs: computed once for a half-width that is a number, at each use for a tensor. */
interface LocalWeights extends Localisation {
  /** Returns ρ of a run for the half-width c in the dtype of `like`, [n or 1, p, w]. */
  of(run: PatchRun, c: Scalar, like: Tensor): Tensor;
}

function localWeights({ neighbours, halfWidth: c }: Localisation): LocalWeights {
  const { reach, runs } = neighbours;
  if (typeof c === "number") checkHalfWidth(c, reach);
  const tables = new Map<Float64Array, Tensor>();
  for (const { distances, tables: n, points: p, width: w } of runs) {
    if (tables.has(distances)) continue;
    const values = typeof c === "number" ? distances.map((r) => gaspariCohnAt(r / c)) : distances;
    tables.set(distances, tensor(values, { shape: [n, p, w] }));
  }
  return {
    ...{ neighbours, halfWidth: c },
    of: ({ distances }, half, like) => {
      const table = cast(tables.get(distances)!, floatType(like));
      if (typeof half === "number") return table;
      return where(less(table, reach), gaspariCohn(div(table, half)), 0);
    },
  };
}

function checkHalfWidth(c: number, reach: number): void {
  if (c > 0 && 2 * c <= reach) return;
  throw new UsageError(
    `letkf: the half-width is ${c}, the neighbours reach ${reach}; need a half-width above 0 whose cut-off, twice the half-width, is within the reach. Make neighbours with a reach of ${2 * c} or more.`,
  );
}

function checkPositions(E: Tensor, { operator }: Observation, near: Neighbours): void {
  const d = E.shape.at(-1);
  if (d !== near.dimension) {
    throw new ShapeError(
      `letkf: the ensemble is [${E.shape}]; need [..., N, ${near.dimension}], one component for each position of the neighbours.`,
    );
  }
  if (near.observed !== null && near.observed !== operator.size) {
    throw new ShapeError(
      `letkf: the neighbours have ${near.observed} positions observed, the operator "${operator.name}" gives ${operator.size} values; need the same number.`,
    );
  }
  if (near.observed === null && operator.components === null) {
    throw new UsageError(
      `letkf: the operator "${operator.name}" picks no components; give the neighbours the positions that it observes.`,
    );
  }
}

/** The largest factor by which a learned half-width may grow beyond its start. */
const room = 2;

/** Returns the localisation by a half-width: the observations within twice the half-width count. */
function localisationOf(
  halfWidth: Scalar,
  block: number,
  { geometry, block: given }: MethodContext,
): Localisation {
  const { domain, positions } = geometry!;
  const width = (given.taper as { readonly halfWidth: Value }).halfWidth;
  const learned = typeof width === "object" && "learn" in width;
  const reach = learned ? 2 * room * width.start : 2 * (halfWidth as number);
  return { neighbours: neighbours({ state: positions }, { domain, reach, block }), halfWidth };
}

export const letkfRecord = defineMethod({
  kind: "letkf",
  title:
    "local ensemble transform Kalman filter (LETKF): cost linear in the number of variables; models with positions",
  parameters: {
    ...ensembleKeys,
    taper: group(taperKeys, {
      about:
        "reduces the weight of observations with their distance, to 0 from twice the half-width on (half-width = 1.82 × loc_rad of DAPPER)",
    }),
    block: count(1, {
      optional: true,
      about: "number of neighbouring variables that have one analysis together (default 1)",
    }),
  },
  // An analysis of its own for each variable, or block of them.
  stateSize: ({ members, block = 1 }, { variables: d }) => {
    const [N, n] = [members as number, block as number];
    return N * d + (d / n) * N * N;
  },
  needs: () => ({ positions: "or take etkf instead of letkf" }),
  build: (settings, context) => {
    const { taper, block = 1 } = settings;
    return letkf({
      ...ensembleOf(settings),
      ...localisationOf(taper.halfWidth, block, context),
    });
  },
  phrase: (block) => `a local ensemble transform Kalman filter of ${membersText(block)}`,
  remedy: localRemedy,
  advice: {
    family: "ensemble",
    squareRoot: true,
    order: 7,
    whenLearning: false,
    // Few members are enough, because each variable has an analysis of its own.
    propose: ({ given }) => ({
      members: given.block.members ?? 10,
      ...squareRootSettings,
      taper: { kind: "gaspari-cohn", halfWidth: 7 },
    }),
  },
});
