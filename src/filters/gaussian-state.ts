/** Gaussian states that are carried by a factor of their covariance. */
import { matmul, type Tensor, transpose, triangularFactorOfRows } from "../engine/index.js";
import { covarianceFactor, floatType, type Gaussian } from "../prob/index.js";

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
export const stateOfFactor = (mean: Tensor, factor: Tensor): Required<KalmanState> => ({
  mean,
  covariance: matmul(factor, factor, { transposeB: true }),
  factor,
});

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

/** Returns L of a state, from its covariance where it has no factor. */
export const factorOf = ({ mean, covariance, factor }: KalmanState): Tensor =>
  factor ?? stateOfPrior({ mean, covariance: { kind: "matrix", matrix: covariance } }).factor;
