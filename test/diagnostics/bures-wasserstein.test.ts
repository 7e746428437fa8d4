import { describe, expect, test } from "vitest";
import { buresWasserstein, eigenvaluesOf, positivePart } from "../../src/diagnostics/index.js";
import {
  cast,
  diagonalMatrix,
  eye,
  matmul,
  mul,
  type Tensor,
  tensor,
} from "../../src/engine/index.js";
import { key, normal } from "../../src/random/index.js";
import { expectClose } from "../support/close.js";

/** Q diag(w) Qᵀ with one orthogonal Q. */
const [reflected] = [normal(key(1), [4])];
const v = reflected.toArray() as number[];
const size = v.reduce((sum, x) => sum + x * x, 0);
const Q = tensor(v.map((a, i) => v.map((b, j) => Number(i === j) - (2 * a * b) / size)));
const withEigenvalues = (w: readonly number[]): Tensor =>
  matmul(matmul(Q, diagonalMatrix(tensor(w))), Q, { transposeB: true });

const a = [3, 1.2, 0.04, 0];
const b = [0.5, 1.2, 0, 0.3];
const commuting = Math.sqrt(
  a.reduce((sum, x, i) => sum + (Math.sqrt(x) - Math.sqrt(b[i]!)) ** 2, 0),
);

describe("of matrices that commute it is the distance of the roots of the eigenvalues", () => {
  test("diagonal", () => {
    const [A, B] = [diagonalMatrix(tensor(a)), diagonalMatrix(tensor(b))];
    expect(buresWasserstein(A, B)).toBeCloseTo(commuting, 13);
  });

  test("with common eigenvectors, two of the eigenvalues 0", () => {
    // A zero eigenvalue is 1e-16 to rounding: its root, 1e-8, does not count.
    expect(buresWasserstein(withEigenvalues(a), withEigenvalues(b))).toBeCloseTo(commuting, 13);
  });
});

test("the distance of a matrix to itself is 0, singular or not", () => {
  // D² is a difference of traces, exact to 1e-15 of them.
  for (const A of [withEigenvalues(a), withEigenvalues([1, 0, 0, 0]), mul(0, eye(4))]) {
    expect(buresWasserstein(A, A) ** 2).toBeLessThan(2e-15);
  }
});

test("it is that of the normal distributions: symmetric, and of the length of the optimal map", () => {
  const roots = [normal(key(2), [4, 4]), normal(key(3), [4, 4])] as const;
  const [A, B] = roots.map((F) => matmul(F, F, { transposeB: true })) as [Tensor, Tensor];
  expect(buresWasserstein(A, B)).toBeCloseTo(buresWasserstein(B, A), 12);
  // B = T A T with T symmetric positive: the optimal map of N(0, A) to N(0, B) is T, at the cost tr (I − T) A (I − T).
  const T = withEigenvalues([0.5, 1.5, 2, 0.1]);
  const moved = matmul(matmul(T, A), T);
  const rest = (eye(4).toArray() as number[][]).map((row, i) =>
    row.map((x, j) => x - (T.toArray() as number[][])[i]![j]!),
  );
  const cost = matmul(matmul(tensor(rest), A), tensor(rest)).toArray() as number[][];
  const trace = cost.reduce((sum, row, i) => sum + row[i]!, 0);
  expect(buresWasserstein(A, moved)).toBeCloseTo(Math.sqrt(trace), 12);
  // Roots of small eigenvalues that are known to 1e-7 of the largest one.
  expect(buresWasserstein(cast(A, "f32"), cast(moved, "f32"))).toBeCloseTo(Math.sqrt(trace), 4);
});

test("negative eigenvalues are refused; the positive part is the nearest matrix without", () => {
  const A = withEigenvalues([2, 1, -0.5, 0]);
  expect(() => buresWasserstein(A, eye(4))).toThrow(
    /first matrix has the eigenvalue -0\.\d+; need none below 0\. positivePart/,
  );
  expect(() => buresWasserstein(eye(4), eye(3))).toThrow(/\[4,4\] and \[3,3\]; need two of one/);
  expectClose(positivePart(A), withEigenvalues([2, 1, 0, 0]), 1e-14);
  expectClose(eigenvaluesOf(A), [2, 1, 0, -0.5], 1e-14);
  expect(buresWasserstein(positivePart(A), withEigenvalues([2, 1, 0, 0])) ** 2).toBeLessThan(1e-14);
});
