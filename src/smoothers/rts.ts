import {
  add,
  matmul,
  matvec,
  positiveDefinite,
  solve,
  sub,
  transpose as T,
  type Tensor,
  UsageError,
} from "../engine/index.js";
import {
  type CycleResult,
  defineMethod,
  exactNeeds,
  type KalmanState,
  kalman,
  kalmanRecord,
  type Method,
} from "../filters/index.js";
import type { Propagation } from "../models/index.js";

/**
 * Computes the Rauch–Tung–Striebel smoother, the exact states of a linear Gaussian model given the whole
 * record, backwards over a series of the Kalman filter; `cycles` are those of the series.
 *
 *     G_k  = P_k Fᵀ (P⁻_{k+1})⁻¹                                    [d, d]
 *     m̂_k = m_k + G_k (m̂_{k+1} − m⁻_{k+1})                          [d]
 *     P̂_k = P_k + G_k (P̂_{k+1} − P⁻_{k+1}) G_kᵀ                     [d, d]
 *
 * F is the product of the model steps between two observations.
 *
 * @throws UsageError when the numbers of cycles differ, or the model is not linear; NumericError when a
 * forecast covariance is not positive definite.
 * @see rauch1965
 */
export function rts(
  series: readonly CycleResult<KalmanState>[],
  cycles: readonly Propagation[],
): KalmanState[] {
  if (series.length !== cycles.length || series.length === 0) {
    throw new UsageError(
      `rts: a series of ${series.length} and ${cycles.length} cycles; need as many, at least one.`,
    );
  }
  let after = series.at(-1)!.analysis;
  const smoothed = [after];
  for (let k = series.length - 2; k >= 0; k--) {
    after = rtsStep(series[k]!.analysis, series[k + 1]!.forecast, after, cycles[k + 1]!);
    smoothed.push(after);
  }
  return smoothed.reverse();
}

/** Makes one step back, from the analysis at k and the forecast and the smoothed state at k + 1. */
export function rtsStep(
  { mean: m, covariance: P }: KalmanState,
  { mean: mf, covariance: Pf }: KalmanState,
  { mean: ms, covariance: Ps }: KalmanState,
  propagation: Propagation,
): KalmanState {
  const F = powerOf(propagation); // [..., d, d]; null: the identity
  const FP = F === null ? P : matmul(F, P);
  const G = T(solve(positiveDefinite(Pf), FP)); // [..., d, d]
  const shift = matvec(G, sub(ms, mf)); // [..., d]
  const change = matmul(matmul(G, sub(Ps, Pf)), G, { transposeB: true }); // [..., d, d]
  return { mean: add(m, shift), covariance: add(P, change) };
}

/** Fⁿ */
function powerOf({ transition: { matrix: F }, steps }: Propagation): Tensor | null {
  if (F === undefined) {
    throw new UsageError("rts: the model is not linear; it has no transition matrix.");
  }
  let power: Tensor | null = null;
  for (let i = 0; i < steps; i++) power = power === null ? F : matmul(F, power);
  return power;
}

/** The Kalman filter with the smoother behind it. */
export const rtsRecord = defineMethod({
  kind: "rts",
  title: "the Kalman filter and the Rauch–Tung–Striebel smoother; linear models, normal noise",
  parameters: {},
  needs: exactNeeds,
  build: (): Method<KalmanState> => ({ ...kalman(), smooth: rts }),
  phrase: () => "the exact Kalman filter and the Rauch–Tung–Striebel smoother",
  remedy: kalmanRecord.remedy,
  filter: kalmanRecord.kind,
});
