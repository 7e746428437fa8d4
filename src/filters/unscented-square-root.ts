import {
  mul,
  pad,
  square,
  squeeze,
  sum,
  type Tensor,
  triangularFactorOfRows,
} from "../engine/index.js";
import { atObserved, innovationOf, type Observation, variances } from "../observe/index.js";
import { root, type Scalar } from "../prob/index.js";
import { analysisOfFactor, diagonalRows, type FactorState, joined } from "./factor-analysis.js";
import type { Analysis, Filter } from "./filter.js";
import { stateOfPrior } from "./gaussian-state.js";
import {
  forecastMoments,
  type SigmaMoments,
  type SigmaPointParams,
  type SigmaWeights,
  seenMoments,
  sigmaWeights,
  stateRows,
} from "./sigma-points.js";
import { withoutVector } from "./triangular.js";

/**
 * Makes the square-root form of the unscented Kalman filter: the state holds a lower factor L, P = L Lᵀ.
 *
 *     L⁻ = factor of the rows [ √w_i (F(X_i) − m⁻);  √Q ]                                     forecast
 *
 *     [ Y   X ]                  [ S^½    0 ]       Y: √w_i (h(X_i) − ȳ)
 *     [ √R  0 ]  →  lower factor [ K S^½  L ]       X: √w_i (X_i − m⁻)                        analysis
 *
 * Rows are triangularised as they are (`triangularFactorOfRows`), so P is never formed and never a
 * difference: it stays positive, and may be singular. The weight of the centre point adds a row of its own;
 * where it is negative the row is taken away from the factor instead, which then must not be singular. λ is
 * that of the covariance form.
 *
 * @see vandermerwe2001; arasaratnam2009 for the analysis in one triangularisation
 */
export const squareRootForm = (
  name: string,
  { inflation, ...params }: SigmaPointParams & { readonly inflation?: Scalar },
): Filter<FactorState> => ({
  name,
  init: (prior) => {
    const { mean, factor } = stateOfPrior(prior);
    return { mean, factor };
  },
  forecast: ({ mean, factor }, transition) => {
    const weights = sigmaWeights(name, mean.shape.at(-1)!, params);
    const moved = forecastMoments(mean, factor, weights, transition.map);
    const { noise: Q } = transition;
    const noise = Q === null ? null : diagonalRows(root(Q), moved.rows);
    return { mean: moved.mean, factor: factorOf(moved, weights, noise) };
  },
  analyse: (state, observation) => {
    const analysis = squareRootAnalysis(name, state, observation, params);
    if (inflation === undefined) return analysis;
    const { mean, factor } = analysis.state;
    return { ...analysis, state: { mean, factor: mul(factor, inflation) } };
  },
  moments: ({ mean, factor }) => ({ mean, variance: sum(square(factor), -1) }),
});

/** Returns the lower factor of the covariance of moments and rows of noise, [..., n, n]. */
function factorOf(
  { rows, centre }: SigmaMoments,
  { centre: w }: SigmaWeights,
  noise: Tensor | null,
): Tensor {
  const weighted = mul(Math.sqrt(Math.abs(w)), centre); // [..., 1, n]
  const parts = [rows];
  if (w > 0) parts.push(weighted);
  if (noise !== null) parts.push(noise);
  const L = triangularFactorOfRows(joined(parts, -2));
  return w < 0 ? withoutVector(L, squeeze(weighted, -2)) : L;
}

/** Analyses N(m⁻, L Lᵀ) in the square-root form. */
function squareRootAnalysis(
  name: string,
  { mean: x, factor: L }: FactorState,
  observation: Observation,
  params: SigmaPointParams,
): Analysis<FactorState> {
  const d = x.shape.at(-1)!;
  const weights = sigmaWeights(name, d, params);
  const seen = seenMoments(name, x, L, observation, weights);
  const joint: SigmaMoments = {
    mean: seen.mean,
    rows: joined([seen.rows, stateRows(L)], -1), // [..., 2d, m + d]
    centre: pad(seen.centre, -1, 0, d),
  };
  const R = variances(observation);
  const noise = pad(diagonalRows(root(R), seen.rows), -1, 0, d); // [..., m, m + d]
  const T = factorOf(joint, weights, noise); // [..., m + d, m + d]

  const r = atObserved(innovationOf(observation, seen.mean), observation); // [..., m]
  return analysisOfFactor(x, T, r, observation);
}
