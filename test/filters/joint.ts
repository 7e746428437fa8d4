/**
 * A linear Gaussian record as one big Gaussian: the oracle of the exact filters.
 *
 * All states x and all observations y are stacked; with e = (x₀ − m₀, ξ₁, ξ₂, …) and x = x̄ + A e,
 *     cov x = A E Aᵀ,  cov y = H cov x Hᵀ + R,
 * and states are conditioned on observations by one dense solve. Gaps are rows that are not there.
 */
import {
  diagonalOf,
  factor,
  flip,
  identityMatrix,
  type Matrix,
  make,
  minus,
  pickRows,
  plus,
  solveLower,
  times,
  timesVector,
} from "../support/dense.js";

export interface JointStep {
  /** The way from the state before; null for the first, which has the prior. */
  readonly F: Matrix | null;
  readonly Q: Matrix;
  /** y at this step, NaN where missing; null if there is no observation. */
  readonly y: readonly number[] | null;
}

export interface JointProblem {
  readonly mean: readonly number[];
  readonly covariance: Matrix;
  readonly steps: readonly JointStep[];
  readonly H: Matrix;
  readonly R: readonly number[];
}

export interface Conditional {
  readonly mean: number[];
  readonly covariance: Matrix;
}

export function joint({ mean: m0, covariance: P0, steps, H, R }: JointProblem) {
  const d = m0.length;
  const K = steps.length;
  const A = make(K * d, K * d, () => 0);
  const E = make(K * d, K * d, () => 0);
  const means: number[] = [];
  let xbar = [...m0];
  steps.forEach(({ F, Q }, k) => {
    if (F !== null) xbar = timesVector(F, xbar);
    means.push(...xbar);
    const noise = k === 0 ? P0 : Q;
    for (let i = 0; i < d; i++) {
      A[k * d + i]![k * d + i] = 1;
      for (let j = 0; j < d; j++) E[k * d + i]![k * d + j] = noise[i]![j]!;
      for (let c = 0; c < k * d && F !== null; c++) {
        A[k * d + i]![c] = F[i]!.reduce((t, f, j) => t + f * A[(k - 1) * d + j]![c]!, 0);
      }
    }
  });
  const X = times(times(A, E), flip(A));

  const rows: { step: number; row: number[]; y: number; variance: number }[] = [];
  steps.forEach(({ y }, k) => {
    y?.forEach((value, i) => {
      if (Number.isNaN(value)) return;
      const row = new Array<number>(K * d).fill(0);
      H[i]!.forEach((h, j) => {
        row[k * d + j] = h;
      });
      rows.push({ step: k, row, y: value, variance: R[i]! });
    });
  });

  /** The observations of the steps up to (and with) `last`: factor of cov y, cov(y, x), y − ȳ. */
  function evidence(last: number) {
    const seen = rows.filter(({ step }) => step <= last);
    const G = seen.map(({ row }) => row);
    const GX = times(G, X);
    const S = plus(times(GX, flip(G)), diagonalOf(seen.map(({ variance }) => variance)));
    const ybar = timesVector(G, means);
    return { L: factor(S), GX, r: seen.map(({ y }, i) => [y - ybar[i]!]) };
  }

  return {
    /** State at `step` given everything observed up to `last`. */
    conditional(step: number, last: number): Conditional {
      const own = Array.from({ length: d }, (_, i) => step * d + i);
      const prior = pickRows(flip(pickRows(X, own)), own);
      const mean = own.map((i) => means[i]!);
      if (!rows.some((r) => r.step <= last)) return { mean, covariance: prior };
      const { L, GX, r } = evidence(last);
      const W = solveLower(L, flip(pickRows(flip(GX), own))); // L⁻¹ cov(y, x)
      const shift = times(flip(W), solveLower(L, r));
      return {
        mean: mean.map((v, i) => v + shift[i]![0]!),
        covariance: minus(prior, times(flip(W), W)),
      };
    },
    logLikelihood(): number {
      const { L, r } = evidence(K);
      const w = solveLower(L, r).flat();
      const logDet = 2 * L.reduce((t, row, i) => t + Math.log(row[i]!), 0);
      const chi = w.reduce((t, v) => t + v * v, 0);
      return -0.5 * (chi + logDet + w.length * Math.log(2 * Math.PI));
    },
  };
}

export const noNoise = (d: number): Matrix => identityMatrix(d).map((row) => row.map(() => 0));
