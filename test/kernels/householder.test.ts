import { describe, expect, test } from "vitest";
import { identity, multiply, transposed } from "../twin/dense.js";
import { type Draws, forSeeds } from "./draws.js";
import {
  bytesPer,
  casesWithTwin,
  epsilon,
  expectClose,
  input,
  output,
  runOne,
  scratch,
} from "./harness.js";
import { norm, rounded, slice, stacked } from "./matrices.js";

describe.each(casesWithTwin)("$name", ({ build, dtype }) => {
  const eps = epsilon[dtype];

  /** L and Q of a batch of matrices [n, k]. */
  const factors = (As: readonly Float64Array[], n: number, k: number) => {
    const count = As.length;
    const made = output(dtype, count * (n + 2) * k);
    const H = runOne(build, `reflections_${dtype}`, made, input(dtype, stacked(As)), count, n, k);
    const given = input(dtype, Float64Array.from(H));
    const lower = output(dtype, count * k * k);
    const Ls = runOne(build, `triangularFactor_${dtype}`, lower, given, count, n, k);
    const orthonormal = output(dtype, count * n * k);
    const Qs = runOne(build, `orthonormalFactor_${dtype}`, orthonormal, given, count, n, k);
    return As.map((_, s) => ({ L: slice(Ls, s, k * k), Q: slice(Qs, s, n * k) }));
  };

  // Column by column |A − Q Lᵀ| ≤ γ |a|, γ = c n k ε with a small constant c (Higham 2002, theorem 19.4),
  // and the same for QᵀQ − I; 4 n k ε is generous for c and small beside any mistake.
  const check = (As: readonly Float64Array[], n: number, k: number) => {
    for (const [s, { L, Q }] of factors(As, n, k).entries()) {
      const gamma = 4 * n * k * eps;
      const A = As[s]!;
      const column = (j: number) => norm(Array.from({ length: n }, (_, i) => A[i * k + j]!));
      expectClose(multiply(Q, transposed(L, k, k), n, k, k), A, (_, at) => gamma * column(at % k));
      expectClose(multiply(transposed(Q, n, k), Q, k, n, k), identity(k), () => gamma);
      for (let i = 0; i < k; i++) {
        expect(L[i * k + i]).toBeGreaterThanOrEqual(0);
        for (let j = i + 1; j < k; j++) expect(L[i * k + j]).toBe(0);
      }
    }
  };
  const draw = (draws: Draws, n: number, k: number, batch: number) =>
    Array.from({ length: batch }, () => rounded(draws.normals(n * k), dtype));

  test("rows of any kind", () => {
    forSeeds(60, (draws) => {
      const k = draws.integer(0, 9);
      const n = k + draws.integer(0, 9);
      check(draw(draws, n, k, draws.integer(0, 3)), n, k);
    });
    forSeeds(1, (draws) => check(draw(draws, 90, 41, 1), 90, 41));
  });

  test("columns that depend on others, columns and rows of zeros", () => {
    forSeeds(40, (draws) => {
      const k = draws.integer(2, 8);
      const n = k + draws.integer(0, 8);
      const [A] = draw(draws, n, k, 1) as [Float64Array];
      const [from, to] = [draws.integer(0, k - 1), draws.integer(0, k - 1)];
      const empty = draws.integer(0, n - 1);
      for (let i = 0; i < n; i++) A[i * k + to] = draws.chance(0.5) ? 0 : A[i * k + from]!;
      A.fill(0, empty * k, (empty + 1) * k);
      check([A], n, k);
    });
  });

  test("a column that depends on those before it has the pivot 0", () => {
    forSeeds(40, (draws) => {
      const [n, k] = [draws.integer(3, 12), 3];
      const [A] = draw(draws, n, k, 1) as [Float64Array];
      for (let i = 0; i < n; i++) A[i * k + 1] = 4 * A[i * k]!;
      const { L } = factors([A], n, k)[0]!;
      expect(L[4]).toBe(0);
      expect(L[0]).toBeGreaterThan(0);
    });
  });

  // Each column keeps its own precision: sizes differ by 10¹² and, in f32, its square would underflow.
  test("columns of different sizes", () => {
    forSeeds(20, (draws) => {
      const [n, k] = [6, 4];
      const [A] = draw(draws, n, k, 1) as [Float64Array];
      check(
        [
          rounded(
            A.map((x, at) => x * 1000 ** ((at % k) - 2)),
            dtype,
          ),
        ],
        n,
        k,
      );
    });
  });

  // f = Σ log L_ii over i < m is ½ log det A_mᵀA_m of the first m columns, so its cotangent is
  // A_m (A_mᵀA_m)⁻¹ there, and 0 in the others. Columns near 4 e_j: condition and sums stay below 100.
  test("the cotangent of log-determinants, with more or fewer columns that stay triangular", () => {
    forSeeds(40, (draws) => {
      const k = draws.integer(1, 9);
      const [n, m, batch] = [k + draws.integer(0, 6), draws.integer(1, k), draws.integer(1, 3)];
      const leading = draws.integer(m, k);
      const As = draw(draws, n, k, batch).map((A) =>
        rounded(
          A.map((x, at) => x / 4 + (at % (k + 1) === 0 ? 4 : 0)),
          dtype,
        ),
      );
      const H = output(dtype, batch * (n + 2) * k);
      const given = runOne(
        build,
        `reflections_${dtype}`,
        H,
        input(dtype, stacked(As)),
        batch,
        n,
        k,
      );
      const reflected = input(dtype, Float64Array.from(given));
      const Ls = factors(As, n, k).map(({ L }) => Float64Array.from(L));
      const bars = Ls.map((L) => L.map((x, at) => (at % (k + 1) === 0 && at < m * k ? 1 / x : 0)));
      const words = [reflected, input(dtype, stacked(Ls)), input(dtype, stacked(bars))];
      const room = scratch(leading * k * bytesPer[dtype]);
      const out = output(dtype, batch * n * k);
      const made = runOne(
        build,
        `factorCotangent_${dtype}`,
        out,
        ...words,
        batch,
        n,
        k,
        leading,
        room,
      );
      for (const [s, A] of As.entries()) {
        const bar = slice(made, s, n * k);
        const along = multiply(transposed(bar, n, k), A, k, n, k);
        for (let i = 0; i < k; i++) {
          for (let j = 0; j < n; j++)
            if (i >= m) expect(Math.abs(bar[j * k + i]!)).toBeLessThan(100 * n * eps);
          for (let j = 0; j < m; j++) {
            expect(Math.abs(along[i * k + j]! - Number(i === j))).toBeLessThan(100 * n * eps);
          }
        }
      }
    });
  });
});
