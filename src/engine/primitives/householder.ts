/** Triangular factors of sums of outer products, without forming the sum. */
import { bytesPer } from "../dtype.js";
import { ShapeError } from "../errors.js";
import { recordNode, trackedBits } from "../graph.js";
import { applyConstant, type ConstantPrimitive, checkTensor } from "../primitive.js";
import { emit } from "../program.js";
import { checkWhole, sizeOf } from "../shape.js";
import { type Tensor, tensor } from "../tensor.js";
import { triangularSolve } from "./cholesky.js";
import { add, equal, mul, sub } from "./elementwise.js";
import { matmul, scratch } from "./matmul.js";
import { diagonal, diagonalMatrix, expandDims, pad, transpose } from "./movement.js";

function sidesOf(name: string, A: Tensor): readonly [n: number, k: number] {
  checkTensor(name, A);
  const [n, k] = A.shape.slice(-2);
  if (n === undefined || k === undefined || A.dtype === "i32") {
    throw new ShapeError(`${name}: got ${A}; need f64 or f32 matrices [..., n, k], a row each.`);
  }
  return [n, k];
}

/** What the kernels need of A [..., n, k] to give L and Q: [..., n + 2, k]. */
const reflect: ConstantPrimitive<undefined> = {
  name: "reflections",
  infer: ([A]) => ({ shape: A!.shape.with(-2, A!.shape.at(-2)! + 2), dtype: A!.dtype }),
  emit: ({ inputs: [A], out }, describe) => {
    const [n, k] = A!.shape.slice(-2) as [number, number];
    emit("reflections", out.dtype, [out.block, A!.block, batchOf(A!), n, k], describe);
  },
};

const lower: ConstantPrimitive<undefined> = {
  name: "triangularFactor",
  infer: ([H]) => ({ shape: H!.shape.with(-2, H!.shape.at(-1)!), dtype: H!.dtype }),
  emit: ({ inputs: [H], out }, describe) => {
    const [rows, k] = H!.shape.slice(-2) as [number, number];
    emit("triangularFactor", out.dtype, [out.block, H!.block, batchOf(H!), rows - 2, k], describe);
  },
};

const orthonormal: ConstantPrimitive<undefined> = {
  name: "orthonormalFactor",
  infer: ([H]) => ({ shape: H!.shape.with(-2, H!.shape.at(-2)! - 2), dtype: H!.dtype }),
  emit: ({ inputs: [H], out }, describe) => {
    const [n, k] = out.shape.slice(-2) as [number, number];
    emit("orthonormalFactor", out.dtype, [out.block, H!.block, batchOf(H!), n, k], describe);
  },
};

const cotangent: ConstantPrimitive<number> = {
  name: "factorCotangent",
  infer: ([H]) => ({ shape: H!.shape.with(-2, H!.shape.at(-2)! - 2), dtype: H!.dtype }),
  emit: ({ inputs: [H, L, bar], out, params: leading }, describe) => {
    const [n, k] = out.shape.slice(-2) as [number, number];
    const room = scratch(leading * k * bytesPer[out.dtype]);
    const words = [batchOf(H!), n, k, leading, room];
    emit(
      "factorCotangent",
      out.dtype,
      [out.block, H!.block, L!.block, bar!.block, ...words],
      describe,
    );
  },
};

const batchOf = (A: Tensor): number => sizeOf(A.shape.slice(0, -2));

/** L with 1 in the place of each zero pivot, which can be solved with. */
const solvable = (L: Tensor): Tensor => add(L, diagonalMatrix(equal(diagonal(L), 0)));

/** X L⁻¹, with `solvable` L. */
const timesInverse = (X: Tensor, L: Tensor): Tensor =>
  transpose(triangularSolve(L, transpose(X), { transpose: true }));

/** X L⁻ᵀ, with `solvable` L. */
const timesInverseTransposed = (X: Tensor, L: Tensor): Tensor =>
  transpose(triangularSolve(L, transpose(X)));

/**
 * The part below the diagonal of X, [..., k, k], in the first `leading` columns, without those of zero
 * pivots.
 */
function belowPivots(X: Tensor, { L, leading }: Factors): Tensor {
  const k = X.shape.at(-1)!;
  const counts = (at: number) => at % k < Math.min(leading, Math.floor(at / k));
  const below = Float64Array.from({ length: k * k }, (_, at) => Number(counts(at)));
  const pivots = sub(1, equal(diagonal(L), 0)); // [..., k]
  return mul(X, mul(tensor(below, { shape: [k, k], dtype: X.dtype }), expandDims(pivots, -2)));
}

