/** Gaussian states that are carried by a factor of their covariance. */
import {
  isKnown,
  matmul,
  mul,
  ShapeError,
  sub,
  type Tensor,
  tensor,
  transpose,
  triangularFactorOfRows,
  UsageError,
} from "../engine/index.js";
import {
  checkProper,
  covarianceFactor,
  expectRank,
  floatType,
  type Gaussian,
} from "../prob/index.js";
import { type Diffuse, diffuseStart } from "./diffuse.js";

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
  /** Directions of which nothing is known yet, beside the rest, of which P is the covariance. */
  readonly diffuse?: Diffuse;
}

/** A state with its factor. */
export type FactoredState = KalmanState & Required<Pick<KalmanState, "factor">>;

/** Returns the state N(m, L Lᵀ). */
export function stateOfFactor(mean: Tensor, factor: Tensor, diffuse?: Diffuse): FactoredState {
  const covariance = matmul(factor, factor, { transposeB: true });
  theirs.set(factor, covariance);
  return { mean, covariance, factor, ...(diffuse && { diffuse }) };
}

/**
 * Returns the state N(m, L Lᵀ) for the rows Lᵀ of any factor, [..., n, d]. Its derivatives are those of a
 * state that is used by its mean and its covariance alone.
 */
export const stateOfRows = (mean: Tensor, rows: Tensor, diffuse?: Diffuse): FactoredState =>
  stateOfFactor(mean, triangularFactorOfRows(rows, 0), diffuse);

/** Returns the state of a prior. @throws UsageError when some of its variables are diffuse. */
export function stateOfPrior(prior: Gaussian): FactoredState {
  checkProper(prior);
  const { mean, covariance } = prior;
  const rows = transpose(covarianceFactor(covariance, mean.shape.at(-1)!, floatType(mean)));
  return stateOfFactor(mean, triangularFactorOfRows(rows));
}

/** Returns the state of a prior, some of whose variables may be diffuse. */
export function diffuseStateOfPrior({ diffuse: flags, ...proper }: Gaussian): FactoredState {
  const state = stateOfPrior(proper);
  if (!flags?.some((flag) => flag)) return state;
  const dtype = floatType(state.mean);
  const d = state.mean.shape.at(-1)!;
  if (flags.length !== d) {
    throw new ShapeError(
      `prior: diffuse has ${flags.length} entries; need ${d}, one for each variable.`,
    );
  }
  const known = tensor(flags.map(Number), { dtype });
  const rows = mul(transpose(state.factor), sub(1, known));
  return stateOfFactor(
    mul(state.mean, sub(1, known)),
    triangularFactorOfRows(rows),
    diffuseStart(flags, dtype),
  );
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
