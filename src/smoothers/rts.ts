import {
  add,
  cast,
  expandDims,
  eye,
  isKnown,
  matmul,
  matvec,
  mul,
  NumericError,
  orthogonalFactorOfRows,
  pad,
  slice,
  squeeze,
  sub,
  sum,
  type Tensor,
  transpose,
  triangularFactorOfRows,
  UsageError,
  zeros,
} from "../engine/index.js";
import {
  type Cycle,
  type CycleResult,
  covarianceSize,
  type Determination,
  type Diffuse,
  defineMethod,
  determine,
  determinedRows,
  exactNeeds,
  factorOf,
  forecastRows,
  joined,
  type KalmanState,
  kalman,
  kalmanRecord,
  type Method,
  observedRows,
  stateOfRows,
  unknownVariables,
} from "../filters/index.js";
import { atObserved, innovationOf, rowsAtObserved } from "../observe/index.js";
import { floatType } from "../prob/index.js";

/**
 * Computes the Rauch–Tung–Striebel smoother, the exact states of a linear Gaussian model given the whole
 * record, backwards over a series of the Kalman filter; `cycles` are those of the series.
 *
 * The states of the filter are x = m + L z and x⁻ = m⁻ + L⁻ u with z, u ~ N(0, I). Triangularising its rows
 * the filter turns one set of these into another, with orthogonal Θ and Θ′:
 *
 *     [z_k; w] = Θ [u; v]          v ~ N(0, I), on which nothing observed depends          forecast
 *     [η;  u ] = Θ′ [s; z_{k+1}]   s = S^−½ (y − H m⁻), the innovation                     analysis
 *
 * So from the moments ẑ and Ẑ Ẑᵀ of z_{k+1} given the whole record follow those of u, and of z_k:
 *
 *     û   = Θ′₂₁ s + Θ′₂₂ ẑ,       Û  = Θ′₂₂ Ẑ                                            [d], [d, d]
 *     ẑ_k = Θ₁₁ û,                  Ẑ_k = [ Θ₁₁ Û, Θ₁₂ ]
 *     m̂_k = m_k + L_k ẑ_k,         P̂_k = L_k Ẑ_k (L_k Ẑ_k)ᵀ
 *
 * Nothing is inverted, and no covariance is a difference of others: covariances may be singular, and of any
 * size beside each other. For covariances that can be inverted these are the formulas of Rauch et al.
 *
 * @throws UsageError when the numbers of cycles differ, the model is not linear, or a cycle does not hold
 * the observation that the filter analysed.
 * @see rauch1965; park1995 for square-root smoothers by orthogonal factors
 */
export function rts(
  series: readonly CycleResult<KalmanState>[],
  cycles: readonly Cycle[],
): KalmanState[] {
  if (series.length !== cycles.length || series.length === 0) {
    throw new UsageError(
      `rts: a series of ${series.length} and ${cycles.length} cycles; need as many, at least one.`,
    );
  }
  const last = series.at(-1)!.analysis;
  let own: Whitened | null = null;
  const smoothed = [last];
  for (let k = series.length - 2; k >= 0; k--) {
    const after: Whitened = own ?? asIs(series[k + 1]!.analysis);
    const u = beforeAnalysis(after, series[k + 1]!, cycles[k + 1]!, k + 1);
    own = beforeForecast(u, series[k]!.analysis, cycles[k + 1]!);
    smoothed.push(stateOf(series[k]!.analysis, own));
  }
  return smoothed.reverse();
}

/**
 * The moments of (z, δ) in x = m + L z + A δ, with as many δ as the state has flat directions: the mean
 * [..., d + q], and rows [..., n, d + q] whose products are their covariance.
 */
interface Whitened {
  readonly mean: Tensor;
  readonly rows: Tensor;
}

/** How many flat directions a state has, determined or not. */
const flatOf = ({ diffuse }: KalmanState): number => diffuse?.directions.shape.at(-1) ?? 0;