const skew = (X: Tensor): Tensor => sub(X, transpose(X));

/** B − Ω Lᵀ of the derivatives below, from B = QᵀȦ. */
function turned(B: Tensor, by: Factors): Tensor {
  return by.leading === 0 ? B : sub(B, matmul(turning(B, by), by.L, { transposeB: true }));
}

/** Ω of the derivatives below. */
const turning = (B: Tensor, by: Factors): Tensor =>
  skew(belowPivots(timesInverseTransposed(B, solvable(by.L)), by));

/** The cotangent of B from that of Ω. */
const turningAdjoint = (forOmega: Tensor, by: Factors): Tensor =>
  timesInverse(belowPivots(skew(forOmega), by), solvable(by.L));

/** The factors of A = Q Lᵀ, n ≥ k. */
interface Factors {
  readonly A: Tensor;
  /** The reflections. */
  readonly H: Tensor;
  readonly L: Tensor;
  /** The number of columns in which derivatives keep L triangular. */
  readonly leading: number;
}

function factorsOf(A: Tensor, leading: number): Factors {
  const H = applyConstant(reflect, [A], undefined);
  const L = applyConstant(lower, [H], undefined);
  const by = { A, H, L, leading };
  recordNode([A], [L], {
    vjp: ([g]) => [
      trackedBits([A, g!]) === 0
        ? applyConstant(cotangent, [H, L, g!], Math.min(leading, L.shape.at(-1)!))
        : cotangentOf(g!, by),
    ],
    jvp: ([t]) => [[transpose(turned(matmul(orthonormalOf(by), t!, { transposeA: true }), by))]],
  });
  return by;
}

/** The cotangent of A from that of L, of operations: for derivatives of it. */
function cotangentOf(g: Tensor, by: Factors): Tensor {
  const { L, leading } = by;
  const bar = transpose(g);
  if (leading === 0) return matmul(orthonormalOf(by), bar);
  const N = matmul(g, L, { transposeA: true }); // −Ω̄
  return matmul(orthonormalOf(by), sub(bar, turningAdjoint(N, by)));
}

function orthonormalOf(by: Factors): Tensor {
  const { A, H, L } = by;
  const Q = applyConstant(orthonormal, [H], undefined);
  recordNode([A], [Q], {
    vjp: ([g]) => {
      const Y = timesInverse(g!, solvable(L));
      const along = matmul(Q, Y, { transposeA: true });
      const omega = turningAdjoint(matmul(Q, g!, { transposeA: true }), by);
      return [add(Y, matmul(Q, sub(omega, along)))];
    },
    jvp: ([t]) => {
      const B = matmul(Q, t!, { transposeA: true });
      const outside = timesInverseTransposed(sub(t!, matmul(Q, B)), solvable(L));
      return [[outside, matmul(Q, turning(B, by))]];
    },
  });
  return Q;
}

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
 * before it, to rounding (n ε of its length), has the pivot 0.
 *
 * Ω keeps L triangular. W vanishes for functions of L Lᵀ alone, of which no part needs that: where the rest
 * of a computation depends on the first `leading` columns of L, and on the others only through products of
 * them with themselves, Ω may be 0 in these others. That saves time; it needs no inverse of L, so such
 * derivatives exist where L is singular.
 *
 * @throws ShapeError when A is no matrix, or `leading` no whole number.
 * @see golub2013, sections 5.2 and 6.5; walter2010 for derivatives
 */
export function triangularFactorOfRows(A: Tensor, leading?: number): Tensor {
  const [n, k] = sidesOf("triangularFactorOfRows", A);
  if (leading !== undefined) checkWhole("triangularFactorOfRows", "leading", leading, 0);
  return factorsOf(n < k ? pad(A, -2, 0, k - n) : A, leading ?? k).L;
}

/**
 * Computes Θ [..., n, n], orthogonal, whose first k columns are Q of A = Q Lᵀ, for rows A [..., n, k] and the
 * factor L that `triangularFactorOfRows` gives. The other columns are orthogonal to all of A.
 *
 * @throws ShapeError when A is no matrix, or has more columns than rows.
 */
export function orthogonalFactorOfRows(A: Tensor): Tensor {
  const [n, k] = sidesOf("orthogonalFactorOfRows", A);
  if (n < k) {
    throw new ShapeError(
      `orthogonalFactorOfRows: got ${A}; need at least as many rows as columns. Append rows of zeros.`,
    );
  }
  return orthonormalOf(factorsOf(n === k ? A : pad(A, -1, 0, n - k), n));
}
