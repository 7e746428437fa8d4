/** Analyses of Gaussian states by one triangularisation of rows. */
import {
  abs,
  add,
  broadcastTo,
  concat,
  diagonal,
  epsilon,
  expandDims,
  eye,
  greater,
  log,
  matmul,
  matvec,
  mul,
  pad,
  slice,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  transpose,
} from "../engine/index.js";
import {
  atObserved,
  isExact,
  type Observation,
  observedCount,
  rowsAtObserved,
  variances,
} from "../observe/index.js";
import { asRow, floatType, root, type Scalar, scale, whiten } from "../prob/index.js";
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
 * Without errors, R = 0, a row of S^½ that is 0 to rounding has an innovation that is known before; it
 * counts as 0.
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
  const corner = slice(slice(T, -2, 0, m), -1, 0, m); // S^½
  const rootS = isExact(observation.variance) ? withoutRounding(corner, r, observation) : corner;
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

/**
 * Returns S^½ with 0 in the rows whose pivot is not more than the rounding of the row itself, or of y − ȳ:
 *
 *     s_jj ≤ 8 n ε (‖s_j‖ + |y_j| + |ȳ_j|)
 */
function withoutRounding(rootS: Tensor, r: Tensor, observation: Observation): Tensor {
  const y = atObserved(observation.y, observation);
  const size = add(sqrt(sum(square(rootS), -1)), add(abs(y), abs(sub(y, r))));
  const limit = mul(8 * rootS.shape.at(-1)! * epsilon[floatType(rootS)], size);
  return mul(expandDims(greater(abs(diagonal(rootS)), limit), -1), rootS);
}
