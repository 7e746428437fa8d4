/**
 * The local ensemble transform Kalman filter: an ETKF for each component, from the observations near it,
 * whose error covariance grows with their distance (localisation of R).
 *
 * Anomalies A = E − x̄ and, in units of the observations' errors, Y = (h(E) − ȳ)/√R, δ = (y − ȳ)/√R.
 * With the weights ρ_ij = ρ(r_ij/c) of Gaspari and Cohn, for component i
 *
 *     S_i = Σ_j ρ_ij Y_j Y_jᵀ / (N − 1),   b_i = Σ_j ρ_ij δ_j Y_j / (N − 1)        [N, N], [N]
 *     T_i = (I + S_i)^{−½}                                                    [N, N]
 *     x_i = x̄_i + A_iᵀ T_i T_i b_i + T_i A_i                         the members [N]
 *
 * The sums over j go by patches (`neighbours.ts`), a run of them after the other; of a run nothing is
 * kept but its result, and its derivative computes it anew. Time and memory are linear in d, also of a
 * gradient. A gap has weight 0. Inflation and rotation follow the analysis, as for all ensembles.
 *
 * No global S exists. What is learned by is the composite likelihood of the observations one by one,
 *
 *     ℓ = Σ_j log N(y_j; ȳ_j, s_j + R_j),   s_j = ‖Y_j‖² R_j/(N − 1)
 *
 * a proper score of the forecast's marginals: within a window, half-width and inflation act on the
 * forecasts of the cycles that follow, and on their spread. Being no density of y as a whole, it does
 * not compare with likelihoods of other filters.
 *
 * @see hunt2007 for the filter; ott2004; varin2011 for composite likelihoods; chen2022 for learning
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
  mean,
  mul,
  reshape,
  ShapeError,
  scatterAdd,
  slice,
  split,
  square,
  stack,
  sub,
  sum,
  Tensor,
  tensor,
  transpose,
  UsageError,
  where,
} from "../engine/index.js";
import { advance } from "../models/index.js";
import {
  atObserved,
  checkObservation,
  columnsAtObserved,
  type Observation,
  type Operator,
  observedCount,
  variances,
} from "../observe/index.js";
import {
  asRow,
  floatType,
  gaspariCohn,
  gaspariCohnAt,
  root,
  type Scalar,
  sampleGaussian,
  sampleMoments,
  scale,
} from "../prob/index.js";
import { checkMembers } from "./enkf.js";
import type { Analysis, Filter } from "./filter.js";
import { type Inflation, inflate } from "./inflation.js";
import type { Neighbours, PatchRun } from "./neighbours.js";

export interface Localisation {
  readonly neighbours: Neighbours;
  /** c: the weight of an observation is 0 from the distance 2c on, and from their reach on. */
  readonly halfWidth: Scalar;
}

export interface LetkfParams extends Localisation, Inflation {
  /** Number of members N, at least 2. */
  readonly members: number;
}

/** State: the ensemble [..., N, d]. */
export function letkf(params: LetkfParams): Filter<Tensor> {
  const { members: N } = params;
  checkMembers("letkf", N);
  const weights = localWeights(params);
  return {
    name: "letkf",
    evidence: "composite",
    init: (prior, key) => sampleGaussian(prior, N, key),
    forecast: (E, transition, key) => advance(transition, E, key),
    analyse: (E, observation, key) => {
      const { state, ...evidence } = letkfAnalysis(E, observation, params, weights);
      return { ...evidence, state: inflate(state, E, params, key) };
    },
    moments: sampleMoments,
    members: (E) => ({ values: E }),
  };
}

/** One analysis, before inflation: forecast ensemble E [..., N, d] → analysis and ℓ. */
export function letkfAnalysis(
  E: Tensor,
  observation: Observation,
  localisation: Localisation,
  weights: LocalWeights = localWeights(localisation),
): Analysis<Tensor> {
  const { neighbours } = localisation;
  checkShapes(E, observation, neighbours);
  const { y, operator } = observation;
  const h = operator.apply;
  const N = E.shape.at(-2)!;
  const hE = h(E); // [..., N, m]
  const xbar = mean(E, -2); // [..., d]
  const ybar = operator.linear ? h(xbar) : mean(hE, -2); // [..., m]
  const R = variances(observation);
  const anomalies = div(sub(hE, expandDims(ybar, -2)), root(asRow(R)));
  const Y = columnsAtObserved(anomalies, observation); // [..., N, m]
  const delta = atObserved(div(sub(y, ybar), root(R)), observation); // [..., m]

  const A = transpose(sub(E, expandDims(xbar, -2))); // [..., d, N]
  const scaled = mul(1 / Math.sqrt(N - 1), concat([Y, expandDims(delta, -2)], -2));
  const Z = transpose(scaled); // [..., m, N + 1]
  const moved = transpose(localAnalyses(A, atSites(Z, operator, neighbours), neighbours, weights));
  return { state: add(expandDims(xbar, -2), moved), ...marginals(Y, delta, R, observation, N) };
}

