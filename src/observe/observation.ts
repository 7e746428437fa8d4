/**
 * One observation, y = h(x) + η, η ~ N(0, diag(R)), with gaps.
 *
 * Where an entry is missing its mask is 0. Shapes stay as they are, so that one captured window
 * serves every pattern of gaps: row of H → 0, innovation → 0, R → 1. Then S has a unit row there,
 * which adds log 1 to log det S and nothing to the gain: exactly what dropping the row gives, once
 * the constant −½ log 2π counts the observed entries alone.
 */
import {
  add,
  expandDims,
  isKnown,
  mul,
  ShapeError,
  sub,
  sum,
  type Tensor,
  UsageError,
} from "../engine/index.js";
import {
  checkVariance,
  expectAxis,
  expectParts,
  expectTensor,
  type Scalar,
  type Support,
} from "../prob/index.js";
import type { Operator } from "./operator.js";

export interface Observation {
  /** y [..., m]; any finite number where it is missing. */
  readonly y: Tensor;
  readonly operator: Operator;
  /** R: one number, [] or [m]. */
  readonly variance: Scalar;
  /** 1 where observed, 0 where missing, [..., m]; null: all observed. */
  readonly mask: Tensor | null;
  /** Observed values that are positive are perturbed within the positive. @defaultValue "real" */
  readonly support?: Support;
}

type Gaps = Pick<Observation, "mask">;

/** Throws unless y, R and the mask have the operator's m entries. */
export function checkObservation(who: string, observation: Observation): void {
  expectParts(who, "the observation", observation, ["y", "operator", "variance", "mask"]);
  expectOperator(who, observation.operator);
  const { y, operator, variance, mask } = observation;
  const m = operator.size;
  expectAxis(who, "y", y, -1, m, `one value per row of the operator "${operator.name}"`);
  if (mask !== null) expectAxis(who, "mask", mask, -1, m, "one entry per entry of y");
  expectVariance(who, variance, operator);
}

/** Throws a UsageError unless it is an operator. */
export function expectOperator(who: string, operator: Operator): void {
  expectParts(who, "the operator", operator, ["name", "size", "linear", "apply", "matrix"]);
}

/** Throws unless it is a variance of the errors of what an operator observes. */
export function expectVariance(who: string, variance: Scalar, { size: m }: Operator): void {
  if (typeof variance !== "number")
    expectTensor(who, "variance", variance, `[] or [${m}], or a number`);
  if (typeof variance !== "number" && variance.shape.length > 1) {
    throw new ShapeError(
      `${who}: variance is [${variance.shape}]; need one number, [] or [${m}], a variance per entry of y. For errors that are correlated, R = L Lᵀ, observe L⁻¹ y by L⁻¹ H, with the variance 1.`,
    );
  }
  if (typeof variance !== "number" && variance.shape.length === 1) {
    expectAxis(who, "variance", variance, -1, m, "one variance per entry of y, or a number");
  }
  if (typeof variance === "number" && !Number.isFinite(variance)) {
    throw new UsageError(`${who}: variance is ${variance}; need a finite number, 0 or more.`);
  }
  checkVariance(who, "the variance of the observation", variance);
}

/** x [..., m] with zeros at the gaps. */
export const atObserved = (x: Tensor, { mask }: Gaps): Tensor => (mask === null ? x : mul(mask, x));

/** X [..., n, m], a row per member, with zeros in the columns of the gaps. */
export const columnsAtObserved = (X: Tensor, { mask }: Gaps): Tensor =>
  mask === null ? X : mul(expandDims(mask, -2), X);

/** H [m, d] → [..., m, d] with zeros in the rows of the gaps. */
export const rowsAtObserved = (H: Tensor, { mask }: Gaps): Tensor =>
  mask === null ? H : mul(expandDims(mask, -1), H);

/** R with ones at the gaps: [] or [..., m]. */
export const variances = ({ variance: R, mask }: Pick<Observation, "variance" | "mask">): Scalar =>
  mask === null ? R : add(mul(mask, R), sub(1, mask));

/** Tells whether some of R is known to be 0: a value without error. */
export const isExact = (R: Scalar): boolean =>
  R === 0 || (typeof R !== "number" && isKnown(R) && R.data().includes(0));

/** The number of entries observed: m, or [...]. */
export const observedCount = ({ operator, mask }: Observation): Scalar =>
  mask === null ? operator.size : sum(mask, -1);
