import { describe, expect, test } from "vitest";
import { capture, tensor, UsageError } from "../../src/engine/index.js";
import { kalman, kalmanAnalysis, threedvar } from "../../src/filters/index.js";
import { advance, linearTransition, withNoise } from "../../src/models/index.js";
import { observeComponents } from "../../src/observe/index.js";
import {
  type Covariance,
  covarianceFactor,
  covarianceFault,
  formCovariance,
  sampleGaussian,
} from "../../src/prob/index.js";
import { key } from "../../src/random/index.js";
import { expectClose } from "../support/close.js";

const mixed = [
  [1, 2],
  [2, 1],
];

describe("what is no covariance", () => {
  test.each([
    [mixed, /eigenvalue -1 is negative/],
    [
      [
        [1, 0.5],
        [0.2, 1],
      ],
      /row 1 has 0.2 in column 0, and row 0 has 0.5.*symmetric/,
    ],
    [
      [
        [-1, 0],
        [0, 1],
      ],
      /variance of variable 0 is -1/,
    ],
    [
      [
        [1, Number.NaN],
        [Number.NaN, 1],
      ],
      /row 0 holds NaN/,
    ],
    // An eigenvalue that is far below the others, and negative: 10⁻⁸ − 4·10⁻⁸.
    [
      [
        [1e-8, 2e-4],
        [2e-4, 1],
      ],
      /eigenvalue -3e-8/,
    ],
  ])("%j", (rows, message) => {
    expect(covarianceFault(rows)).toMatch(message);
  });

  test.each([
    [
      [
        [1, 0],
        [0, 0],
      ],
    ],
    [
      [
        [1e12, 1e3],
        [1e3, 1e-6],
      ],
    ],
    [
      [
        [0, 0],
        [0, 0],
      ],
    ],
  ])("%j is one, and its factor gives it back", (rows) => {
    expect(covarianceFault(rows)).toBeNull();
    const B = covarianceFactor({ kind: "matrix", matrix: tensor(rows) }, 2).toArray() as number[][];
    const products = B.map((a) => B.map((b) => a.reduce((sum, x, i) => sum + x * b[i]!, 0)));
    rows.forEach((row, i) => {
      row.forEach((v, j) => {
        const size = Math.sqrt(rows[i]![i]! * rows[j]![j]!);
        expect(Math.abs(products[i]![j]! - v)).toBeLessThanOrEqual(1e-14 * size);
      });
    });
  });
});

describe("the library refuses it wherever it is given", () => {
  const matrix = tensor(mixed);
  const C: Covariance = { kind: "matrix", matrix };
  const mean = tensor([0, 0]);
  const observation = {
    y: tensor([0.7]),
    operator: observeComponents([0]),
    variance: 0.5,
    mask: null,
  };
  const none = /no covariance: its eigenvalue -1 is negative/;

  test.each<[string, () => unknown]>([
    ["as a prior", () => kalman().init({ mean, covariance: C }, key(0))],
    ["as a state", () => kalmanAnalysis({ mean, covariance: matrix }, observation)],
    ["of draws", () => sampleGaussian({ mean, covariance: C }, 5, key(0))],
    ["as a matrix", () => formCovariance(C, 2)],
    ["as a background", () => threedvar({ covariance: C }).analyse(mean, observation, key(0))],
    [
      "in a captured function",
      () =>
        capture((x: typeof mean) => kalmanAnalysis({ mean: x, covariance: matrix }, observation))(
          mean,
        ),
    ],
  ])("%s", (_, given) => {
    expect(given).toThrow(UsageError);
    expect(given).toThrow(none);
  });

  test("negative variances: of a prior, of an observation, of the noise of a model", () => {
    const state = kalman().init({ mean, covariance: { kind: "diagonal", variance: 1 } }, key(0));
    const F = linearTransition(tensor(mixed));
    expect(() => kalmanAnalysis(state, { ...observation, variance: -0.05 })).toThrow(
      /variance of the observation is -0.05; need a variance, 0 or more/,
    );
    expect(() => withNoise(F, tensor([0.1, -0.1]))).toThrow(/noise is -0.1/);
    const prior = { mean, covariance: { kind: "diagonal", variance: tensor([1, -2]) } } as const;
    expect(() => kalman().init(prior, key(0))).toThrow(/the variance is -2/);
  });

  test("no noise of one of the variables stays no noise", () => {
    const x = tensor([1, 2]);
    const F = linearTransition(tensor(mixed));
    const moved = advance(withNoise(F, tensor([0.1, 0])), x, key(3)).toArray() as number[];
    expectClose(tensor([moved[1]!]), [4], 0);
  });
});