/** ℓ, and the innovations in units of their standard deviations. */
function marginals(
  Y: Tensor,
  delta: Tensor,
  R: Scalar,
  observation: Observation,
  N: number,
): Omit<Analysis<Tensor>, "state"> {
  const t = add(1, mul(1 / (N - 1), sum(square(Y), -2))); // 1 + s/R, [..., m]
  const w = div(delta, root(t));
  const chiSquare = sum(square(w), -1);
  const volume = sum(log(mul(R, t)), -1);
  const constant = scale(Math.log(2 * Math.PI), observedCount(observation));
  const logEvidence = mul(-0.5, add(add(chiSquare, volume), constant));
  return { logEvidence, innovation: w, chiSquare };
}

/** Rows per observation [..., m, n] → per site. */
function atSites(
  Z: Tensor,
  { components }: Operator,
  { observed, dimension: d }: Neighbours,
): Tensor {
  if (observed !== null) return Z;
  if (components instanceof Tensor) return scatterAdd(Z, components, d, -2);
  const all = components!.length === d && components!.every((component, i) => component === i);
  return all ? Z : scatterAdd(Z, indices(components!), d, -2);
}

/** A [..., d, N], rows of sites [..., sites, N + 1] → the members' new distances from x̄ [..., d, N]. */
function localAnalyses(A: Tensor, Z: Tensor, near: Neighbours, weights: LocalWeights): Tensor {
  const { runs, components, sites, places } = near;
  const take = (X: Tensor, rows: Tensor | null) => (rows === null ? X : gather(X, rows, -2));
  const as = split(
    take(A, components),
    -2,
    runs.map(({ patches, points }) => patches * points),
  );
  const zs = split(
    take(Z, sites),
    -2,
    runs.map((run) => run.sites),
  );
  const analyse = (run: PatchRun) => (a: Tensor, z: Tensor, c: Scalar) =>
    runAnalysis(run, a, z, weights.of(run, c, floatType(a)));
  const moved = runs.map((run, i) => {
    const once = runs.length === 1 ? analyse(run) : checkpoint(analyse(run));
    return once(as[i]!, zs[i]!, weights.halfWidth);
  });
  return take(concat(moved, -2), places);
}

/** The formulas above for all points of a run: a [..., n p, N], z [..., u, N + 1]. */
function runAnalysis(
  { patches: n, width: w, windows }: PatchRun,
  a: Tensor,
  z: Tensor,
  rho: Tensor,
): Tensor {
  const [points, N] = a.shape.slice(-2) as [number, number];
  const lead = a.shape.slice(0, -2);
  const seen = reshape(gather(z, windows, -2), [...lead, n, w, N + 1]);
  const Y = slice(seen, -1, 0, N);
  const products = mul(expandDims(Y, -1), expandDims(seen, -2)); // [..., n, w, N, N + 1]
  const sums = matmul(rho, reshape(products, [...lead, n, w, N * (N + 1)]));
  const Sb = reshape(sums, [...lead, points, N, N + 1]);
  const S = slice(Sb, -1, 0, N);
  const T = inverseSqrtm(add(S, eye(N, floatType(a)))); // [..., points, N, N]
  const rows = matmul(stack([a, index(Sb, -1, N)], -2), T); // [..., points, 2, N]
  const [aT, bT] = [index(rows, -2, 0), index(rows, -2, 1)];
  return add(aT, sum(mul(aT, bT), -1, { keepDims: true }));
}

/** ρ of the runs: of a number made once, of a tensor where it is needed. */
interface LocalWeights {
  readonly halfWidth: Scalar;
  /** [n or 1, p, w] */
  of(run: PatchRun, c: Scalar, dtype: "f64" | "f32"): Tensor;
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
    halfWidth: c,
    of: ({ distances }, half, dtype) => {
      const table = cast(tables.get(distances)!, dtype);
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

function checkShapes(E: Tensor, observation: Observation, near: Neighbours): void {
  checkObservation("letkf", observation);
  const { operator } = observation;
  const [N = 0, d] = E.shape.slice(-2);
  if (N < 2 || d !== near.dimension) {
    throw new ShapeError(
      `letkf: the ensemble is [${E.shape}]; need [..., N, ${near.dimension}] with N ≥ 2, as many components as the neighbours have places.`,
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
