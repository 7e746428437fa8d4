/** Analyses in the space of the members' weights, for iterative ensemble smoothers. */
import {
  add,
  concat,
  div,
  expandDims,
  eye,
  matmul,
  mul,
  square,
  squeeze,
  sub,
  sum,
  type Tensor,
  zeros,
} from "../engine/index.js";
import {
  type Analysis,
  ensembleSpace,
  ensembleSpaceEvidence,
  hyperprior,
} from "../filters/index.js";
import { columnsAtObserved, differenceOf, type Observation, variances } from "../observe/index.js";
import { asRow, floatType, root, type Scalar, scale } from "../prob/index.js";

/** A linear transform of an ensemble: w moves its mean, T transforms its anomalies. */
export interface Weights {
  /** w [..., 1, N] */
  readonly w: Tensor;
  /** T, symmetric, [..., N, N] */
  readonly T: Tensor;
  /** T⁻¹ [..., N, N] */
  readonly inverse: Tensor;
}

/** Returns the weights that leave the ensemble E [..., N, d] unchanged: w = 0, T = I. */
export function unchangedWeights(E: Tensor): Weights {
  const [N, dtype] = [E.shape.at(-2)!, floatType(E)];
  const I = eye(N, dtype);
  return { w: zeros([1, N], dtype), T: I, inverse: I };
}

/** States or observed values that are linear in the weights: mean + w slopes. */
export interface Linear {
  /** [..., 1, k] */
  readonly mean: Tensor;
  /** Derivative by the weights, [..., N, k]. */
  readonly slopes: Tensor;
}

/** Returns the members that weights give: mean + (w + T) slopes, [..., N, k]. */
export const members = ({ mean: m, slopes }: Linear, { w, T }: Weights): Tensor =>
  add(m, matmul(add(w, T), slopes));

/** Returns the mean and slopes that weights give: mean + w slopes, and T slopes. */
export const transformed = ({ mean: m, slopes }: Linear, { w, T }: Weights): Linear => ({
  mean: add(m, matmul(w, slopes)),
  slopes: matmul(T, slopes),
});

/** An observation, and the observed values of the members, linear in the weights. */
export interface LinearisedObservation extends Linear {
  readonly observation: Observation;
}

/**
 * Makes a Gauss–Newton step from w: returns δw, and T and T⁻¹ at w. States and observed values are
 * linear in the weights, x = x̄ + wX. With Z_b = R^{−½}Y_b and r_b = R^{−½}(y − ȳ) of observation b and its
 * weight β_b,
 *
 *     J(w) = ½ ζ |w|² + ½ Σ_b β_b |r_b(w)|²        cost
 *     C  = ζ I + Σ_b β_b Z_b Z_bᵀ                 curvature                      [N, N]
 *     δw = (Σ_b β_b r_b Z_bᵀ − ζ w) C⁻¹           step of the mean               [1, N]
 *     T  = √(N − 1) C^{−½}                        transform of the anomalies     [N, N]
 *
 * ζ = N − 1. With `xN` the finite size of the ensemble is taken into account, ζ = (N − 1) c/(ε + |w|²):
 * the spread becomes larger the more the observations move the mean. At the minimum this agrees with the
 * EnKF-N, whose ε and c are used (`hyperprior`).
 *
 * @see hunt2007 for the space; bocquet2014 for the steps and β; bocquet2012 for ζ
 */
export function gaussNewton(
  linearised: readonly LinearisedObservation[],
  observationWeights: readonly number[],
  w: Tensor,
  xN?: Scalar,
): Weights {
  const { Z, r } = whitened(linearised, observationWeights);
  const N = Z.shape.at(-2)!;
  const zeta = xN === undefined ? N - 1 : finiteSize({ Z, r }, w, xN); // [..., 1, 1]
  const rootZeta = root(zeta);
  const V = div(Z, rootZeta); // C = ζ (I + VVᵀ)
  const space = ensembleSpace(V, squeeze(add(r, matmul(w, Z)), -2));
  const mode = div(expandDims(space.weights(), -2), rootZeta); // [..., 1, N]
  const B = space.inverseRoot(); // (I + VVᵀ)^{−½}
  const D = add(B, matmul(V, matmul(V, B, { transposeA: true }))); // (I + VVᵀ)^{½}
  return {
    w: sub(mode, w),
    T: mul(Math.sqrt(N - 1), div(B, rootZeta)),
    inverse: mul(1 / Math.sqrt(N - 1), mul(rootZeta, D)),
  };
}

/** Returns ℓ, the standardised innovation and χ² of an observation, given the observed values of its forecast. */
export function evidenceOf(linearised: LinearisedObservation): Omit<Analysis<unknown>, "state"> {
  const { Z, r } = whitened([linearised], [1]);
  const space = ensembleSpace(unit(Z), squeeze(r, -2));
  return ensembleSpaceEvidence(space, linearised.observation);
}

/** Z/√(N − 1) */
const unit = (Z: Tensor): Tensor => mul(1 / Math.sqrt(Z.shape.at(-2)! - 1), Z);

interface Whitened {
  /** √β Z [..., N, Σm] */
  readonly Z: Tensor;
  /** √β r [..., 1, Σm] */
  readonly r: Tensor;
}

/** Joins all observations to one, in units of their error standard deviations, 0 at the gaps. */
function whitened(
  linearised: readonly LinearisedObservation[],
  observationWeights: readonly number[],
): Whitened {
  const each = linearised.map(({ mean: ybar, slopes, observation }, b) => {
    const r = differenceOf(observation.operator, expandDims(observation.y, -2), ybar);
    const error = scale(1 / Math.sqrt(observationWeights[b]!), root(asRow(variances(observation)))); // √(R/β)
    return {
      Z: div(columnsAtObserved(slopes, observation), error),
      r: div(columnsAtObserved(r, observation), error),
    };
  });
  if (each.length === 1) return each[0]!;
  return {
    Z: concat(
      each.map(({ Z }) => Z),
      -1,
    ),
    r: concat(
      each.map(({ r }) => r),
      -1,
    ),
  };
}

/** Returns ζ of a finite ensemble at w, [..., 1, 1]. */
function finiteSize({ Z, r }: Whitened, w: Tensor, xN: Scalar): Tensor {
  const N = Z.shape.at(-2)!;
  const { epsilon, c } = hyperprior(ensembleSpace(unit(Z), squeeze(r, -2)).inverse(), { xN });
  const zeta = div(mul(N - 1, c), add(epsilon, sum(square(w), [-2, -1]))); // [...]
  return expandDims(expandDims(zeta, -1), -1);
}
