/** Analyses of Gaussian states by one triangularisation of rows. */
import {
  add,
  broadcastTo,
  concat,
  diagonal,
  eye,
  log,
  matmul,
  matvec,
  mul,
  pad,
  slice,
  square,
  sum,
  type Tensor,
  transpose,
} from "../engine/index.js";
import { type Observation, observedCount, rowsAtObserved, variances } from "../observe/index.js";
import { asRow, root, type Scalar, scale, whiten } from "../prob/index.js";
import type { Analysis } from "./filter.js";

/** The state that a factor of its covariance describes. */
export interface FactorState {
  /** m [..., d] */
  readonly mean: Tensor;
  /** L, lower triangular, P = L Lᵀ, [..., d, d] */
  readonly factor: Tensor;
}

/** Joins parts along an axis; parts with fewer leading axes are repeated along the others. */
export function joined(parts: readonly Tensor[], axis: -2 | -1): Tensor {
  const leads = parts.map(({ shape }) => shape.slice(0, -2));
  const lead = leads.reduce((a, b) => (b.length > a.length ? b : a));
  return concat(
    parts.map((part) => broadcastTo(part, [...lead, ...part.shape.slice(-2)])),
    axis,
  );
}

/** Returns diag(v) as rows [..., n, n] beside rows [..., n]; v is a number, [] or [..., n]. */
export const diagonalRows = (v: Scalar, { shape, dtype }: Tensor): Tensor =>
  mul(asRow(v), eye(shape.at(-1)!, dtype as "f64"));

/**
 * Returns the rows [..., m + d, m + d] of the joint normal of an observation and the state, for sources
 * (η, u) of unit variance: what is seen first, then the state; H is [m, d] or [..., m, d].
 *
 *     y − H m = √R η + H L u,    x − m = L u
 */
export function observedRows(L: Tensor, H: Tensor, observation: Observation): Tensor {
  const seen = matmul(L, rowsAtObserved(H, observation), { transposeA: true, transposeB: true }); // (H L)ᵀ
  const errors = pad(diagonalRows(root(variances(observation)), seen), -1, 0, L.shape.at(-1)!);
  return joined([errors, joined([seen, transpose(L)], -1)], -2);
}

/**
 * Analyses N(m⁻, P⁻) from its lower factor T together with the observation, and the innovation r [..., m].
 *
 *     T = [ S^½ 0; K S^½ L ],    w = S^−½ r,    m = m⁻ + (K S^½) w
 *
 * @throws NumericError when S is singular.
 */
export function analysisOfFactor(
  mean: Tensor,
  T: Tensor,
  r: Tensor,
  observation: Observation,
): Analysis<FactorState> {
  const m = r.shape.at(-1)!;
  const n = T.shape.at(-1)!;
  const bottom = slice(T, -2, m, n);
  const rootS = slice(slice(T, -2, 0, m), -1, 0, m); // S^½
  const w = whiten(r, rootS);
  const chiSquare = sum(square(w), -1);
  const volume = mul(2, sum(log(diagonal(rootS)), -1)); // log det S
  const constant = scale(Math.log(2 * Math.PI), observedCount(observation));
  return {
    state: {
      mean: add(mean, matvec(slice(bottom, -1, 0, m), w)),
      factor: slice(bottom, -1, m, n),
    },
    logEvidence: mul(-0.5, add(add(chiSquare, volume), constant)),
    innovation: w,
    chiSquare,
  };
}
