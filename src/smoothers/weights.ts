/**
 * Observations in the space of the members' weights.
 *
 * States and what is seen of them are taken as linear in weights w of members, x = x̄ + wX. With
 * Z_b = R^{−½}Y_b of observation b, r_b = R^{−½}(y − ȳ), and β_b the share of it that counts, the cost
 * of w and a step of Gauss and Newton from w are
 *
 *     J(w) = ½ ζ |w|² + ½ Σ_b β_b |r_b(w)|²
 *     C  = ζ I + Σ_b β_b Z_b Z_bᵀ                 curvature                      [N, N]
 *     δw = (Σ_b β_b r_b Z_bᵀ − ζ w) C⁻¹           for the mean                   [1, N]
 *     T  = √(N − 1) C^{−½}                        for the anomalies              [N, N]
 *
 * ζ = N − 1; where the finite size of the ensemble counts, ζ = (N − 1) c/(ε + |w|²), a larger spread
 * of the members the more the observations ask of them. It is the same at the minimum, and nearly so
 * on the way there, as the search of the EnKF-N; ε and c are its own (`finite-size.ts`).
 *
 * @see hunt2007 for the space; bocquet2014 for steps and shares; bocquet2012 for ζ
 */
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

/** A change of an ensemble: w of its mean, T of its anomalies. */
export interface Weights {
  /** [..., 1, N] */
  readonly w: Tensor;
  /** T, symmetric, [..., N, N] */
  readonly T: Tensor;
  /** T⁻¹ */
  readonly inverse: Tensor;
}

/** w = 0, T = I, for the ensemble E [..., N, d]. */
export function noWeights(E: Tensor): Weights {
  const [N, dtype] = [E.shape.at(-2)!, floatType(E)];
  const I = eye(N, dtype);
  return { w: zeros([1, N], dtype), T: I, inverse: I };
}

/** States, or what is seen of them, linear in the weights: mean + w slopes. */
export interface Linear {
  /** [..., 1, k] */
  readonly mean: Tensor;
  /** [..., N, k] */
  readonly slopes: Tensor;
}

/** The members after a change: mean + (w + T) slopes. */
export const members = ({ mean: m, slopes }: Linear, { w, T }: Weights): Tensor =>
  add(m, matmul(add(w, T), slopes));

/** mean + w slopes, T slopes */
export const changed = ({ mean: m, slopes }: Linear, { w, T }: Weights): Linear => ({
  mean: add(m, matmul(w, slopes)),
  slopes: matmul(T, slopes),
});

/** What is seen linearly, and of what. */
export interface Sight extends Linear {
  readonly observation: Observation;
}

/** δw from w, and T and T⁻¹ there; observations count by their shares. */
export function gaussNewton(
  sights: readonly Sight[],
  shares: readonly number[],
  w: Tensor,
  xN?: Scalar,
): Weights {
  const { Z, r } = whitened(sights, shares);
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

/** ℓ, w and χ² of an observation under what is seen of its forecast. */
export function evidenceOf(sight: Sight): Omit<Analysis<unknown>, "state"> {
  const { Z, r } = whitened([sight], [1]);
  const space = ensembleSpace(unit(Z), squeeze(r, -2));
  return ensembleSpaceEvidence(space, sight.observation);
}

/** Z/√(N − 1) */
const unit = (Z: Tensor): Tensor => mul(1 / Math.sqrt(Z.shape.at(-2)! - 1), Z);

interface Whitened {
  /** √β Z [..., N, Σm] */
  readonly Z: Tensor;
  /** √β r [..., 1, Σm] */
  readonly r: Tensor;
}

/** All observations as one, in units of their errors, zero at the gaps. */
function whitened(sights: readonly Sight[], shares: readonly number[]): Whitened {
  const each = sights.map(({ mean: ybar, slopes, observation }, b) => {
    const r = differenceOf(observation.operator, expandDims(observation.y, -2), ybar);
    const error = scale(1 / Math.sqrt(shares[b]!), root(asRow(variances(observation)))); // √(R/β)
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

/** ζ of a finite ensemble at w, [..., 1, 1]. */
function finiteSize({ Z, r }: Whitened, w: Tensor, xN: Scalar): Tensor {
  const N = Z.shape.at(-2)!;
  const { epsilon, c } = hyperprior(ensembleSpace(unit(Z), squeeze(r, -2)).inverse(), { xN });
  const zeta = div(mul(N - 1, c), add(epsilon, sum(square(w), [-2, -1]))); // [...]
  return expandDims(expandDims(zeta, -1), -1);
}
