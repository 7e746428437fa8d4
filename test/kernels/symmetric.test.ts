import { describe, expect, test } from "vitest";
import { identity, type Matrix, build as matrix, multiply, transposed } from "../twin/dense.js";
import { eigen } from "../twin/symmetric.js";
import { type Draws, forSeeds } from "./draws.js";
import {
  bytesPer,
  casesWithTwin,
  epsilon,
  expectClose,
  failureOf,
  input,
  output,
  runOne,
  scratch,
} from "./harness.js";
import {
  anyPositive,
  anySymmetric,
  difference,
  lowerOnly,
  norm,
  rounded,
  slice,
  stacked,
} from "./matrices.js";

/** Backward errors of these methods are p(n) ε with a modest p; n + 4 with this factor bounds it. */
const factor = 4;

/** One matrix of each kind that has made eigensolvers fail. */
function kinds(draws: Draws, n: number): Record<string, Matrix> {
  const v = draws.normals(n);
  return {
    random: anySymmetric(draws, n),
    positive: anyPositive(draws, n),
    zero: new Float64Array(n * n),
    identity: identity(n),
    "rank one": matrix(n, n, (i, j) => v[i]! * v[j]!),
    diagonal: matrix(n, n, (i, j) => (i === j ? v[i]! : 0)),
    repeated: matrix(n, n, (i, j) => (i === j ? 2 : 0) + (n - 1 - i === j ? 1 : 0)),
    tridiagonal: matrix(n, n, (i, j) => (i === j ? 2 : Math.abs(i - j) === 1 ? -1 : 0)),
    graded: matrix(n, n, (i, j) => 10 ** (-(i + j) / 2)),
    "nearly equal": identity(n).map((x, at) => x + 1e-9 * (v[at % n]! * v[Math.floor(at / n)]!)),
    large: anySymmetric(draws, n).map((x) => 1e15 * x),
    small: anySymmetric(draws, n).map((x) => 1e-15 * x),
  };
}

