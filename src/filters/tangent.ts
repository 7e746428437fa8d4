/** Tangents of maps and of observation operators at independent points. */
import {
  broadcastTo,
  cast,
  expandDims,
  eye,
  index,
  jvp,
  type Tensor,
  transpose,
  vjp,
} from "../engine/index.js";
import type { StateMap } from "../models/index.js";
import type { Operator } from "../observe/index.js";
import { floatType } from "../prob/index.js";

/** Computes f(x) [..., m] and V Jᵀ [..., n, m] for tangents V that are rows, [n, d] or [..., n, d]. */
function pushRows(
  f: StateMap,
  x: Tensor,
  V: Tensor,
): { readonly value: Tensor; readonly rows: Tensor } {
  const shape = [...x.shape.slice(0, -1), ...V.shape.slice(-2)];
  const points = broadcastTo(expandDims(x, -2), shape);
  const { value, tangent } = jvp(f, points, broadcastTo(V, shape));
  return { value: index(value, -2, 0), rows: tangent };
}

/**
 * Computes f(x) [..., m] and J = ∂f/∂x [..., m, d] at x [..., d], in one run of the map on d or m rows,
 * whichever are fewer, instead of a run for each column. f must treat its points independently.
 */
export function jacobianAt(
  f: StateMap,
  x: Tensor,
  m: number,
): { readonly value: Tensor; readonly jacobian: Tensor } {
  const d = x.shape.at(-1)!;
  if (d <= m) {
    const { value, rows } = pushRows(f, x, eye(d, floatType(x)));
    return { value, jacobian: transpose(rows) };
  }
  const points = broadcastTo(expandDims(x, -2), [...x.shape.slice(0, -1), m, d]);
  const { value, pullback } = vjp(f, points);
  const jacobian = pullback(broadcastTo(eye(m, floatType(x)), value.shape));
  return { value: index(value, -2, 0), jacobian };
}

/** Computes h(x) [..., m] and H = h′(x): [m, d] for a linear operator, else [..., m, d]. */
export function viewAt(operator: Operator, x: Tensor): { readonly hx: Tensor; readonly H: Tensor } {
  const matrix = operator.matrix(x.shape.at(-1)!);
  if (matrix !== null) return { hx: operator.apply(x), H: cast(matrix, floatType(x)) };
  const { value, jacobian } = jacobianAt(operator.apply, x, operator.size);
  return { hx: value, H: jacobian };
}
