/** Eigenvalues and functions of symmetric matrices, and the matrix exponential. */
import { bytesPer, epsilon, type FloatType } from "../dtype.js";
import { ShapeError } from "../errors.js";
import { recordNode } from "../graph.js";
import { apply, applyConstant, type ConstantPrimitive, type Primitive } from "../primitive.js";
import { emit } from "../program.js";
import { sameShape, sizeOf } from "../shape.js";
import type { Rules, Tensor } from "../tensor.js";
import { stopGradient } from "./broadcast.js";
import { squareSide, symmetrise } from "./cholesky.js";
import { abs, add, div, lessEqual, mul, neg, sqrt, sub, where } from "./elementwise.js";
import { matmul, scratch } from "./matmul.js";
import {
  concat,
  diagonal,
  diagonalMatrix,
  expandDims,
  index,
  slice,
  transpose,
} from "./movement.js";
import { max } from "./reduce.js";

/** Emits a kernel on square matrices with `elements` of scratch. */
function emitSquare(
  kernel: string,
  inputs: readonly Tensor[],
  out: Tensor,
  elements: (n: number) => number,
  describe: () => string,
): void {
  const n = inputs[0]!.shape.at(-1)!;
  const batch = sizeOf(inputs[0]!.shape.slice(0, -2));
  const space = scratch(elements(n) * bytesPer[out.dtype]);
  const blocks = inputs.map((x) => x.block);
  emit(kernel, out.dtype, [out.block, ...blocks, batch, n, space], describe);
}

/** V (F ∘ (Vᵀ X V)) Vᵀ-style products in the basis of the eigenvectors. */
const toEigenbasis = (V: Tensor, X: Tensor): Tensor =>
  matmul(V, matmul(X, V), { transposeA: true });
const fromEigenbasis = (V: Tensor, X: Tensor): Tensor =>
  matmul(V, matmul(X, V, { transposeB: true }));

/** Fᵢⱼ = 1/(λⱼ − λᵢ), and 0 where the two are equal to rounding. */
function inverseGaps(w: Tensor): Tensor {
  const gaps = sub(expandDims(w, -2), expandDims(w, -1)); // [..., n, n]
  const n = w.shape.at(-1)!;
  if (n === 0) return gaps;
  const scale = stopGradient(max(abs(w), -1, { keepDims: true }));
  const negligible = mul(expandDims(scale, -1), n * epsilon[w.dtype as FloatType]);
  const equalPair = lessEqual(abs(gaps), negligible);
  return where(equalPair, 0, div(1, where(equalPair, 1, gaps)));
}

const unpack = (out: Tensor) => ({
  values: index(out, -2, 0),
  vectors: slice(out, -2, 1, out.shape.at(-2)!),
});

const eigen: Primitive<undefined> = {
  name: "eigh",
  infer: ([A]) => {
    const n = squareSide("eigh", A!);
    return { shape: A!.shape.with(-2, n + 1), dtype: A!.dtype };
  },
  emit: ({ inputs, out }, describe) =>
    emitSquare("eigh", inputs, out, (n) => n * n + 4 * n, describe),
  vjp: (_, g, { out }) => {
    const { values: w, vectors: V } = unpack(out);
    const { values: wBar, vectors: VBar } = unpack(g);
    const mixing = mul(inverseGaps(w), matmul(V, VBar, { transposeA: true }));
    return symmetrise(fromEigenbasis(V, add(diagonalMatrix(wBar), mixing)));
  },
  jvp: (_, t, { out }) => {
    const { values: w, vectors: V } = unpack(out);
    const M = toEigenbasis(V, symmetrise(t));
    const wDot = diagonal(M);
    return concat([expandDims(wDot, -2), matmul(V, mul(inverseGaps(w), M))], -2);
  },
};

export interface Eigen {
  /** Ascending, [..., n]. */
  readonly values: Tensor;
  /** Eigenvectors as columns, [..., n, n]. */
  readonly vectors: Tensor;
}

/**
 * Computes the eigen-decomposition of symmetric matrices, A = V diag(w) Vᵀ, [..., n, n].
 *
 *     ẇ = diag(Vᵀ Ȧ V),  V̇ = V (F ∘ Vᵀ Ȧ V),  Fᵢⱼ = 1/(wⱼ − wᵢ)
 *
 * Derivatives of eigenvalues always exist. Eigenvectors of a repeated eigenvalue are not functions of A;
 * F is 0 there. For functions of a matrix use `sqrtm`, `inverseSqrtm`, `expm`, whose derivatives
 * never divide by a gap.
 */
export const eigh = (A: Tensor): Eigen => unpack(apply(eigen, [A], undefined));

const squareRoot: Primitive<undefined> = {
  name: "sqrtm",
  infer: ([A]) => {
    squareSide("sqrtm", A!);
    return A!;
  },
  emit: ({ inputs, out }, describe) =>
    emitSquare("sqrtm", inputs, out, (n) => 2 * n * n + 6 * n, describe),
  vjp: (_, g, { out: S }) => lyapunov(S, symmetrise(g)),
  jvp: (_, t, { out: S }) => lyapunov(S, symmetrise(t)),
};

