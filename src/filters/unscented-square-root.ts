import {
  add,
  broadcastTo,
  concat,
  diagonal,
  eye,
  log,
  matvec,
  mul,
  pad,
  slice,
  square,
  squeeze,
  sum,
  type Tensor,
  transpose,
  triangularFactorOfRows,
} from "../engine/index.js";
import {
  atObserved,
  innovationOf,
  type Observation,
  observedCount,
  variances,
} from "../observe/index.js";
import {
  asRow,
  covarianceFactor,
  floatType,
  type Gaussian,
  root,
  type Scalar,
  scale,
  whiten,
} from "../prob/index.js";
import type { Analysis, Filter } from "./filter.js";
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

/** The state of the square-root form. */
export interface FactorState {
  /** m [..., d] */
  readonly mean: Tensor;
  /** L, lower triangular, P = L Lᵀ, [..., d, d] */
  readonly factor: Tensor;
}

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
  init: (prior) => ({ mean: prior.mean, factor: priorFactor(prior) }),
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

/** Returns L of the prior: the triangular factor from any factor B [d, p]. */
const priorFactor = ({ mean: m, covariance }: Gaussian): Tensor =>
  triangularFactorOfRows(transpose(covarianceFactor(covariance, m.shape.at(-1)!, floatType(m))));

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

/** Returns diag(v) as rows [..., n, n], for v a number, [] or [..., n]. */
const diagonalRows = (v: Scalar, { shape, dtype }: Tensor): Tensor =>
  mul(asRow(v), eye(shape.at(-1)!, dtype as "f64"));

/** Joins parts along an axis; parts with fewer leading axes are repeated along the others. */
function joined(parts: readonly Tensor[], axis: -2 | -1): Tensor {
  const leads = parts.map(({ shape }) => shape.slice(0, -2));
  const lead = leads.reduce((a, b) => (b.length > a.length ? b : a));
  return concat(
    parts.map((part) => broadcastTo(part, [...lead, ...part.shape.slice(-2)])),
    axis,
  );
}

/** Analyses N(m⁻, L Lᵀ) in the square-root form. */
function squareRootAnalysis(
  name: string,
  { mean: x, factor: L }: FactorState,
  observation: Observation,
  params: SigmaPointParams,
): Analysis<FactorState> {
  const [d, m] = [x.shape.at(-1)!, observation.operator.size];
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

  const top = slice(T, -2, 0, m);
  const bottom = slice(T, -2, m, m + d);
  const rootS = slice(top, -1, 0, m); // S^½
  const r = atObserved(innovationOf(observation, seen.mean), observation); // [..., m]
  const w = whiten(r, rootS);
  const chiSquare = sum(square(w), -1);
  const volume = mul(2, sum(log(diagonal(rootS)), -1)); // log det S
  const constant = scale(Math.log(2 * Math.PI), observedCount(observation));
  return {
    state: {
      mean: add(x, matvec(slice(bottom, -1, 0, m), w)), // K r = (K S^½) w
      factor: slice(bottom, -1, m, m + d),
    },
    logEvidence: mul(-0.5, add(add(chiSquare, volume), constant)),
    innovation: w,
    chiSquare,
  };
}
