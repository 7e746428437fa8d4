/** Triangular factors of sums of outer products, without forming the sum. */
import { bytesPer } from "../dtype.js";
import { ShapeError } from "../errors.js";
import { apply, type Primitive } from "../primitive.js";
import { emit } from "../program.js";
import { sizeOf } from "../shape.js";
import { type Tensor, tensor } from "../tensor.js";
import { triangularSolve } from "./cholesky.js";
import { add, equal, mul, sub } from "./elementwise.js";
import { matmul, scratch } from "./matmul.js";
import { diagonal, diagonalMatrix, expandDims, pad, transpose } from "./movement.js";

function sidesOf(name: string, A: Tensor): readonly [n: number, k: number] {
  const [n, k] = A.shape.slice(-2);
  if (n === undefined || k === undefined || A.dtype === "i32") {
    throw new ShapeError(`${name}: got ${A}; need f64 or f32 matrices [..., n, k], a row each.`);
  }
  return [n, k];
}

function emitRows(kernel: string, A: Tensor, out: Tensor, describe: () => string): void {
  const [n, k] = sidesOf(kernel, A);
  const batch = sizeOf(A.shape.slice(0, -2));
  const space = scratch((n * k + 4 * k) * bytesPer[A.dtype]);
  emit(kernel, out.dtype, [out.block, A.block, batch, n, k, space], describe);
}

/** L with 1 in the place of each zero pivot, which can be solved with. */
const solvable = (L: Tensor): Tensor => add(L, diagonalMatrix(equal(diagonal(L), 0)));

/** X L⁻¹, with `solvable` L. */
const timesInverse = (X: Tensor, L: Tensor): Tensor =>
  transpose(triangularSolve(L, transpose(X), { transpose: true }));

/** X L⁻ᵀ, with `solvable` L. */
const timesInverseTransposed = (X: Tensor, L: Tensor): Tensor =>
  transpose(triangularSolve(L, transpose(X)));

/** The part below the diagonal of X, [..., k, k], without the columns of zero pivots. */
function belowPivots(X: Tensor, L: Tensor): Tensor {
  const k = X.shape.at(-1)!;
  const below = Float64Array.from({ length: k * k }, (_, at) =>
    Number(at % k < Math.floor(at / k)),
  );
  const pivots = sub(1, equal(diagonal(L), 0)); // [..., k]
  const mask = mul(tensor(below, { shape: [k, k], dtype: X.dtype }), expandDims(pivots, -2));
  return mul(X, mask);
}

const skew = (X: Tensor): Tensor => sub(X, transpose(X));

/** Ω of the derivatives below, from B = Qᵀ Ȧ. */
const turning = (B: Tensor, L: Tensor): Tensor =>
  skew(belowPivots(timesInverseTransposed(B, solvable(L)), L));

/** The cotangent of B from that of Ω. */
const turningAdjoint = (forOmega: Tensor, L: Tensor): Tensor =>
  timesInverse(belowPivots(skew(forOmega), L), solvable(L));

const lowerFactor: Primitive<undefined> = {
  name: "triangularFactor",
  infer: ([A]) => {
    const [, k] = sidesOf("triangularFactorOfRows", A!);
    return { shape: A!.shape.with(-2, k), dtype: A!.dtype };
  },
  emit: ({ inputs: [A], out }, describe) => emitRows("triangularFactor", A!, out, describe),
  vjp: (_, g, { inputs: [A], out: L }) => {
    const N = matmul(g, L, { transposeA: true }); // −Ω̄
    return matmul(orthonormalFactor(A!), sub(transpose(g), turningAdjoint(N, L)));
  },
  jvp: (_, t, { inputs: [A], out: L }) => {
    const B = matmul(orthonormalFactor(A!), t, { transposeA: true });
    return transpose(sub(B, matmul(turning(B, L), L, { transposeB: true })));
  },
};

const orthonormal: Primitive<undefined> = {
  name: "orthonormalFactor",
  infer: ([A]) => A!,
  emit: ({ inputs: [A], out }, describe) => emitRows("orthonormalFactor", A!, out, describe),
  vjp: (_, g, { inputs: [A], out: Q }) => {
    const L = triangularFactorOfRows(A!);
    const Y = timesInverse(g, solvable(L));
    const within = sub(
      turningAdjoint(matmul(Q, g, { transposeA: true }), L),
      matmul(Q, Y, { transposeA: true }),
    );
    return add(Y, matmul(Q, within));
  },
  jvp: (_, t, { inputs: [A], out: Q }) => {
    const L = triangularFactorOfRows(A!);
    const B = matmul(Q, t, { transposeA: true });
    const outside = timesInverseTransposed(sub(t, matmul(Q, B)), solvable(L));
    return add(outside, matmul(Q, turning(B, L)));
  },
};

/** Q [..., n, k] of A = Q Lᵀ, n ≥ k; see `triangularFactorOfRows`. */
const orthonormalFactor = (A: Tensor): Tensor => apply(orthonormal, [A], undefined);

/**
 * Computes L [..., k, k], lower triangular with a diagonal that is not negative, with L Lᵀ = AᵀA for the
 * rows A [..., n, k], by Householder reflections, A = Q Lᵀ.
 *
 *     Ȧ ↦ L̇ = (B − Ω Lᵀ)ᵀ,      B = QᵀȦ,  Ω + Ωᵀ = 0,  Ω = B L⁻ᵀ below the diagonal
 *     L̄ ↦ Ā = Q (L̄ᵀ − W L⁻¹),   W = L̄ᵀL − LᵀL̄ below the diagonal
 *     Q̇ = (Ȧ − Q B) L⁻ᵀ + Q Ω
 *
 * Forming AᵀA would square the condition number of A, and lose columns that are smaller than others by 10⁸.
 * A reflection acts on A itself and keeps them. L may be singular: a column of A that depends on those
 * before it, to rounding (n ε of its length), has the pivot 0. Ω turns L so that it stays triangular, and
 * is 0 where the pivot is; W vanishes for functions of L Lᵀ alone. So their derivatives need no inverse of
 * L, and exist where a component is known exactly.
 *
 * @throws ShapeError when A is no matrix.
 * @see golub2013, sections 5.2 and 6.5; walter2010 for derivatives
 */
export function triangularFactorOfRows(A: Tensor): Tensor {
  const [n, k] = sidesOf("triangularFactorOfRows", A);
  return apply(lowerFactor, [n < k ? pad(A, -2, 0, k - n) : A], undefined);
}
