/** Triangular factors by reflections: exact where a Cholesky factor of the products is not. */
import { describe, expect, test } from "vitest";
import {
  cholesky,
  grad,
  index,
  matmul,
  mul,
  NumericError,
  sum,
  type Tensor,
  tensor,
  triangularFactorOfRows,
} from "../../src/engine/index.js";
import { withoutVector } from "../../src/filters/index.js";
import { key, normal } from "../../src/random/index.js";
import { expectClose } from "../support/close.js";
import { slopeOf } from "../support/differences.js";

const gram = (A: Tensor): Tensor => matmul(A, A, { transposeA: true });

describe("the factor of rows", () => {
  test.each([
    ["more rows than columns", [7, 4]],
    ["as many", [4, 4]],
    ["one column", [3, 1]],
    ["batches", [2, 3, 6, 3]],
  ] as [string, number[]][])("%s: Cholesky's factor of the products", (_, shape) => {
    const A = normal(key(1), shape);
    // Rounding, of products with a condition of some hundreds.
    expectClose(triangularFactorOfRows(A), cholesky(gram(A)), 1e-12);
  });

  test("fewer rows than columns: a singular factor with the same products", () => {
    const A = normal(key(2), [2, 4]);
    const L = triangularFactorOfRows(A);
    expect(L.shape).toEqual([4, 4]);
    expectClose(matmul(L, L, { transposeB: true }), gram(A), 1e-14);
  });

  test("it keeps what the products have lost", () => {
    // Läuchli's rows: the products differ from a matrix of ones by ε² = 10⁻¹⁸, less than rounding.
    const e = 1e-9;
    const A = tensor([
      [1, 1],
      [e, 0],
      [0, e],
    ]);
    expect(() => cholesky(gram(A))).toThrow(NumericError);
    const L = triangularFactorOfRows(A).toArray() as number[][];
    // L₂₂ = ε √(2 + ε²)/√(1 + ε²); a rounding of 1 is 2·10⁻¹⁶, 10⁻⁷ of ε.
    expect(Math.abs(L[1]![1]! / (e * Math.SQRT2) - 1)).toBeLessThan(1e-6);
  });

  test.each([
    ["zeros", [0, 0, 0]],
    ["a multiple of the one before", [3, 9, 3]],
    ["rounding beside the one before", [1 + 2e-16, 3, 1]],
  ] as [string, number[]][])(
    "with a column of %s: functions of L Lᵀ keep their derivatives",
    (_, b) => {
      const A = tensor([
        [1, b[0]!, 2],
        [3, b[1]!, 1],
        [1, b[2]!, 1],
      ]);
      const weights = normal(key(6), [3, 3]);
      const of = (X: Tensor) => sum(mul(weights, X));
      const throughL = (X: Tensor) => {
        const L = triangularFactorOfRows(X);
        return of(matmul(L, L, { transposeB: true }));
      };
      expect((triangularFactorOfRows(A).toArray() as number[][])[1]![1]).toBe(0);
      expectClose(throughL(A), of(gram(A)), 1e-13);
      expectClose(grad(throughL)(A), grad((X: Tensor) => of(gram(X)))(A), 1e-13);
    },
  );

  test("derivatives of first and second order are those of Cholesky", () => {
    const A = normal(key(3), [5, 3]);
    const weights = normal(key(4), [3, 3]);
    const by = (factor: (X: Tensor) => Tensor) => (X: Tensor) => sum(mul(weights, factor(X)));
    const [ours, theirs] = [by(triangularFactorOfRows), by((X) => cholesky(gram(X)))];
    expectClose(grad(ours)(A), grad(theirs)(A), 1e-12);
    const norm = (f: (X: Tensor) => Tensor) => (X: Tensor) => {
      const g = grad(f)(X);
      return sum(mul(g, g));
    };
    expectClose(grad(norm(ours))(A), grad(norm(theirs))(A), 1e-10);
  });
});

describe("without a vector", () => {
  const A = normal(key(5), [6, 3]);
  const z = mul(0.5, index(A, 0, 0));

  test("L⁺ L⁺ᵀ = L Lᵀ − z zᵀ", () => {
    const L = withoutVector(triangularFactorOfRows(A), z);
    const scaled = mul(A, tensor([[Math.sqrt(0.75)], [1], [1], [1], [1], [1]]));
    expectClose(L, triangularFactorOfRows(scaled), 1e-14);
  });

  test("its derivative equals differences", () => {
    const f = (s: Tensor) => sum(withoutVector(triangularFactorOfRows(A), mul(s, z)));
    const slope = slopeOf((s) => f(tensor(s)).item(), 0.8, 1e-3);
    expect(Math.abs(grad(f)(tensor(0.8)).item() - slope)).toBeLessThan(1e-9);
  });

  test("more than there is cannot be taken away", () => {
    expect(() => withoutVector(triangularFactorOfRows(A), mul(10, z))).toThrow(NumericError);
  });
});
