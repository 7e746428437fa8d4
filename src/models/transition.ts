/**
 * Transitions: one step of a model.
 *
 *     x′ = F(x) + ξ,   ξ ~ N(0, diag(q))
 */
import {
  add,
  eye,
  isKnown,
  matmul,
  matvec,
  mul,
  ShapeError,
  Tensor,
  tensor,
  UsageError,
} from "../engine/index.js";
import {
  asRow,
  checkVariance,
  expectAxis,
  expectKey,
  expectParts,
  expectRank,
  expectTensor,
  floatType,
  fold,
  root,
  type Scalar,
  type Support,
} from "../prob/index.js";
import { type Key, normal } from "../random/index.js";

/** A map of states, [..., d] → [..., d], with any leading axes. */
export type StateMap = (x: Tensor) => Tensor;

/** One model step. */
export interface Transition {
  readonly map: StateMap;
  /** q, the variance of the noise after the map: one number, [] or [d]; null without noise. */
  readonly noise: Scalar | null;
  /** The matrix of a linear map, [..., d, d], for the Kalman filter. */
  readonly matrix?: Tensor;
  /** The support of the state; positive states are folded after the noise. @defaultValue "real" */
  readonly support?: Support;
}

/** Whether a step has noise: a variance is given, and not known to be 0 for all variables. */
export function hasNoise({ noise: q }: Pick<Transition, "noise">): boolean {
  if (q === null || q === 0) return false;
  return typeof q === "number" || !isKnown(q) || q.data().some((v) => v !== 0);
}

/** Returns the transition x ↦ F x without noise, F [..., d, d]. @throws ShapeError unless F is square. */
export function linearTransition(F: Tensor): Transition {
  const [rows, columns] = F.shape.slice(-2);
  if (rows === undefined || rows !== columns) {
    throw new ShapeError(`linearTransition: the matrix is [${F.shape}]; need [..., d, d].`);
  }
  return { map: (x) => transform(F, x), noise: null, matrix: F };
}

/** Returns F x for every x; a matrix for each trajectory applies to vectors [..., d] or members [..., N, d]. */
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

/** Returns the same transition with noise of this variance. @throws UsageError when it is negative. */
export function withNoise(transition: Transition, variance: Scalar | null): Transition {
  if (variance !== null) {
    checkVariance("withNoise", "the variance of the noise", variance);
    if (typeof variance !== "number" && variance.shape.length > 1) {
      throw new ShapeError(
        `withNoise: the variance is [${variance.shape}]; need one number, [] or [d], a variance for each variable. For noise that is correlated, Q = L Lᵀ, take L⁻¹ x as the state.`,
      );
    }
  }
  return { ...transition, noise: variance };
}

/**
 * Makes one step of every state in x [..., d], each with noise of its own, from one random key or from a key
 * for each trajectory [B, 2].
 *
 *     x′ = F(x) + √q ∘ z,   z ~ N(0, I)
 */
export function advance(transition: Transition, x: Tensor, key: Key): Tensor {
  expectParts("advance", "the transition", transition, ["map", "noise"]);
  expectRank("advance", "the state", x, 1, "[..., d]");
  const { map: F, noise: q, support } = transition;
  const moved = mapped(F, x);
  if (q === null) return moved;
  expectNoise("advance", q, x.shape.at(-1)!);
  expectKey("advance", key);
  const z = normal(key, x.shape, floatType(x));
  return fold(add(moved, mul(z, root(q))), support);
}

/** Returns F(x). @throws UsageError or ShapeError unless F is a function that gives a state for each of x. */
function mapped(F: StateMap, x: Tensor): Tensor {
  if (typeof F !== "function") {
    throw new UsageError("advance: the map of the transition is no function; need (x) => F(x).");
  }
  const moved: unknown = F(x);
  if (moved instanceof Tensor && moved.shape.at(-1) === x.shape.at(-1)) return moved;
  const given = moved instanceof Tensor ? `[${moved.shape}]` : String(moved);
  throw new ShapeError(
    `advance: the map gave ${given} for states [${x.shape}]; need a state for each of them.`,
  );
}

/** Throws a ShapeError unless noise is one number, [] or [..., d]. */
export function expectNoise(who: string, q: Scalar, d: number): void {
  if (typeof q === "number" && !(Number.isFinite(q) && q >= 0)) {
    throw new UsageError(`${who}: the noise is ${q}; need a variance, 0 or more.`);
  }
  if (typeof q !== "number") expectTensor(who, "the noise", q, "[] or [..., d], or a number");
  if (typeof q === "number" || q.shape.length === 0) return;
  expectAxis(who, "the noise", q, -1, d, "one variance for each variable, or a number");
}

/** Returns P + diag(q) for P [..., d, d] and q one number, [] or [..., d]. */
export function addNoise(P: Tensor, q: Scalar | null): Tensor {
  if (q === null) return P;
  const d = P.shape.at(-1)!;
  expectNoise("addNoise", q, d);
  if (typeof q !== "number") return add(P, mul(asRow(q), eye(d, floatType(P))));
  const values = Float64Array.from({ length: d * d }, (_, i) => (i % (d + 1) === 0 ? q : 0));
  return add(P, tensor(values, { shape: [d, d], dtype: floatType(P) }));
}