/** The first d of d + q axes: those of z. */
const ofState = (x: Tensor, d: number): Tensor => slice(x, -1, 0, d);
/** The last q of them: those of δ. */
const ofFlat = (x: Tensor, d: number): Tensor => slice(x, -1, d, x.shape.at(-1)!);

/** Returns the moments of z ~ N(0, I), with directions that are all determined. */
function asIs(state: KalmanState): Whitened {
  const { mean, diffuse } = state;
  const q = flatOf(state);
  const d = mean.shape.at(-1)!;
  const dtype = floatType(mean);
  if (diffuse !== undefined) checkDetermined(diffuse);
  return {
    mean: zeros([...mean.shape.slice(0, -1), d + q], dtype),
    rows: pad(eye(d, dtype), -1, 0, q),
  };
}

/** Throws where a variable is still diffuse at the end of the record. */
function checkDetermined(diffuse: Diffuse): void {
  const unknown = unknownVariables(diffuse);
  if (!isKnown(unknown)) return;
  const found = unknown.data().indexOf(1);
  if (found < 0) return;
  const at = found % unknown.shape.at(-1)!;
  throw new NumericError(
    `rts: the record does not determine variable ${at}, which has a diffuse start. Give it a mean and a variance, or observe more.`,
  );
}

/** Returns N(m + L ẑ + A δ̂, …) of a state. */
function stateOf(state: KalmanState, { mean, rows }: Whitened): KalmanState {
  const L = factorOf(state);
  const parts = state.diffuse === undefined ? L : joined([L, state.diffuse.directions], -1); // [L A], [..., d, d + q]
  return stateOfRows(
    add(state.mean, matvec(parts, mean)),
    matmul(rows, parts, { transposeB: true }),
  );
}

/** Returns the moments of u before the analysis from those of z after it. */
function beforeAnalysis(
  z: Whitened,
  { forecast, evidence }: CycleResult<KalmanState>,
  { observation }: Cycle,
  k: number,
): Whitened {
  if (evidence === null) return z;
  const d = forecast.mean.shape.at(-1)!;
  const matrix = observation?.operator.matrix(d) ?? null;
  if (observation === null || matrix === null) {
    throw new UsageError(
      `rts: cycle ${k} has ${observation === null ? "no observation" : "an observation that is not linear"}, and the filter analysed a linear one; need the cycles that the filter passed.`,
    );
  }
  const L = factorOf(forecast);
  const H = cast(matrix, floatType(L));
  const rows = observedRows(L, H, observation); // [..., m + d, m + d]
  const m = rows.shape.at(-1)! - d;
  if (forecast.diffuse === undefined) {
    const ofU = slice(orthogonalFactorOfRows(rows), -2, m, m + d); // [Θ′₂₁, Θ′₂₂]
    const ofZ = ofFlat(ofU, m);
    return {
      mean: add(matvec(ofState(ofU, m), evidence.innovation), matvec(ofZ, z.mean)),
      rows: matmul(z.rows, ofZ, { transposeB: true }),
    };
  }
  const r = atObserved(
    innovationOf(observation, observation.operator.apply(forecast.mean)),
    observation,
  );
  const found = determine(rows, r, rowsAtObserved(H, observation), forecast.diffuse);
  const turn = slice(orthogonalFactorOfRows(determinedRows(found)), -2, 0, m + d); // of (η, u)
  const [ofS, ofZ] = [ofState(turn, m), slice(turn, -1, m, m + d)];
  const free = transpose(ofFlat(turn, m + d)); // [..., m, m + d]
  const sources = matmul(ofState(z.rows, d), ofZ, { transposeB: true }); // [..., n, m + d]
  const flat = ofFlat(z.rows, d);
  let all: Whitened = {
    mean: joinedVectors([
      add(matvec(ofS, evidence.innovation), matvec(ofZ, ofState(z.mean, d))),
      ofFlat(z.mean, d),
    ]),
    rows: joined([joined([sources, flat], -1), pad(free, -1, 0, flat.shape.at(-1)!)], -2),
  };
  for (const step of found.steps.toReversed()) all = undetermined(all, step, m + d);
  return { mean: ofFlat(all.mean, m), rows: compressed(ofFlat(all.rows, m)) };
}

