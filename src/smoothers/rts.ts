import {
  add,
  cast,
  eye,
  matmul,
  matvec,
  orthogonalFactorOfRows,
  slice,
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
  defineMethod,
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
} from "../filters/index.js";
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

/** The moments of z in x = m + L z: the mean [..., d], and rows Ẑᵀ [..., n, d]. */
interface Whitened {
  readonly mean: Tensor;
  readonly rows: Tensor;
}

/** Returns the moments of z ~ N(0, I). */
function asIs({ mean }: KalmanState): Whitened {
  const d = mean.shape.at(-1)!;
  const dtype = floatType(mean);
  return { mean: zeros(mean.shape, dtype), rows: eye(d, dtype) };
}

/** Returns N(m + L ẑ, L Ẑ Ẑᵀ Lᵀ). */
function stateOf(state: KalmanState, { mean, rows }: Whitened): KalmanState {
  const L = factorOf(state);
  return stateOfRows(
    add(state.mean, matvec(L, mean)),
    matmul(rows, L, { transposeB: true }), // (L Ẑ)ᵀ
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
  const H = observation?.operator.matrix(d) ?? null;
  if (observation === null || H === null) {
    throw new UsageError(
      `rts: cycle ${k} has ${observation === null ? "no observation" : "an observation that is not linear"}, and the filter analysed a linear one; need the cycles that the filter passed.`,
    );
  }
  const L = factorOf(forecast);
  const turn = orthogonalFactorOfRows(observedRows(L, cast(H, floatType(L)), observation));
  const n = turn.shape.at(-1)!;
  const m = n - d;
  const ofU = slice(turn, -2, m, n); // [..., d, m + d]
  const ofZ = slice(ofU, -1, m, n);
  return {
    mean: add(matvec(slice(ofU, -1, 0, m), evidence.innovation), matvec(ofZ, z.mean)),
    rows: matmul(z.rows, ofZ, { transposeB: true }),
  };
}

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
    if (i < steps - 1) L = triangularFactorOfRows(passed[i]!);
  }
  return passed.reduceRight<Whitened>((after, rows) => beforeStep(after, rows), u);
}

/** The same for one model step, from the rows that it triangularised. */
function beforeStep(u: Whitened, rows: Tensor): Whitened {
  const [n, d] = rows.shape.slice(-2) as [number, number];
  const ofZ = slice(orthogonalFactorOfRows(rows), -2, 0, d); // [Θ₁₁, Θ₁₂], [..., d, n]
  const ofU = slice(ofZ, -1, 0, d);
  const known = matmul(u.rows, ofU, { transposeB: true });
  const free = transpose(slice(ofZ, -1, d, n)); // Θ₁₂ᵀ, [..., n − d, d]
  return {
    mean: matvec(ofU, u.mean),
    rows: n === d ? known : transpose(triangularFactorOfRows(joined([known, free], -2))),
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
  build: (): Method<KalmanState> => ({ ...kalman(), smooth: rts }),
  phrase: () => "the exact Kalman filter and the Rauch–Tung–Striebel smoother",
  remedy: kalmanRecord.remedy,
  filter: kalmanRecord.kind,
});