/**
 * Computes the symmetric square root of symmetric positive definite matrices, S S = A, [..., n, n].
 *
 *     S Ṡ + Ṡ S = Ȧ, so the derivative is a Lyapunov solve: safe at repeated eigenvalues.
 * @throws NumericError when an eigenvalue is negative (the derivative also when one is zero).
 */
export const sqrtm = (A: Tensor): Tensor => apply(squareRoot, [A], undefined);

/**
 * Computes T = A^{−1/2} of symmetric positive definite matrices, [..., n, n], by the eigenvectors of A.
 *
 *     T T A = I:  T Ṫ + Ṫ T = −T²Ȧ T², a Lyapunov equation in the same eigenvectors
 *
 * The derivative exists at repeated eigenvalues, and needs products but no further decomposition.
 * @throws NumericError when an eigenvalue is not positive.
 */
export function inverseSqrtm(A: Tensor): Tensor {
  const { values: w, vectors: V } = eigh(stopGradient(A));
  const roots = div(1, sqrt(w)); // of T
  const Y = mul(V, expandDims(sqrt(roots), -2));
  const T = matmul(Y, Y, { transposeB: true });
  const along = (E: Tensor): Tensor => {
    const X = lyapunovIn({ values: roots, vectors: V }, T, symmetrise(E));
    const M = matmul(T, T);
    return neg(matmul(matmul(M, X), M));
  };
  recordNode([A], [T], { vjp: ([g]) => [along(g!)], jvp: ([t]) => [[along(t!)]] });
  return T;
}

/** Rules of X with S X + X S = E: S̄ = −sym(Z Xᵀ + Xᵀ Z), Ē = Z, where S Z + Z S = X̄. */
const lyapunovRules = (X: Tensor, solve: (E: Tensor) => Tensor): Rules => ({
  vjp: ([g], [forS]) => {
    const Z = solve(g!);
    const both = () => add(matmul(Z, X, { transposeB: true }), matmul(X, Z, { transposeA: true }));
    return [forS ? neg(symmetrise(both())) : null, Z];
  },
  jvp: ([s, e]) => {
    const dS = s && symmetrise(s);
    return [[dS && solve(neg(add(matmul(dS, X), matmul(X, dS)))), e && solve(e)]];
  },
});

const lyapunovSolve: ConstantPrimitive<undefined> = {
  name: "lyapunov",
  infer: ([S, E]) => {
    squareSide("lyapunov", S!);
    if (!sameShape(S!.shape, E!.shape) || S!.dtype !== E!.dtype) {
      throw new ShapeError(`lyapunov: S is ${S}, E is ${E}; need the same shape and dtype.`);
    }
    return E!;
  },
  emit: ({ inputs, out }, describe) =>
    emitSquare("lyapunov", inputs, out, (n) => 4 * n * n + 6 * n, describe),
};

/**
 * Solves the Lyapunov equation S X + X S = E for X, with S symmetric positive definite, [..., n, n].
 * @throws ShapeError when S and E differ.
 */
export function lyapunov(S: Tensor, E: Tensor): Tensor {
  const X = applyConstant(lyapunovSolve, [S, E], undefined);
  recordNode(
    [S, E],
    [X],
    lyapunovRules(X, (other) => lyapunov(S, other)),
  );
  return X;
}

/** The same where S = V diag(w) Vᵀ is known: X = V ((VᵀE V)ᵢⱼ / (wᵢ + wⱼ)) Vᵀ. */
function lyapunovIn(eig: Eigen, S: Tensor, E: Tensor): Tensor {
  const { values: w, vectors: V } = eig;
  const sums = add(expandDims(w, -1), expandDims(w, -2));
  const X = fromEigenbasis(V, div(toEigenbasis(V, stopGradient(E)), sums));
  recordNode(
    [S, E],
    [X],
    lyapunovRules(X, (other) => lyapunovIn(eig, S, other)),
  );
  return X;
}

/** The Fréchet derivative of expm at A along E: the corner of exp [A E; 0 A]. */
function expmAlong(A: Tensor, E: Tensor): Tensor {
  const n = A.shape.at(-1)!;
  const top = concat([A, E], -1);
  const bottom = concat([mul(A, 0), A], -1);
  const corner = expm(concat([top, bottom], -2));
  return slice(slice(corner, -2, 0, n), -1, n, 2 * n);
}

const exponential: Primitive<undefined> = {
  name: "expm",
  infer: ([A]) => {
    squareSide("expm", A!);
    return A!;
  },
  emit: ({ inputs, out }, describe) =>
    emitSquare("expm", inputs, out, (n) => 8 * n * n + 2 * n, describe),
  vjp: (_, g, { inputs: [A] }) => expmAlong(transpose(A!), g),
  jvp: (_, t, { inputs: [A] }) => expmAlong(A!, t),
};

/**
 * Computes the matrix exponential, [..., n, n], by scaling and squaring.
 *
 *     exp [A E; 0 A] = [exp A, L(A, E); 0, exp A],  Ȧ ↦ L(A, Ȧ),  ḡ ↦ L(Aᵀ, ḡ)
 *
 * @see higham2005; almohy2009 for the derivative
 */
export const expm = (A: Tensor): Tensor => apply(exponential, [A], undefined);
