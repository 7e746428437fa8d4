import { describe, expect, test } from "vitest";
import {
  add,
  grad,
  matmul,
  mul,
  slice,
  sum,
  type Tensor,
  tensor,
  zeros,
} from "../../src/engine/index.js";
import {
  asTensor,
  type Covariance,
  covarianceDiagonal,
  covarianceDimension,
  covarianceFactor,
  diagonalEntries,
  formCovariance,
  sampleCovariance,
  sampleGaussian,
  triangularFactor,
  upperBand,
  upperPlaces,
} from "../../src/prob/index.js";
import { key, normal } from "../../src/random/index.js";
import { expectClose } from "../support/close.js";
import { covariances, dimension as d } from "../support/covariances.js";
import { flip, make, times } from "../support/dense.js";
import { slopeOf } from "../support/differences.js";

describe.each(covariances)("$name", ({ C, matrix }) => {
  test("forms its matrix, its diagonal and its size", () => {
    expectClose(formCovariance(C, d), matrix, 1e-14);
    const diagonal = matrix.map((row, i) => row[i]!);
    expectClose(add(zeros([d]), asTensor(covarianceDiagonal(C))), diagonal, 1e-14);
    expect(covarianceDimension(C)).toBe(d);
    const B = covarianceFactor(C, d);
    expectClose(matmul(B, B, { transposeB: true }), matrix, 1e-14);
  });

  test("draws have that covariance", () => {
    const N = 20000;
    const rows = sampleCovariance(C, [N, d], key(3), "f64").toArray() as number[][];
    const sample = times(flip(rows), rows).map((row) => row.map((x) => x / N));
    // Standard error √((C_ij² + C_ii C_jj)/N) ≤ √(2/N) max C; five of them.
    const largest = Math.max(...matrix.flat());
    expectClose(sample, matrix, 5 * Math.sqrt(2 / N) * largest);
  });

  test("serves as the covariance of a Gaussian", () => {
    const mean = tensor([1, 2, 3, 4, 5]);
    const E = sampleGaussian({ mean, covariance: C }, 7, key(4));
    expectClose(E, add(mean, sampleCovariance(C, [7, d], key(4), "f64")), 0);
  });
});

test("a whole triangle has d(d + 1)/2 entries, a band its own, a diagonal d", () => {
  expect(upperBand(d, d - 1).places.length).toBe((d * (d + 1)) / 2);
  expect(upperBand(d, 1).places.length).toBe(2 * d - 1);
  const pattern = upperBand(d, 2);
  const start = triangularFactor(diagonalEntries(pattern, 0.1), pattern);
  expectClose(
    start,
    make(d, d, (i, j) => (i === j ? 0.1 : 0)),
    0,
  );
});

test("derivatives in the entries and in the update equal differences", () => {
  const pattern = upperBand(d, 1);
  const n = pattern.places.length;
  const weights = normal(key(5), [d, d]);
  const loss = (all: Tensor) => {
    const base: Covariance = { kind: "triangular", entries: slice(all, 0, 0, n), pattern };
    const factor = mul(tensor(make(d, 1, (i) => i)), slice(all, 0, n, n + 1));
    return sum(mul(weights, formCovariance({ kind: "update", base, factor }, d)));
  };
  const start = normal(key(6), [n + 1]).toArray() as number[];
  const slopes = grad(loss)(tensor(start)).toArray() as number[];
  slopes.forEach((slope, i) => {
    const along = (x: number) => loss(tensor(start.with(i, x))).item();
    expect(slope).toBeCloseTo(slopeOf(along, start[i]!, 1e-2), 9);
  });
});

test("patterns that are none are refused", () => {
  expect(() => upperPlaces(3, [[1, 0]])).toThrow(/0 ≤ row ≤ column < 3/);
  expect(() =>
    upperPlaces(3, [
      [0, 1],
      [0, 1],
    ]),
  ).toThrow(/each place once/);
  expect(() => upperBand(3, -1)).toThrow(/whole number/);
  expect(() => triangularFactor(zeros([2]), upperBand(3, 1))).toThrow(/one per place/);
});
