/**
 * The local ensemble transform Kalman filter: an ETKF for each component, from the observations near it,
 * whose errors grow with their distance (localisation of R).
 *
 * With A, Z and δ of `ensemble-space.ts` and the weights ρ_ij = ρ(r_ij/c) of Gaspari and Cohn, for
 * component i
 *
 *     S_i = Σ_j ρ_ij Z_j Z_jᵀ,    b_i = Σ_j ρ_ij δ_j Z_j                      [N, N], [N]
 *     T_i = (I + S_i)^(−½)                                                  [N, N]
 *     E⁺_i = x̄_i + A_iᵀ T_i² b_i/√(N − 1) + T_i A_i        the members of component i  [N]
 *
 * Anomalies add up to zero, so all of this takes place in the N − 1 coordinates of VᵀA, VᵀZ, where V
 * are orthonormal columns orthogonal to 1. The sums over j go by patches (`neighbours.ts`), a run of
 * them after the other. Of a run nothing is kept but its result: its derivative computes it anew. Time
 * and memory are linear in d, also of a gradient. A gap has weight 0.
 *
 * There is no S of all observations. What is learned by is the composite likelihood of the
 * observations one by one,
 *
 *     ℓ = Σ_j log N(y_j; ȳ_j, V_j),    V_j = (1 + |Z_j|²) R_j                         []
 *
 * the logarithmic score of the forecast's marginals. Half-width and inflation act on it through the
 * forecasts of the cycles that follow in a window, and their spread. It is no density of y as a whole,
 * and does not compare with likelihoods of other filters.
 *
 * @see hunt2007 for the filter; varin2011 for composite likelihoods; chen2022 for learning
 */
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
import { count, group, type Value } from "../parts/index.js";
import { floatType, gaspariCohn, gaspariCohnAt, type Scalar, scale } from "../prob/index.js";
import { ensembleFilter } from "./ensemble-filter.js";
import { ensembleOf, membersText } from "./ensemble-settings.js";
import { scaledEnsemble } from "./ensemble-space.js";
import type { EtkfParams } from "./etkf.js";
import type { Analysis, Filter } from "./filter.js";
import { inflated } from "./inflation.js";
import { ensembleKeys, taperKeys } from "./method-keys.js";
import { type Neighbours, neighbours, type PatchRun } from "./neighbours.js";
import { squareRootSettings } from "./proposals.js";
import { defineMethod, type MethodContext } from "./record.js";
import { localRemedy } from "./remedies.js";
import { centredBasis } from "./rotation.js";

export interface Localisation {
  readonly neighbours: Neighbours;
  /** c: the weight of an observation is 0 from the distance 2c on, and from their reach on. */
  readonly halfWidth: Scalar;
}

export interface LetkfParams extends EtkfParams, Localisation {}

/** State: the ensemble [..., N, d]. */
export function letkf(params: LetkfParams): Filter<Tensor> {
  const weights = localWeights(params);
  const filter = ensembleFilter("letkf", params.members, (E, observation, key) => {
    const analysis = analysisBy(weights, E, observation, params.covarianceInflation);
    return inflated(analysis, E, params, key);
  });
  return { ...filter, evidence: "composite" };
}

/** One analysis of the forecast ensemble E [..., N, d]; φ: one number, or []. */
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
  checkPlaces(E, observation, weights.neighbours);
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
 * V [N, N − 1]; V for the rows of Z and 1 for that of δ [N + 1, N]; V, and 1/√(N − 1) for what moves
 * all members [N, N].
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

/** ℓ, and the innovations in units of their standard deviations. */
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

/** Rows per observation [..., m, n] → per site. */
function atSites(Z: Tensor, { operator }: Observation, { neighbours }: LocalWeights): Tensor {
  const { components } = operator;
  const { observed, dimension: d } = neighbours;
  if (observed !== null) return Z;
  if (components instanceof Tensor) return scatterAdd(Z, components, d, -2);
  const all = components!.length === d && components!.every((component, i) => component === i);
  return all ? Z : scatterAdd(Z, indices(components!), d, -2);
}

/** VᵀA of components [..., d, N − 1] and VᵀZ, δ of sites [..., sites, N] → `runAnalysis` of all [..., d, N]. */
function localAnalyses(A: Tensor, Z: Tensor, weights: LocalWeights): Tensor {
  const { runs, block, components, sites, places } = weights.neighbours;
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
  return rows(concat(results, -2), places);
}

/**
 * For the components of a run, a [..., n p block, N − 1], and its sites, z [..., u, N]: T a, and how far
 * the mean moves, aᵀT²b, in the last column: [..., n p block, N].
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

/** ρ of the runs: of a number made once, of a tensor where it is needed. */
interface LocalWeights extends Localisation {
  /** [n or 1, p, w], of the half-width c, in the dtype of `like`. */
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
    `letkf: the half-width is ${c}, the neighbours reach ${reach}; need more than 0 and a cut-off ${2 * c} within reach. Make neighbours with a reach of ${2 * c} or more.`,
  );
}

function checkPlaces(E: Tensor, { operator }: Observation, near: Neighbours): void {
  const d = E.shape.at(-1);
  if (d !== near.dimension) {
    throw new ShapeError(
      `letkf: the ensemble is [${E.shape}]; need [..., N, ${near.dimension}], as many components as the neighbours have places.`,
    );
  }
  if (near.observed !== null && near.observed !== operator.size) {
    throw new ShapeError(
      `letkf: the neighbours have ${near.observed} places observed, the operator "${operator.name}" sees ${operator.size}; need as many.`,
    );
  }
  if (near.observed === null && operator.components === null) {
    throw new UsageError(
      `letkf: the operator "${operator.name}" picks no components; give the neighbours the places that it observes.`,
    );
  }
}

/** How far a half-width that is learned may grow beyond its start. */
const room = 2;

/** Which observations count for which variables: those within reach of the half-width. */
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
    "local ensemble transform Kalman filter, linear in the number of variables; models with positions",
  parameters: {
    ...ensembleKeys,
    taper: group(taperKeys, {
      about:
        "observations count less with distance, to nothing from twice the half-width on (1.82 × DAPPER's loc_rad)",
    }),
    block: count(1, {
      optional: true,
      about: "how many variables side by side share an analysis (default 1)",
    }),
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
    // Few members are enough where each variable has an analysis of its own.
    propose: ({ given }) => ({
      members: given.block.members ?? 10,
      ...squareRootSettings,
      taper: { kind: "gaspari-cohn", halfWidth: 7 },
    }),
  },
});
