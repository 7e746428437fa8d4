import { describe, expect, test } from "vitest";
import {
  cholesky,
  index,
  positiveDefinite,
  ShapeError,
  type Tensor,
  tensor,
  valueAndGrad,
} from "../../src/engine/index.js";
import {
  type Covariance,
  covarianceMatrix,
  logNormal,
  sampleGaussian,
  sampleMoments,
  whiten,
} from "../../src/prob/index.js";
import { key } from "../../src/random/index.js";
import { expectClose } from "../support/close.js";
import { slopeOf } from "../support/differences.js";

const C = [
  [2, 0.6],
  [0.6, 0.5],
];

test("logNormal equals the density written out in two dimensions", () => {
  const r = [0.3, -1.2];
  const det = 2 * 0.5 - 0.6 ** 2;
  const chi = (0.5 * r[0]! ** 2 - 2 * 0.6 * r[0]! * r[1]! + 2 * r[1]! ** 2) / det;
  const expected = -0.5 * (chi + Math.log(det)) - Math.log(2 * Math.PI);
  expect(logNormal(tensor(r), positiveDefinite(tensor(C))).item()).toBeCloseTo(expected, 13);
});

test("whitened residuals have χ² as their square, batch by batch", () => {
  const L = cholesky(tensor(C));
  const r = tensor([
    [0.3, -1.2],
    [1, 2],
  ]);
  const together = whiten(r, L);
  [0, 1].forEach((b) => {
    expectClose(index(together, 0, b), whiten(index(r, 0, b), L), 1e-14);
  });
});

describe.each<[string, Covariance]>([
  ["diagonal", { kind: "diagonal", variance: tensor([2, 0.5]) }],
  ["one variance", { kind: "diagonal", variance: 0.7 }],
  ["dense", { kind: "dense", factor: cholesky(tensor(C)) }],
])("sampleGaussian, %s", (_, covariance) => {
  const g = { mean: tensor([1, -3]), covariance };
  const N = 40000;

  test("moments are those of the Gaussian", () => {
    const { mean, variance } = sampleMoments(sampleGaussian(g, N, key(3)));
    const expected = covarianceMatrix(g).toArray() as number[][];
    // Standard errors √(v/N) ≤ 0.007 and v √(2/N) ≤ 0.015; five of them.
    expectClose(mean, [1, -3], 0.035);
    expectClose(variance, [expected[0]![0]!, expected[1]![1]!], 0.075);
  });

  test("a batch of means gives a batch of ensembles", () => {
    const means = tensor([
      [1, -3],
      [0, 2],
      [5, 5],
    ]);
    expect(sampleGaussian({ ...g, mean: means }, 4, key(3)).shape).toEqual([3, 4, 2]);
  });
});

test("a draw is differentiable in mean and variance", () => {
  const draw = (v: Tensor) => {
    const covariance: Covariance = { kind: "diagonal", variance: v };
    const { variance } = sampleMoments(
      sampleGaussian({ mean: tensor([1]), covariance }, 5, key(1)),
    );
    return index(variance, 0, 0);
  };
  const { gradient } = valueAndGrad(draw)(tensor(0.4));
  expect(gradient.item()).toBeCloseTo(
    slopeOf((v) => draw(tensor(v)).item(), 0.4, 1e-3),
    9,
  );
});

test("a variance that does not fit the mean is refused", () => {
  const g = { mean: tensor([1, 2]), covariance: { kind: "diagonal", variance: tensor([1, 2, 3]) } };
  expect(() => covarianceMatrix(g as never)).toThrow(ShapeError);
  expect(() => covarianceMatrix(g as never)).toThrow(/of 3 variables; need one of 2/);
});
