/** Symmetric positive definite matrices, factored once for solves, inverses and determinants. */
import { ShapeError } from "../errors.js";
import { recordNode } from "../graph.js";
import { applyConstant, type ConstantPrimitive, checkTensor } from "../primitive.js";
import { emit } from "../program.js";
import { sizeOf } from "../shape.js";
import type { Contribution, Tensor } from "../tensor.js";
import { reshape, stopGradient, sum, unbroadcast } from "./broadcast.js";
import { cholesky, squareSide } from "./cholesky.js";
import { log, mul, neg } from "./elementwise.js";
import { matmul } from "./matmul.js";
import { diagonal, expandDims, squeeze } from "./movement.js";

/** Symmetric positive definite matrices with their Cholesky factor and inverse, all [..., n, n]. */
export interface PositiveDefinite {
  /** S */
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
 * Factors and inverts symmetric positive definite matrices S, [..., n, n].
 *
 *     S = LLᵀ,  M = S⁻¹;      S̄ = −M M̄ M;      Ṁ = −M Ṡ M
 *
 * The derivative of log det S is S⁻¹, so a likelihood needs the inverse in any case; with it, solves are
 * products, which cost a fraction of triangular solves of the same size. S is taken as symmetric; the
 * derivatives are those of the inverse of any matrix.
 *
 * @throws NumericError with the pivot when a matrix is not positive definite.
 * @see petersen2012 for the derivatives; higham2002, chapter 14, for the inverse from a factor
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
  checkTensor(name, B);
  const n = S.shape.at(-1)!;
  if (B.shape.at(axis) === n && B.dtype === S.dtype) return;
  const need = axis === -2 ? `[..., ${n}, m]` : `[..., m, ${n}]`;
  throw new ShapeError(`${name}: S is ${S}, B is ${B}; need B ${need} of the same dtype.`);
}

/**
 * Solves S X = B for X = S⁻¹ B; B, X [..., n, m].
 *
 *     B̄ = S⁻¹ X̄,  S̄ = −B̄ Xᵀ;      Ẋ = S⁻¹(Ḃ − Ṡ X)
 *
 * @throws ShapeError when B does not fit.
 * @see petersen2012
 */
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

/** Solves X S = B for X = B S⁻¹, with right-hand sides as rows; B, X [..., m, n]. @throws ShapeError when B does not fit. */
export function solveRows(P: PositiveDefinite, B: Tensor): Tensor {
  checkSides("solveRows", P, B, -1);
  const { matrix: S, inverse: M } = P;
  if (S.shape.length === 2 && B.shape.length > 2) {
    return reshape(
      solveRows(P, reshape(B, [sizeOf(B.shape.slice(0, -1)), B.shape.at(-1)!])),
      B.shape,
    );
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

/** Solves S x = r for vectors, x = S⁻¹ r; r, x [..., n]. @throws ShapeError when r does not fit. */
export function solveVector(P: PositiveDefinite, r: Tensor): Tensor {
  checkTensor("solveVector", r);
  if (P.matrix.shape.length > 2) return squeeze(solveRows(P, expandDims(r, -2)), -2);
  return r.shape.length > 1 ? solveRows(P, r) : squeeze(solveRows(P, expandDims(r, 0)), 0);
}

/**
 * Computes log det S = 2 Σ log Lᵢᵢ, [..., n, n] → [...].
 *
 *     ℓ = log det S:      S̄ = ℓ̄ S⁻¹;      ℓ̇ = tr(S⁻¹ Ṡ)
 *
 * @see petersen2012
 */
export function logDeterminant({ matrix: S, factor: L, inverse: M }: PositiveDefinite): Tensor {
  const value = mul(2, sum(log(diagonal(stopGradient(L))), -1));
  recordNode([S], [value], {
    vjp: ([g]) => [mul(expandDims(expandDims(g!, -1), -1), M)],
    jvp: ([t]) => [[sum(mul(M, t!), [-2, -1])]],
  });
  return value;
}
