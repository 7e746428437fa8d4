/** Second moments of ensembles. */
import { ShapeError } from "../errors.js";
import { recordNode } from "../graph.js";
import type { Tensor } from "../tensor.js";
import { stopGradient } from "./broadcast.js";
import { add, sub } from "./elementwise.js";
import { matmul } from "./matmul.js";
import { expandDims, transpose } from "./movement.js";
import { mean } from "./reduce.js";

/**
 * Sums products of anomalies over the members, P [..., N, m], Q [..., N, d] → [..., m, d].
 *
 *     C = AᵀB,  A = P − p̄,  B = Q − q̄
 *     P̄ = B C̄ᵀ,  Q̄ = A C̄;  of one ensemble with itself P̄ = A (C̄ + C̄ᵀ);   Ċ = ṖᵀB + AᵀQ̇
 *
 * Anomalies sum to zero, and so do the cotangents, which therefore need not be centred. The means
 * p̄ [..., m] and q̄ [..., d] may be passed if they are known.
 * @throws ShapeError when P and Q differ in their members.
 */
export function comoments(
  P: Tensor,
  Q: Tensor,
  pbar: Tensor = mean(P, -2),
  qbar: Tensor = Q === P ? pbar : mean(Q, -2),
): Tensor {
  const fits = P.shape.length === Q.shape.length && P.shape.at(-2) === Q.shape.at(-2);
  if (!fits || P.shape.length < 2) {
    throw new ShapeError(
      `comoments: got ${P} and ${Q}; need ensembles [..., N, m] and [..., N, d] of as many members.`,
    );
  }
  const A = sub(P, expandDims(pbar, -2)); // [..., N, m]
  const B = Q === P ? A : sub(Q, expandDims(qbar, -2)); // [..., N, d]
  const C = matmul(stopGradient(A), stopGradient(B), { transposeA: true });
  if (Q === P) {
    recordNode([P], [C], {
      vjp: ([g]) => [matmul(A, add(g!, transpose(g!)))],
      jvp: ([t]) => {
        const half = matmul(t!, A, { transposeA: true });
        return [[half, transpose(half)]];
      },
    });
    return C;
  }
  recordNode([P, Q], [C], {
    vjp: ([g], [forP, forQ]) => [
      forP ? matmul(B, g!, { transposeB: true }) : null,
      forQ ? matmul(A, g!) : null,
    ],
    jvp: ([p, q]) => [
      [p && matmul(p, B, { transposeA: true }), q && matmul(A, q, { transposeA: true })],
    ],
  });
  return C;
}
