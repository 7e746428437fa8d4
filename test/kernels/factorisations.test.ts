import { describe, expect, test } from "vitest";
import { multiply, transposed } from "../twin/dense.js";
import { type Draws, forSeeds } from "./draws.js";
import {
  casesWithTwin,
  epsilon,
  exactly,
  expectClose,
  failureOf,
  input,
  output,
  runOne,
} from "./harness.js";
import { anyPositive, lowerOnly, rounded, slice, stacked } from "./matrices.js";

const abs = (A: Float64Array) => A.map(Math.abs);
const sizes = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33];
const anySize = (draws: Draws) => sizes[draws.integer(0, sizes.length - 1)]!;

describe.each(casesWithTwin)("$name", ({ build, dtype }) => {
  const eps = epsilon[dtype];

  const factor = (draws: Draws, n: number, batch: number) => {
    const As = Array.from({ length: batch }, () => rounded(anyPositive(draws, n), dtype));
    const lower = As.map((A) => lowerOnly(A, n));
    const out = output(dtype, batch * n * n);
    const Ls = runOne(build, `cholesky_${dtype}`, out, input(dtype, stacked(lower)), batch, n);
    return { As, Ls };
  };

  // |A − LLᵀ| ≤ (n + 1) ε/2 |L||Lᵀ| by element (Higham 2002, theorem 10.3), in any order of sums
  const cholesky = (draws: Draws, n: number, batch: number) => {
    const { As, Ls } = factor(draws, n, batch);
    for (const [s, A] of As.entries()) {
      const L = slice(Ls, s, n * n);
      for (let i = 0; i < n; i++) {
        for (let j = i + 1; j < n; j++) expect(L[i * n + j]).toBe(0);
      }
      const Lt = transposed(L, n, n);
      const scale = multiply(abs(L), abs(Lt), n, n, n);
      expectClose(multiply(L, Lt, n, n, n), A, (_, i) => (n + 1) * eps * scale[i]!);
    }
  };

  test("cholesky", () => {
    forSeeds(60, (draws) => cholesky(draws, anySize(draws), draws.integer(0, 3)));
  });
  test.each([64, 100, 131])("cholesky, n = %i", (n) => {
    forSeeds(1, (draws) => cholesky(draws, n, 1));
  });

  // |b − Lx| ≤ n ε/2 |L||x| by element (Higham 2002, theorem 8.5), in any order of sums; + 1 for
  // the residual's own rounding
  const solve = (draws: Draws, n: number, m: number, transpose: boolean) => {
    const batch = draws.integer(1, 3);
    const [shareL, shareB] = [draws.chance(0.3), draws.chance(0.3)];
    const factors = factor(draws, n, shareL ? 1 : batch);
    const Ls = factors.As.map((_, s) => slice(factors.Ls, s, n * n));
    const Bs = draws.normals((shareB ? 1 : batch) * n * m, dtype);
    const strides = [shareL ? 0 : n * n, shareB ? 0 : n * m];
    const words = [batch, n, m, Number(transpose), ...strides];
    const L = input(dtype, stacked(Ls.map((l) => lowerOnly(l, n))));
    const out = output(dtype, batch * n * m);
    const Xs = runOne(build, `triangularSolve_${dtype}`, out, L, input(dtype, Bs), ...words);
    for (let s = 0; s < batch; s++) {
      const lower = Ls[shareL ? 0 : s]!;
      const opL = transpose ? transposed(lower, n, n) : lower;
      const X = slice(Xs, s, n * m);
      const scale = multiply(abs(opL), abs(X), n, n, m);
      const B = slice(Bs, shareB ? 0 : s, n * m);
      expectClose(multiply(opL, X, n, n, m), B, (_, i) => (n + 1) * eps * scale[i]!);
    }
  };

  test.each([false, true])("triangularSolve, transpose %s", (transpose) => {
    forSeeds(60, (draws) => {
      const m = draws.chance(0.3) ? 1 : draws.integer(0, 21);
      solve(draws, anySize(draws), m, transpose);
    });
    forSeeds(1, (draws) => {
      solve(draws, 100, 1, transpose);
      solve(draws, 131, 45, transpose);
    });
  });

  // ‖M A − I‖ ≤ c n ε κ by element (Higham 2002, 14.3.3): |M||L||Lᵀ| bounds what rounding moves; c
  // counts the two triangular solves and the factor
  const inverse = (draws: Draws, n: number, batch: number) => {
    const { As, Ls } = factor(draws, n, batch);
    const lower = Array.from({ length: batch }, (_, s) => lowerOnly(slice(Ls, s, n * n), n));
    const out = output(dtype, batch * n * n);
    const L = input(dtype, stacked(lower));
    const Ms = runOne(build, `choleskyInverse_${dtype}`, out, L, batch, n);
    for (const [s, A] of As.entries()) {
      const M = slice(Ms, s, n * n);
      expectClose(M, transposed(M, n, n), exactly);
      const factors = slice(Ls, s, n * n);
      const size = multiply(abs(factors), abs(transposed(factors, n, n)), n, n, n);
      const scale = multiply(abs(M), size, n, n, n);
      const whole = Math.max(0, ...scale);
      const identity = Float64Array.from({ length: n * n }, (_, at) => Number(at % (n + 1) === 0));
      expectClose(multiply(M, A, n, n, n), identity, () => 4 * (n + 1) * eps * whole);
    }
  };

  test("choleskyInverse", () => {
    forSeeds(60, (draws) => inverse(draws, anySize(draws), draws.integer(0, 3)));
    forSeeds(1, (draws) => {
      inverse(draws, 12, 7);
      inverse(draws, 40, 2);
      inverse(draws, 131, 1);
    });
  });

  test("a right-hand side of zeros", () => {
    const L = input(dtype, [2, NaN, 1, 3]);
    const out = output(dtype, 4);
    const words = [1, 2, 2, 0, 4, 4];
    const X = runOne(
      build,
      `triangularSolve_${dtype}`,
      out,
      L,
      input(dtype, [0, 0, 0, 0]),
      ...words,
    );
    expectClose(X, [0, 0, 0, 0], exactly);
  });

  // the failing pivot and its value: A = LDLᵀ with one negative pivot −0.5, exact in both dtypes
  test.each([0, 1, 5, 8, 17, 63])("cholesky says which pivot fails: %i", (pivot) => {
    const n = 70;
    const identity = Float64Array.from({ length: n * n }, (_, at) => Number(at % (n + 1) === 0));
    const bad = identity.slice();
    for (let i = 0; i < pivot; i++) bad[pivot * n + i] = 0.25;
    bad[pivot * n + pivot] = pivot / 16 - 0.5;
    const a = input(dtype, stacked([identity, bad, bad]));
    const words = [output(dtype, 3 * n * n), a, 3, n] as const;
    const failure = failureOf(build, `cholesky_${dtype}`, ...words);
    expect(failure).toEqual({ code: 1, batch: 1, index: pivot, value: -0.5 });
  });

  test("cholesky refuses NaN and a zero pivot", () => {
    const run = (a: number[]) =>
      failureOf(build, `cholesky_${dtype}`, output(dtype, 4), input(dtype, a), 1, 2);
    expect(run([1, 1, 1, 1])).toEqual({ code: 1, batch: 0, index: 1, value: 0 });
    expect(run([NaN, 0, 0, 1])).toEqual({ code: 1, batch: 0, index: 0, value: NaN });
  });

  test.each([0, 1, 6, 9])("triangularSolve says which pivot is zero: %i", (pivot) => {
    const n = 10;
    const L = (zero: number) =>
      Float64Array.from({ length: n * n }, (_, at) => {
        const [i, j] = [Math.floor(at / n), at % n];
        return i === j ? Number(i !== zero) : j < i ? 0.5 : 0;
      });
    for (const transpose of [0, 1]) {
      for (const m of [1, 7]) {
        const a = input(dtype, stacked([L(-1), L(pivot)]));
        const b = input(dtype, new Float64Array(2 * n * m).fill(1));
        const words = [2, n, m, transpose, n * n, n * m];
        const out = output(dtype, 2 * n * m);
        const failure = failureOf(build, `triangularSolve_${dtype}`, out, a, b, ...words);
        expect(failure).toEqual({ code: 3, batch: 1, index: pivot, value: 0 });
      }
    }
  });
});