describe.each(casesWithTwin)("$name", ({ build, dtype }) => {
  const eps = epsilon[dtype];
  const slack = (n: number) => factor * (n + 4) * eps;
  const space = (elements: number) => scratch(elements * bytesPer[dtype]);

  const eigh = (As: readonly Matrix[], n: number) => {
    const lower = stacked(As.map((A) => lowerOnly(A, n)));
    const out = output(dtype, As.length * (n + 1) * n);
    const words = [As.length, n, space(n * n + 4 * n)];
    return runOne(build, `eigh_${dtype}`, out, input(dtype, lower), ...words);
  };

  const checkEigen = (A: Matrix, out: Matrix, n: number, label: string) => {
    const [values, V] = [out.slice(0, n), out.slice(n)];
    const bound = slack(n) * norm(A);
    const AV = multiply(A, V, n, n, n);
    const VD = V.map((v, at) => v * values[at % n]!);
    expect(norm(difference(AV, VD)), `${label}: ‖AV − VΛ‖`).toBeLessThanOrEqual(bound);
    const VtV = multiply(transposed(V, n, n), V, n, n, n);
    const orthogonality = norm(difference(VtV, identity(n)));
    expect(orthogonality, `${label}: ‖VᵀV − I‖`).toBeLessThanOrEqual(slack(n) * Math.sqrt(n));
    // Weyl: an eigenvalue is off by at most the backward error; the twin's likewise
    expectClose(values, eigen(A, n)!.values, () => 2 * bound);
    for (let j = 0; j < n; j++) {
      if (j > 0) expect(values[j]!).toBeGreaterThanOrEqual(values[j - 1]!);
      const column = Array.from({ length: n }, (_, i) => V[i * n + j]!);
      const largest = Math.max(...column.map(Math.abs));
      // components equal but for rounding may take turns at being the largest
      expect(Math.max(...column), `${label}: sign`).toBeGreaterThanOrEqual(largest * (1 - 8 * eps));
    }
  };

  test.each([1, 2, 3, 4, 5, 8, 13, 24])("eigh, n = %i", (n) => {
    forSeeds(2, (draws) => {
      const matrices = Object.entries(kinds(draws, n));
      const As = matrices.map(([, A]) => rounded(A, dtype));
      const out = eigh(As, n);
      for (const [s, [kind]] of matrices.entries()) {
        checkEigen(As[s]!, slice(out, s, (n + 1) * n), n, kind);
      }
    });
  });

  test.each([
    [60, 6],
    [100, 10],
  ])("eigh of most eigenvalues 0: n = %i, rank %i", (n, rank) => {
    forSeeds(2, (draws) => {
      const factor = draws.normals(n * rank);
      const A = rounded(multiply(factor, transposed(factor, n, rank), n, rank, n), dtype);
      checkEigen(A, Float64Array.from(eigh([A], n)), n, `rank ${rank}`);
    });
  });

  test.each([
    [60, 3],
    [120, 20],
  ])("eigh of a diagonal of zeros and most eigenvalues 0: n = %i, rank %i", (n, rank) => {
    forSeeds(2, (draws) => {
      // [0 M; Mᵀ 0], whose eigenvalues are the singular values of M, and their negatives.
      const half = n / 2;
      const [left, right] = [draws.normals(half * rank), draws.normals(half * rank)];
      const M = multiply(left, transposed(right, half, rank), half, rank, half);
      const at = (i: number, j: number) => M[i * half + j]!;
      const block = (i: number, j: number) =>
        i < half === j < half ? 0 : i < half ? at(i, j - half) : at(j, i - half);
      const A = rounded(matrix(n, n, block), dtype);
      checkEigen(A, Float64Array.from(eigh([A], n)), n, `rank ${rank}`);
    });
  });

  test("eigh, n = 60", () => {
    forSeeds(1, (draws) => {
      for (const kind of ["random", "identity", "rank one", "tridiagonal"]) {
        const A = rounded(kinds(draws, 60)[kind]!, dtype);
        checkEigen(A, Float64Array.from(eigh([A], 60)), 60, kind);
      }
    });
  });

  test("eigh of the second difference matrix: 2 − 2 cos(kπ/(n+1))", () => {
    const n = 20;
    const A = matrix(n, n, (i, j) => (i === j ? 2 : Math.abs(i - j) === 1 ? -1 : 0));
    const exact = Array.from({ length: n }, (_, k) => 2 - 2 * Math.cos(((k + 1) * Math.PI) / 21));
    expectClose(eigh([A], n).slice(0, n), exact, () => slack(n) * 4);
  });

  test("nothing to do", () => {
    expect(eigh([], 3)).toHaveLength(0);
    expect(eigh([new Float64Array(0)], 0)).toHaveLength(0);
  });

  test("eigh says when it cannot converge", () => {
    const A = new Float64Array(18).fill(1);
    A[9] = NaN;
    const words = [input(dtype, A), 2, 3, space(21)] as const;
    const failure = failureOf(build, `eigh_${dtype}`, output(dtype, 24), ...words);
    expect([failure.code, failure.batch]).toEqual([4, 1]);
  });

  const sqrtm = (As: readonly Matrix[], n: number) =>
    runOne(
      build,
      `sqrtm_${dtype}`,
      output(dtype, As.length * n * n),
      input(dtype, stacked(As.map((A) => lowerOnly(A, n)))),
      ...[As.length, n, space(2 * n * n + 6 * n)],
    );

  // ‖S²−A‖ and ‖S−Sᵀ‖: eigenvalues and products each err by about n ε, relative to ‖A‖
  test.each([1, 2, 3, 5, 8, 17, 40])("sqrtm, n = %i", (n) => {
    forSeeds(2, (draws) => {
      const positive = anyPositive(draws, n);
      const v = draws.normals(n);
      const rank = matrix(n, n, (i, j) => v[i]! * v[j]!);
      const As = [positive, identity(n), rank, new Float64Array(n * n)].map((A) =>
        rounded(A, dtype),
      );
      const out = sqrtm(As, n);
      for (const [s, A] of As.entries()) {
        const S = slice(out, s, n * n);
        // roots of eigenvalues that are zero but for rounding: each off by √(n ε ‖A‖), so S² by n ε ‖A‖
        const bound = 2 * slack(n) * norm(A) * Math.sqrt(n);
        expect(norm(difference(multiply(S, S, n, n, n), A))).toBeLessThanOrEqual(bound);
        const asymmetry = norm(difference(S, transposed(S, n, n)));
        expect(asymmetry).toBeLessThanOrEqual(slack(n) * norm(S));
        for (const lambda of eigen(
          matrix(n, n, (i, j) => S[i * n + j]!),
          n,
        )!.values) {
          expect(lambda).toBeGreaterThanOrEqual(-slack(n) * norm(S));
        }
      }
    });
  });

  test("sqrtm refuses a negative eigenvalue", () => {
    const A = [2, 0, 0, 0, -0.5, 0, 0, 0, 1];
    const words = [input(dtype, [...identity(3), ...A]), 2, 3, space(36)] as const;
    const failure = failureOf(build, `sqrtm_${dtype}`, output(dtype, 18), ...words);
    expect([failure.code, failure.batch]).toEqual([1, 1]);
    expect(Math.abs(failure.value + 0.5)).toBeLessThan(10 * eps);
  });

  const lyapunov = (Ss: readonly Matrix[], Es: readonly Matrix[], n: number) => {
    const inputs = [
      input(dtype, stacked(Ss.map((S) => lowerOnly(S, n)))),
      input(dtype, stacked(Es)),
    ];
    const words = [Ss.length, n, space(4 * n * n + 6 * n)];
    return runOne(
      build,
      `lyapunov_${dtype}`,
      output(dtype, stacked(Es).length),
      ...inputs,
      ...words,
    );
  };

  // residual: the backward errors of E (n ε ‖E‖) and of S (n ε ‖S‖ ‖X‖), and the last product's
  test.each([1, 2, 3, 5, 8, 17, 40])("lyapunov, n = %i", (n) => {
    forSeeds(2, (draws) => {
      const Ss = [anyPositive(draws, n), identity(n), anyPositive(draws, n, 0.001)];
      const S = Ss.map((A) => rounded(A, dtype));
      const E = S.map(() => draws.normals(n * n, dtype));
      const out = lyapunov(S, E, n);
      for (let s = 0; s < S.length; s++) {
        const X = slice(out, s, n * n);
        const [SX, XS] = [multiply(S[s]!, X, n, n, n), multiply(X, S[s]!, n, n, n)];
        const residual = norm(SX.map((x, i) => x + XS[i]! - E[s]![i]!));
        const bound = 2 * slack(n) * (norm(S[s]!) * norm(X) + norm(E[s]!));
        expect(residual).toBeLessThanOrEqual(bound);
      }
    });
  });

  test("lyapunov refuses what is not positive definite", () => {
    const S = input(dtype, [2, 0, 0, -1]);
    const words = [S, input(dtype, [1, 2, 3, 4]), 1, 2, space(28)] as const;
    const failure = failureOf(build, `lyapunov_${dtype}`, output(dtype, 4), ...words);
    expect([failure.code, failure.batch]).toEqual([1, 0]);
    expect(Math.abs(failure.value + 1)).toBeLessThan(10 * eps);
  });
});
