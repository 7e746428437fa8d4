/**
 * Symmetric positive definite matrices, factored once for all that is asked of them.
 *
 *     S = LLᵀ,  M = S⁻¹:    S̄ = −M M̄ M;                  Ṁ = −M Ṡ M
 *     X = S⁻¹B:             B̄ = S⁻¹ X̄,  S̄ = −B̄ Xᵀ;       Ẋ = S⁻¹(Ḃ − Ṡ X)
 *     ℓ = log det S:        S̄ = ℓ̄ M;                     ℓ̇ = tr(M Ṡ)
 *
 * The derivative of log det S is S⁻¹, so a likelihood needs the inverse whatever else it does; with
 * it, solves are products, which cost a fraction of triangular systems of the same size. S counts
 * as symmetric; the derivatives are those of the inverse of any matrix.
 *
 * @see petersen2012 for the derivatives; higham2002, chapter 14, for the inverse from a factor
 */
import { ShapeError } from "../errors.js";
import { recordNode } from "../graph.js";
import { applyConstant, type ConstantPrimitive } from "../primitive.js";
import { emit } from "../program.js";
import { sizeOf } from "../shape.js";
import type { Contribution, Tensor } from "../tensor.js";
import { reshape, stopGradient, sum, unbroadcast } from "./broadcast.js";
import { cholesky, squareSide } from "./cholesky.js";
import { log, mul, neg } from "./elementwise.js";
import { matmul } from "./matmul.js";
import { diagonal, expandDims, squeeze } from "./movement.js";

/** S, and what was made of it; all [..., n, n]. */
export interface PositiveDefinite {
  readonly matrix: Tensor;
  /** L, lower: S = LLᵀ */
  readonly factor: Tensor;
  /** S⁻¹ */
  readonly inverse: Tensor;
}

const inverseOf: ConstantPrimitive<undefined> = {
  name: "choleskyInverse",
  infer: ([L]) => {
    squareSide("choleskyInverse", L!);
    return L!;
  },
  emit: ({ inputs: [L], out }, describe) => {
    const batch = sizeOf(out.shape.slice(0, -2));
    emit("choleskyInverse", out.dtype, [out.block, L!.block, batch, out.shape.at(-1)!], describe);
  },
};

/**
 * Factors and inverts symmetric positive definite matrices, [..., n, n].
 * @throws NumericError with the pivot when one is not positive definite.
 */
export function positiveDefinite(S: Tensor): PositiveDefinite {
  const L = cholesky(S);
  const M = applyConstant(inverseOf, [L], undefined);
  const sandwich = (X: Contribution) => X && neg(matmul(matmul(M, X), M));
  recordNode([S], [M], {
    vjp: ([g]) => [sandwich(g!)],
    jvp: ([t]) => [[sandwich(t!)]],
  });
  return { matrix: S, factor: L, inverse: M };
}

function checkSides(name: string, { matrix: S }: PositiveDefinite, B: Tensor, axis: number): void {
  const n = S.shape.at(-1)!;
  if (B.shape.at(axis) === n && B.dtype === S.dtype) return;
  const need = axis === -2 ? `[..., ${n}, m]` : `[..., m, ${n}]`;
  throw new ShapeError(`${name}: S is ${S}, B is ${B}; need B ${need} of the same dtype.`);
}

/** X = S⁻¹ B; B [..., n, m]. */
export function solve(P: PositiveDefinite, B: Tensor): Tensor {
  checkSides("solve", P, B, -2);
  const { matrix: S, inverse: M } = P;
  const X = matmul(stopGradient(M), stopGradient(B));
  recordNode([S, B], [X], {
    vjp: ([g], [forS]) => {
      const bar = solve(P, g!);
      return [
        forS ? unbroadcast(neg(matmul(bar, X, { transposeB: true })), S.shape) : null,
        unbroadcast(bar, B.shape),
      ];
    },
    jvp: ([dS, dB]) => [[dS ? neg(solve(P, matmul(dS, X))) : null, dB ? solve(P, dB) : null]],
  });
  return X;
}

/** X = B S⁻¹, for right-hand sides that are rows; B [..., m, n]. */
export function solveRows(P: PositiveDefinite, B: Tensor): Tensor {
  checkSides("solveRows", P, B, -1);
  const { matrix: S, inverse: M } = P;
  if (S.shape.length === 2 && B.shape.length > 2) {
    return reshape(solveRows(P, reshape(B, [-1, B.shape.at(-1)!])), B.shape);
  }
  const X = matmul(stopGradient(B), stopGradient(M));
  recordNode([S, B], [X], {
    vjp: ([g], [forS]) => {
      const bar = solveRows(P, g!);
      return [
        forS ? unbroadcast(matmul(X, neg(bar), { transposeA: true }), S.shape) : null,
        unbroadcast(bar, B.shape),
      ];
    },
    jvp: ([dS, dB]) => [
      [dS ? neg(solveRows(P, matmul(X, dS))) : null, dB ? solveRows(P, dB) : null],
    ],
  });
  return X;
}

/** S⁻¹ r for vectors; r [..., n]. */
export function solveVector(P: PositiveDefinite, r: Tensor): Tensor {
  if (P.matrix.shape.length > 2) return squeeze(solveRows(P, expandDims(r, -2)), -2);
  return r.shape.length > 1 ? solveRows(P, r) : squeeze(solveRows(P, expandDims(r, 0)), 0);
}

/** log det S = 2 Σ log Lᵢᵢ, [..., n, n] → [...]. */
export function logDeterminant({ matrix: S, factor: L, inverse: M }: PositiveDefinite): Tensor {
  const value = mul(2, sum(log(diagonal(stopGradient(L))), -1));
  recordNode([S], [value], {
    vjp: ([g]) => [mul(expandDims(expandDims(g!, -1), -1), M)],
    jvp: ([t]) => [[sum(mul(M, t!), [-2, -1])]],
  });
  return value;
}
