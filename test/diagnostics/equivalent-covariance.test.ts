/** What is seen inside analyses that are known, and derivatives against differences. */
import { describe, expect, test } from "vitest";
import {
  antisymmetricShare,
  covarianceTangent,
  equivalentCovariance,
  equivalentGain,
  gainOfCovariance,
  incrementBias,
  localityMean,
  relativeDifference,
} from "../../src/diagnostics/index.js";
import {
  add,
  cast,
  expandDims,
  jacobian,
  mapTree,
  matmul,
  mean,
  mul,
  square,
  sub,
  type Tensor,
  tensor,
} from "../../src/engine/index.js";
import {
  analysisNetwork,
  convolutionalIncrement,
  denseIncrement,
  type IncrementNetwork,
  type Increments,
  linearIncrement,
} from "../../src/filters/index.js";
import { initialLayers } from "../../src/nets/index.js";
import { observeAll, observeMatrix } from "../../src/observe/index.js";
import { key, normal } from "../../src/random/index.js";
import { distance, expectClose } from "../support/close.js";

describe("a linear a_θ with the gain of a Kalman filter", () => {
  const P = tensor([
    [1.5, 0.4, -0.2],
    [0.4, 0.8, 0.1],
    [-0.2, 0.1, 0.6],
  ]); // of the forecast
  const H = tensor([
    [1, 0, 0.5],
    [0, 2, -1],
  ]);
  const R = [0.4, 0.9];
  /** K = P Hᵀ (H P Hᵀ + R)⁻¹ with the inverse of a matrix of two rows written out. */
  const gainOf = (Hx: Tensor, r: readonly number[]): Tensor => {
    const PHt = matmul(P, Hx, { transposeB: true });
    const [[s, t], [, u]] = add(
      matmul(Hx, PHt),
      tensor([
        [r[0]!, 0],
        [0, r[1]!],
      ]),
    ).toArray() as [[number, number], [number, number]];
    const inverse = mul(
      1 / (s * u - t * t),
      tensor([
        [u, -t],
        [-t, s],
      ]),
    );
    return matmul(PHt, inverse);
  };
  const K = gainOf(H, R);
  const Pa = sub(P, matmul(matmul(K, H), P)); // (I − K H) P
  const network = linearIncrement(3);
  const first = initialLayers(key(1), network.layers);
  const layers = { ...first, innovation: { ...first.innovation!, weights: Pa } };
  const filter = analysisNetwork({ members: 1, network, layers });
  const a = filter.increments!;
  const E = tensor([[0.3, -2, 1]]);
  const observation = {
    y: tensor([7, 7]),
    operator: observeMatrix(H),
    variance: tensor(R),
    mask: null,
  };

  test("has no bias, the covariance (I − K H) P, and does not depend on the forecast", () => {
    expect(incrementBias(a, E).item()).toBe(0);
    expectClose(equivalentCovariance(a, E), Pa, 1e-15);
    expect(antisymmetricShare(equivalentCovariance(a, E)).item()).toBeLessThan(1e-15);
    expectClose(covarianceTangent(a, E, tensor([1, 0, 0])), mul(0, Pa), 0);
  });

  test("has the gain K by both ways, and nothing is left unexplained", () => {
    const { gain, unexplained } = equivalentGain(a, E, observation, { samples: 20, key: key(4) });
    expectClose(gain, K, 1e-13);
    expectClose(gainOfCovariance(Pa, E, observation), K, 1e-13);
    expect(unexplained.item()).toBeLessThan(1e-25);
    expect(relativeDifference(gain, K).item()).toBeLessThan(1e-13);
  });

  test("has a gain of zero at a gap", () => {
    const gaps = { ...observation, mask: tensor([1, 0]) };
    const { gain } = equivalentGain(a, E, gaps, { samples: 20, key: key(4) });
    const seen = mul(
      gainOfCovariance(Pa, E, observation),
      tensor([
        [1, 0],
        [1, 0],
        [1, 0],
      ]),
    );
    expectClose(gainOfCovariance(Pa, E, gaps), seen, 1e-15);
    expectClose(gain, seen, 1e-13);
  });

  test("with H = I and R = I the gain is the covariance of the analysis", () => {
    const all = { y: tensor([0, 0, 0]), operator: observeAll(3), variance: 1, mask: null };
    expectClose(gainOfCovariance(Pa, E, all), Pa, 1e-15);
    expectClose(equivalentGain(a, E, all, { samples: 9, key: key(1) }).gain, Pa, 1e-13);
  });

  test("a constant is its bias, a part that is antisymmetric is told", () => {
    const shifted: Increments = (at, zeta) => add(a(at, zeta), tensor([3, 0, 0]));
    expect(incrementBias(shifted, E).item()).toBeCloseTo(Math.sqrt(3), 14);
    const turning = tensor([
      [2, 1],
      [-1, 2],
    ]);
    expect(antisymmetricShare(turning).item()).toBeCloseTo(0.5, 14);
  });

  test("too few samples are refused", () => {
    expect(() => equivalentGain(a, E, observation, { samples: 3, key: key(1) })).toThrow(
      /samples is 3; need a whole number, at least 4 for the 2 values/,
    );
  });
});