/**
 * Returns the moments of the sources and δ where the direction that a value determined is free again: then
 * δ_j = (y − h m)/a_j − Σ_l≠j δ_l a_l/a_j − sources/a_j.
 */
function undetermined(
  { mean, rows }: Whitened,
  { place, loading, innovation, sources }: Determination,
  n: number,
): Whitened {
  const others = joinedVectors([sources, mul(loading, sub(1, place))]); // [..., n + q]
  const own = pad(place, -1, n, 0); // [..., n + q]
  const kept = sub(1, own);
  const found = sum(place, -1, { keepDims: true });
  const value = mul(found, sub(innovation, sum(mul(others, mean), -1, { keepDims: true })));
  const along = matmul(rows, expandDims(others, -1)); // [..., rows, 1]
  return {
    mean: add(mul(mean, kept), mul(own, value)),
    rows: sub(mul(rows, expandDims(kept, -2)), mul(along, expandDims(own, -2))),
  };
}

/** Joins vectors [..., n], of which some may have fewer leading axes. */
const joinedVectors = (parts: readonly Tensor[]): Tensor =>
  squeeze(
    joined(
      parts.map((part) => expandDims(part, -2)),
      -1,
    ),
    -2,
  );

/** Returns as few rows as there are columns, with the same products. */
const compressed = (rows: Tensor): Tensor =>
  rows.shape.at(-2)! <= rows.shape.at(-1)! ? rows : transpose(triangularFactorOfRows(rows, 0));

/** Returns the moments of z of an analysis from those of u after the model steps that follow it. */
function beforeForecast(
  u: Whitened,
  analysis: KalmanState,
  { transition: { matrix: F, noise: Q }, steps }: Cycle,
): Whitened {
  if (F === undefined) {
    throw new UsageError("rts: the model is not linear; it has no transition matrix.");
  }
  const passed: Tensor[] = []; // the rows of each step
  let L = factorOf(analysis);
  for (let i = 0; i < steps; i++) {
    passed.push(forecastRows(L, F, Q));
    if (i < steps - 1) L = triangularFactorOfRows(passed[i]!, 0);
  }
  return passed.reduceRight<Whitened>((after, rows) => beforeStep(after, rows), u);
}

/** The same for one model step, from the rows that it triangularised. */
function beforeStep(u: Whitened, rows: Tensor): Whitened {
  const [n, d] = rows.shape.slice(-2) as [number, number];
  const ofZ = slice(orthogonalFactorOfRows(rows), -2, 0, d); // [Θ₁₁, Θ₁₂], [..., d, n]
  const ofU = slice(ofZ, -1, 0, d);
  const q = u.mean.shape.at(-1)! - d;
  const mean = matvec(ofU, ofState(u.mean, d));
  const known = matmul(ofState(u.rows, d), ofU, { transposeB: true });
  const free = transpose(ofFlat(ofZ, d)); // Θ₁₂ᵀ, [..., n − d, d]
  if (q === 0) return { mean, rows: n === d ? known : compressed(joined([known, free], -2)) };
  const both = joined([known, ofFlat(u.rows, d)], -1);
  return {
    mean: joinedVectors([mean, ofFlat(u.mean, d)]),
    rows: n === d ? both : compressed(joined([both, pad(free, -1, 0, q)], -2)),
  };
}

/** The Kalman filter with the smoother behind it. */
export const rtsRecord = defineMethod({
  kind: "rts",
  title: "the Kalman filter and the Rauch–Tung–Striebel smoother; linear models, normal noise",
  parameters: {},
  stateSize: covarianceSize,
  keepsStates: true,
  needs: exactNeeds,
  takesDiffuse: true,
  takesExact: () => true,
  build: (): Method<KalmanState> => ({ ...kalman(), smooth: rts }),
  phrase: () => "the exact Kalman filter and the Rauch–Tung–Striebel smoother",
  remedy: kalmanRecord.remedy,
  filter: kalmanRecord.kind,
});
