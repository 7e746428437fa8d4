/**
 * Differences of observations: y − h(x), and the anomalies of h(E) about their mean.
 *
 * An operator may say how far two of its observations lie apart (`difference`): the bearings 179° and
 * −179° differ by 2°. Members are then unwrapped, so that plain means and differences are right
 * from there on:
 *
 *     b ↦ a + difference(b, a)          the copy of b that is nearest to a
 *
 * Where an operator states no difference all of this is a − b, and costs nothing more.
 */
import { add, exp, expandDims, matmul, mean, slice, sub, type Tensor } from "../engine/index.js";
import type { Observation } from "./observation.js";
import type { Operator } from "./operator.js";

/** a − b, or what the operator says of it; shapes broadcast. */
export const differenceOf = ({ difference }: Operator, a: Tensor, b: Tensor): Tensor =>
  difference === undefined ? sub(a, b) : difference(a, b);

/** The innovation y − h(x), [..., m]. Gaps are not zeroed. */
export const innovationOf = (
  { y, operator }: Pick<Observation, "y" | "operator">,
  hx: Tensor,
): Tensor => differenceOf(operator, y, hx);

/** Observations `a`, each moved to the copy of it that is nearest to the reference. */
export const unwrapAbout = (operator: Operator, a: Tensor, reference: Tensor): Tensor =>
  operator.difference === undefined ? a : add(reference, operator.difference(a, reference));

/**
 * Predictions h(E) [..., N, m] without jumps: each is moved to the copy nearest to their mean, which
 * is found from the first member in two passes. Right where they lie within half a turn of each
 * other. A linear h has no jumps of its own, and its predictions stay as they are. Weights: log w
 * [..., N] of sum 1; none: members count alike.
 */
export function unwrapMembers(operator: Operator, hE: Tensor, logWeights?: Tensor): Tensor {
  if (operator.difference === undefined || operator.linear) return hE;
  const average = (D: Tensor) =>
    logWeights === undefined
      ? mean(D, -2, { keepDims: true })
      : matmul(expandDims(exp(logWeights), -2), D); // [..., 1, m]
  let centre = slice(hE, -2, 0, 1); // [..., 1, m]
  for (let i = 0; i < 2; i++) {
    centre = add(centre, average(operator.difference(hE, centre)));
  }
  return unwrapAbout(operator, hE, centre);
}