const d = 6;
const size = { filters: 4, blocks: 2, subBlocks: 2, kernel: 3 };
const networks: readonly (readonly [string, number, IncrementNetwork])[] = [
  ["convolutional, one member", 1, convolutionalIncrement(1, size)],
  ["convolutional, three members", 3, convolutionalIncrement(3, size)],
  ["dense", 2, denseIncrement(2, d, [5])],
];

describe.each(networks)("derivatives are those of central differences: %s", (_, N, network) => {
  const layers = mapTree(initialLayers(key(1), network.layers), (x) =>
    add(x, mul(0.2, normal(key(2), x.shape))),
  );
  const a: Increments = (E, zeta) => network.apply(layers, E, zeta);
  const E = normal(key(3), [N, d]);
  const unit = (i: number) => tensor(Array.from({ length: d }, (_v, j) => Number(i === j)));
  const h = 1e-3;

  /** f′ by central differences of order four: error h⁴ ~ 1e-12, rounding 1e-16/h. */
  const slope = (f: (step: number) => Tensor): Tensor => {
    const [far, near] = [2, 1].map((n) => sub(f(n * h), f(-n * h))) as [Tensor, Tensor];
    return mul(1 / (12 * h), sub(mul(8, near), far));
  };

  test("Pᵃ", () => {
    const P = equivalentCovariance(a, E).toArray() as number[][];
    for (let j = 0; j < d; j++) {
      const column = slope((step) => mean(a(E, mul(step, unit(j))), -2));
      expectClose(
        column,
        P.map((row) => row[j]!),
        1e-10,
      );
    }
  });

  test("in single precision they are the same to its digits", () => {
    const single = mapTree(layers, (x) => cast(x, "f32"));
    const short: Increments = (at, zeta) => network.apply(single, at, zeta);
    const e = cast(E, "f32");
    const P = equivalentCovariance(short, e);
    expect(P.dtype).toBe("f32");
    expectClose(P, equivalentCovariance(a, E), 1e-5);
    expectClose(
      covarianceTangent(short, e, cast(unit(2), "f32")),
      covarianceTangent(a, E, unit(2)),
      1e-5,
    );
    expect(incrementBias(short, e).item()).toBeCloseTo(incrementBias(a, E).item(), 5);
  });

  test("∂Pᵃ/∂x_k, not zero", () => {
    for (const k of [0, 4]) {
      const along = (step: number) => equivalentCovariance(a, add(E, mul(step, unit(k))));
      const tangent = covarianceTangent(a, E, unit(k));
      expectClose(slope(along), tangent, 1e-10);
      expect(distance(tangent, mul(0, tangent))).toBeGreaterThan(1e-3);
    }
  });
});

test("of more directions than go together it is the Jacobian by rows", () => {
  const n = 47;
  const { layers: shapes, apply } = convolutionalIncrement(2, size);
  const layers = mapTree(initialLayers(key(1), shapes), (x) =>
    add(x, mul(0.2, normal(key(2), x.shape))),
  );
  const a: Increments = (E, zeta) => apply(layers, E, zeta);
  const E = normal(key(3), [2, n]);
  const byRows = jacobian((zeta) => mean(a(E, zeta), -2))(mul(0, normal(key(1), [n])));
  expectClose(equivalentCovariance(a, E), byRows, 1e-13);
});

test("the equivalent gain of a map that is not linear explains a part of it", () => {
  // a = ζ + ζ², δ = ζ ~ N(0, 1): the variance of the square, 2, is not explained, that of ζ, 1, is.
  const a: Increments = (_, zeta) => expandDims(add(zeta, square(zeta)), -2);
  const one = { y: tensor([0]), operator: observeAll(1), variance: 1, mask: null };
  const { gain, unexplained } = equivalentGain(a, tensor([[0]]), one, {
    samples: 40_000,
    key: key(5),
  });
  // Standard errors: √(2 + …)/200 of the gain, about 0.02 of the share.
  expect(Math.abs(gain.item() - 1)).toBeLessThan(0.06);
  expect(Math.abs(unexplained.item() - 2 / 3)).toBeLessThan(0.03);
});

test("localityMean brings the variable of each derivative to the middle, and averages", () => {
  const around = (k: number, size: number) => ({
    by: k,
    // ∂P_{i j}/∂x_k = size · 1 for (i, j) = (k − 1, k + 1), on a ring of 5.
    matrix: Array.from({ length: 5 }, (_r, i) =>
      Array.from({ length: 5 }, (_c, j) => (i === (k + 4) % 5 && j === (k + 1) % 5 ? size : 0)),
    ),
  });
  const S = localityMean([around(0, 1), around(3, 2), around(4, 6)]);
  expect(S[1]![3]).toBe(3);
  expect(S.flat().reduce((sum, x) => sum + x, 0)).toBe(3);
  expect(() => localityMean([])).toThrow(/no derivatives/);
});
