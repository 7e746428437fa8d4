/**
 * Transitions: what one step of a model does to a state.
 *
 *     x′ = F(x) + ξ,   ξ ~ N(0, diag(q))
 */
import { add, eye, matmul, matvec, mul, ShapeError, type Tensor, tensor } from "../engine/index.js";
import { asRow, floatType, fold, root, type Scalar, type Support } from "../prob/index.js";
import { type Key, normal } from "../random/index.js";

/** x [..., d] → [..., d], any leading axes. */
export type StateMap = (x: Tensor) => Tensor;

/** One model step. */
export interface Transition {
  readonly map: StateMap;
  /** q, added after the map: one number, [] or [d]; null where the step is exact. */
  readonly noise: Scalar | null;
  /** The matrix of a linear map, [..., d, d]: what the Kalman filter needs. */
  readonly matrix?: Tensor;
  /** States that must stay positive are folded after the noise. @defaultValue "real" */
  readonly support?: Support;
}

/** The transition x ↦ F x; F [..., d, d]. */
export function linearTransition(F: Tensor): Transition {
  const [rows, columns] = F.shape.slice(-2);
  if (rows === undefined || rows !== columns) {
    throw new ShapeError(`linearTransition: the matrix is [${F.shape}]; need [..., d, d].`);
  }
  return { map: (x) => transform(F, x), noise: null, matrix: F };
}

/** F x for every x; a matrix per trajectory meets vectors [..., d] or members [..., N, d]. */
function transform(F: Tensor, x: Tensor): Tensor {
  const d = F.shape.at(-1)!;
  if (x.shape.at(-1) !== d) {
    throw new ShapeError(
      `linearTransition: the state is [${x.shape}], the matrix [${F.shape}]; need [..., ${d}]. Check the dimension of the prior.`,
    );
  }
  const rows = F.shape.length > 2 && x.shape.length >= F.shape.length;
  return rows ? matmul(x, F, { transposeB: true }) : matvec(F, x);
}

/** The same step with noise of this variance after it. */
export const withNoise = (transition: Transition, variance: Scalar | null): Transition => ({
  ...transition,
  noise: variance,
});

/**
 * F(x) + √q ∘ z: one step of every state in x [..., d], each with noise of its own, all from one key
 * or from a key for each trajectory [B, 2].
 */
export function advance(transition: Transition, x: Tensor, key: Key): Tensor {
  const { map: F, noise: q, support } = transition;
  if (q === null) return F(x);
  const z = normal(key, x.shape, floatType(x));
  return fold(add(F(x), mul(z, root(q))), support);
}

/** P + diag(q); P [..., d, d], q one number, [] or [..., d] */
export function addNoise(P: Tensor, q: Scalar | null): Tensor {
  if (q === null) return P;
  const d = P.shape.at(-1)!;
  if (typeof q !== "number") return add(P, mul(asRow(q), eye(d, floatType(P))));
  const values = Float64Array.from({ length: d * d }, (_, i) => (i % (d + 1) === 0 ? q : 0));
  return add(P, tensor(values, { shape: [d, d], dtype: floatType(P) }));
}
