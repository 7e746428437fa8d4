/** Gaussian states that are carried by a factor of their covariance. */
import {
  isKnown,
  matmul,
  ShapeError,
  type Tensor,
  transpose,
  triangularFactorOfRows,
  UsageError,
} from "../engine/index.js";
import { covarianceFactor, expectRank, floatType, type Gaussian } from "../prob/index.js";

/** The state of filters that carry a mean and a covariance. */
export interface KalmanState {
  /** m [..., d] */
  readonly mean: Tensor;
  /** P [..., d, d] */
  readonly covariance: Tensor;
  /**
   * L [..., d, d], lower triangular, P = L Lᵀ: what the filters that keep it go on from. A state of your own
   * needs none; whoever changes the covariance of a state leaves it out.
   */
  readonly factor?: Tensor;
}

/** Returns the state N(m, L Lᵀ). */
export function stateOfFactor(mean: Tensor, factor: Tensor): Required<KalmanState> {
  const covariance = matmul(factor, factor, { transposeB: true });
  theirs.set(factor, covariance);
  return { mean, covariance, factor };
}

/**
 * Returns the state N(m, L Lᵀ) for the rows Lᵀ of any factor, [..., n, d]. Its derivatives are those of a
 * state that is used by its mean and its covariance alone.
 */
export const stateOfRows = (mean: Tensor, rows: Tensor): Required<KalmanState> =>
  stateOfFactor(mean, triangularFactorOfRows(rows, 0));

/** Returns the state of a prior. */
export function stateOfPrior({ mean, covariance }: Gaussian): Required<KalmanState> {
  const rows = transpose(covarianceFactor(covariance, mean.shape.at(-1)!, floatType(mean)));
  return stateOfFactor(mean, triangularFactorOfRows(rows));
}

/**
 * Returns L of a state, from its covariance where it has no factor.
 * @throws ShapeError when it does not fit the mean; UsageError when the covariance is none.
 */
export function factorOf({ mean, covariance, factor }: KalmanState): Tensor {
  if (factor !== undefined) {
    checkTogether(covariance, factor);
    return factor;
  }
  expectRank("state", "the mean", mean, 1, "[..., d]");
  const d = mean.shape.at(-1)!;
  if (covariance.shape.at(-1) !== d || covariance.shape.at(-2) !== d) {
    throw new ShapeError(
      `state: the mean is [${mean.shape}], the covariance [${covariance.shape}]; need [..., ${d}, ${d}].`,
    );
  }
  return stateOfPrior({ mean, covariance: { kind: "matrix", matrix: covariance } }).factor;
}

/** Factors with the covariances that were seen to be theirs. */
const theirs = new WeakMap<Tensor, Tensor>();

/** Throws a UsageError where the covariance of a state was changed and its factor was not: P 1 is not L Lᵀ 1. */
function checkTogether(P: Tensor, L: Tensor): void {
  if (theirs.get(L) === P || !isKnown(P) || !isKnown(L) || P.size !== L.size) return;
  const d = L.shape.at(-1)!;
  const [p, l] = [P.data(), L.data()];
  for (let at = 0; at < l.length; at += d * d) {
    const along = new Float64Array(d); // Lᵀ 1
    for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) along[j]! += l[at + i * d + j]!;
    for (let i = 0; i < d; i++) {
      let [change, size] = [0, 0];
      for (let j = 0; j < d; j++) {
        change += p[at + i * d + j]! - l[at + i * d + j]! * along[j]!;
        size += Math.abs(p[at + i * d + j]!) + Math.abs(l[at + i * d + j]! * along[j]!);
      }
      if (Math.abs(change) <= 1e-3 * size) continue;
      throw new UsageError(
        "state: the covariance is not that of the factor beside it; need both, or the covariance alone: { mean, covariance }.",
      );
    }
  }
  theirs.set(L, P);
}
