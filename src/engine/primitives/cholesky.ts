/** Cholesky factors and triangular solves. */
import { ShapeError } from "../errors.js";
import { apply, checkTensor, type Primitive } from "../primitive.js";
import { emit } from "../program.js";
import { broadcastShapes, sameShape, sizeOf } from "../shape.js";
import { type Tensor, tensor } from "../tensor.js";
import { broadcastTo, reshape, unbroadcast } from "./broadcast.js";
import { add, mul, neg } from "./elementwise.js";
import { matmul } from "./matmul.js";
import { transpose } from "./movement.js";

/** Square matrices in the last two axes, or an error in the name of the caller. */
export function squareSide(name: string, x: Tensor): number {
  checkTensor(name, x);
  const [rows, columns] = x.shape.slice(-2);
  if (x.shape.length < 2 || rows !== columns || x.dtype === "i32") {
    throw new ShapeError(`${name}: got ${x}; need square f64 or f32 matrices [..., n, n].`);
  }
  return rows!;
}

/** The matrix with ones below the diagonal and `onDiagonal` on it, [n, n]. */
function lowerMask(n: number, onDiagonal: number, like: Tensor): Tensor {
  const values = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    values.fill(1, i * n, i * n + i);
    values[i * n + i] = onDiagonal;
  }
  return tensor(values, { shape: [n, n], dtype: like.dtype });
}

const tril = (x: Tensor): Tensor => mul(x, lowerMask(x.shape.at(-1)!, 1, x));

/** Φ: the lower triangle with its diagonal halved. */
const halfTril = (x: Tensor): Tensor => mul(x, lowerMask(x.shape.at(-1)!, 0.5, x));

export const symmetrise = (x: Tensor): Tensor => mul(0.5, add(x, transpose(x)));

const factor: Primitive<undefined> = {
  name: "cholesky",
  infer: ([A]) => {
    squareSide("cholesky", A!);
    return A!;
  },
  emit: ({ inputs: [A], out }, describe) => {
    const n = out.shape.at(-1)!;
    const batch = sizeOf(out.shape.slice(0, -2));
    emit("cholesky", out.dtype, [out.block, A!.block, batch, n], describe);
  },
  vjp: (_, g, { out: L }) => {
    const P = halfTril(matmul(L, g, { transposeA: true }));
    const right = triangularSolve(L, add(P, transpose(P)), { transpose: true }); // L⁻ᵀ(P + Pᵀ)
    return mul(0.5, transpose(triangularSolve(L, transpose(right), { transpose: true })));
  },
  jvp: (_, t, { out: L }) => {
    const left = triangularSolve(L, symmetrise(t)); // L⁻¹Ȧ
    return matmul(L, halfTril(transpose(triangularSolve(L, transpose(left)))));
  },
};

/**
 * Computes the lower Cholesky factor L of symmetric positive definite matrices A = L Lᵀ, [..., n, n].
 *
 *     Ā = ½ L⁻ᵀ (P + Pᵀ) L⁻¹,  P = Φ(Lᵀ L̄);   L̇ = L Φ(L⁻¹ Ȧ L⁻ᵀ)
 *
 * Φ takes the lower triangle and halves its diagonal. Derivatives are those for symmetric A.
 * @throws NumericError with the pivot when A is not positive definite.
 * @see murray2016
 */
export const cholesky = (A: Tensor): Tensor => apply(factor, [A], undefined);

interface SolveOptions {
  /** Whether Lᵀ X = B is solved instead of L X = B. @defaultValue false */
  readonly transpose?: boolean;
}

const solve: Primitive<boolean> = {
  name: "triangularSolve",
  infer: ([L, B]) => {
    const n = squareSide("triangularSolve", L!);
    if (B!.shape.length < 2 || B!.shape.at(-2) !== n || B!.dtype !== L!.dtype) {
      throw new ShapeError(
        `triangularSolve: L is ${L}, B is ${B}; need B [..., ${n}, m] of the same dtype.`,
      );
    }
    return B!;
  },
  emit: ({ inputs: [L, B], out, params: transposed }, describe) => {
    const [n, m] = out.shape.slice(-2) as [number, number];
    const strideL = L!.shape.length === 2 ? 0 : n * n;
    const sizes = [sizeOf(out.shape.slice(0, -2)), n, m, Number(transposed), strideL, n * m];
    emit("triangularSolve", out.dtype, [out.block, L!.block, B!.block, ...sizes], describe);
  },
  vjp: (i, g, { inputs: [L], out: X, params: transposed }) => {
    const W = triangularSolve(L!, g, { transpose: !transposed }); // the cotangent of B
    if (i === 1) return W;
    const G = transposed ? matmul(X, W, { transposeB: true }) : matmul(W, X, { transposeB: true });
    return unbroadcast(neg(tril(G)), L!.shape);
  },
  jvp: (i, t, { inputs: [L], out: X, params: transposed }) =>
    i === 1
      ? triangularSolve(L!, t, { transpose: transposed })
      : triangularSolve(L!, neg(matmul(tril(t), X, { transposeA: transposed })), {
          transpose: transposed,
        }),
};

/**
 * Solves with lower triangular matrices, L X = B or Lᵀ X = B; L [..., n, n], B [..., n, m].
 *
 *     B̄ = L⁻ᵀ X̄,  L̄ = −tril(B̄ Xᵀ)      (transposed: B̄ = L⁻¹ X̄,  L̄ = −tril(X B̄ᵀ))
 *
 * Only the lower triangle of L is used.
 * @throws NumericError when a diagonal element is zero.
 */
export function triangularSolve(L: Tensor, B: Tensor, options: SolveOptions = {}): Tensor {
  const n = squareSide("triangularSolve", L);
  checkTensor("triangularSolve", B);
  const transposed = options.transpose ?? false;
  if (B.shape.length < 2) return apply(solve, [L, B], transposed);
  const lead = broadcastShapes("triangularSolve", L.shape.slice(0, -2), B.shape.slice(0, -2));
  const shared = sizeOf(L.shape.slice(0, -2)) === 1;
  const factors = shared ? reshape(L, [n, n]) : broadcastTo(L, [...lead, n, n]);
  const sides = sameShape(B.shape.slice(0, -2), lead)
    ? B
    : broadcastTo(B, [...lead, ...B.shape.slice(-2)]);
  return apply(solve, [factors, sides], transposed);
}
