import { describe, expect, test } from "vitest";
import { identity, type Matrix, build as matrix, multiply } from "../twin/dense.js";
import { exponential } from "../twin/expm.js";
import { forSeeds } from "./draws.js";
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
import { difference, norm, rounded, slice, stacked } from "./matrices.js";

describe.each(casesWithTwin)("$name", ({ build, dtype }) => {
  const eps = epsilon[dtype];
  const expm = (As: readonly Matrix[], n: number) =>
    runOne(
      build,
      `expm_${dtype}`,
      output(dtype, stacked(As).length),
      input(dtype, stacked(As)),
      ...[As.length, n, scratch((8 * n * n + 2 * n) * bytesPer[dtype])],
    );

  /**
   * The exponential's relative condition number is at least ‖A‖ and little more for the matrices
   * here; products add n ε a squaring, doubled by each of the later ones: ∝ ‖A‖ again. Where all
   * eigenvalues are near ±‖A‖, as when n = 1, [13/13] loses e^h to cancellation: its numerator and
   * denominator are e^±h/2 from terms of e^h/2, h = ‖A‖ after scaling, at most 5.4 (Higham 2005).
   */
  const bound = (A: Matrix, X: Matrix, n: number) => {
    const cancellation = n === 1 ? Math.exp(Math.min(norm(A), 5.4)) : 1;
    return 2 * (n + 4) * eps * (1 + norm(A)) * cancellation * norm(X);
  };

  test.each([1, 2, 3, 4, 5, 9, 16, 30])("random, n = %i", (n) => {
    forSeeds(2, (draws) => {
      // all degrees of the Padé approximants that a method may choose from, and squarings
      const As = [0, 1e-8, 0.01, 0.2, 0.9, 2, 5, 12, 30].map((size) => {
        const A = draws.normals(n * n);
        return rounded(
          A.map((x) => (size * x) / norm(A)),
          dtype,
        );
      });
      const out = expm(As, n);
      for (const [s, A] of As.entries()) {
        const X = exponential(A, n);
        expect(norm(difference(slice(out, s, n * n), X))).toBeLessThanOrEqual(bound(A, X, n));
      }
    });
  });

  test.each([0.3, 1, 30])("generator of a rotation by %f", (angle) => {
    const theta = dtype === "f32" ? Math.fround(angle) : angle;
    const out = expm([Float64Array.of(0, -theta, theta, 0)], 2);
    const [c, s] = [Math.cos(theta), Math.sin(theta)];
    expectClose(out, [c, -s, s, c], () => 8 * eps * (1 + theta));
  });

  test("nilpotent: Aᵏ/k! stops", () => {
    const n = 6;
    const A = matrix(n, n, (i, j) => (j === i + 1 ? 2 : 0));
    let [X, power] = [identity(n), identity(n)];
    for (let k = 1; k < n; k++) {
      power = multiply(power, A, n, n, n).map((x) => x / k);
      X = X.map((x, i) => x + power[i]!);
    }
    expectClose(expm([A], n), X, (x) => 20 * eps * (1 + Math.abs(x)));
  });

  test("diagonal", () => {
    const d = [-30, -1, 0, 0.5, 3];
    const out = expm([matrix(5, 5, (i, j) => (i === j ? d[i]! : 0))], 5);
    const exact = matrix(5, 5, (i, j) => (i === j ? Math.exp(d[i]!) : 0));
    // one step size serves the whole matrix, and 2⁶ squared errors add up
    expectClose(out, exact, (x) => 200 * eps * x);
  });

  test.each([NaN, Infinity])("refuses %f", (value) => {
    const A = input(dtype, [...identity(3), 1, 0, 0, 0, value, 0, 0, 0, 1]);
    const words = [A, 2, 3, scratch(78 * bytesPer[dtype])] as const;
    const failure = failureOf(build, `expm_${dtype}`, output(dtype, 18), ...words);
    expect([failure.code, failure.batch]).toEqual([3, 1]);
  });

  test("nothing to do", () => {
    expect(expm([], 3)).toHaveLength(0);
    expect(expm([new Float64Array(0)], 0)).toHaveLength(0);
  });
});
