import { expect, test } from "vitest";
import { cast, grad, mul, sub, sum, type Tensor, tensor } from "../../src/engine/index.js";
import {
  bindModel,
  lorenz96,
  lorenz96Coefficients,
  lorenz96Polynomial,
  lorenz96PolynomialTendency,
  lorenz96Tendency,
  perturbedCoefficients,
  residualNetwork,
  residualNetworkParams,
  rk4,
  withResidual,
  withResidualTendency,
} from "../../src/models/index.js";
import { key, normal } from "../../src/random/index.js";
import { expectClose } from "../support/close.js";
import { slopeOf } from "../support/differences.js";

const d = 9;
const x = normal(key(1), [2, 3, d]);

/** Eq. 24, term by term. */
function written(v: readonly number[], beta: readonly number[]): number[] {
  return v.map((_, i) => {
    const [a, b, c, e, f] = [-2, -1, 0, 1, 2].map((k) => v[(i + k + d) % d]!) as [
      ...[number, number, number, number, number],
    ];
    const basis = [
      ...[1, a, b, c, e, f, a * a, b * b, c * c, e * e, f * f],
      ...[a * b, b * c, c * e, e * f, a * c, b * e, c * f],
    ];
    return basis.reduce((t, term, m) => t + term * beta[m]!, 0);
  });
}

test("every term of eq. 24 stands in its place", () => {
  const beta = normal(key(2), [18]);
  const v = normal(key(3), [d]).toArray() as number[];
  const ours = lorenz96PolynomialTendency({ coefficients: beta })(tensor(v));
  expectClose(ours, written(v, beta.toArray() as number[]), 1e-13);
});

test("the true coefficients give the Lorenz-96 system, its step included", () => {
  const coefficients = lorenz96Coefficients(8);
  expectClose(
    lorenz96PolynomialTendency({ coefficients })(x),
    lorenz96Tendency({ forcing: 8 })(x),
    1e-13,
  );
  const [ours, plain] = [
    lorenz96Polynomial(d, coefficients).step(0.05).map(x),
    bindModel(lorenz96, { dimension: d, forcing: 8 }).step(0.05).map(x),
  ];
  expectClose(ours, plain, 1e-13);
});

test("the gradient in the coefficients equals differences", () => {
  const weights = normal(key(4), [2, 3, d]);
  const loss = (coefficients: Tensor) =>
    sum(mul(weights, lorenz96Polynomial(d, coefficients).step(0.05).map(x)));
  const start = normal(key(5), [18]).toArray() as number[];
  const slopes = grad(loss)(tensor(start)).toArray() as number[];
  slopes.forEach((slope, m) => {
    const along = (v: number) => loss(tensor(start.with(m, v))).item();
    expect(slope).toBeCloseTo(slopeOf(along, start[m]!, 1e-3), 7);
  });
});

test("perturbed coefficients have variances σ₀² {1, 0.1, 0.01} by degree", () => {
  const truth = lorenz96Coefficients(8);
  const offsets = sub(perturbedCoefficients(truth, 4, key(6)), truth).toArray() as number[];
  const z = normal(key(6), [18]).toArray() as number[];
  offsets.forEach((v, m) => {
    const sd = Math.sqrt(4 * (m === 0 ? 1 : m <= 5 ? 0.1 : 0.01));
    expect(v).toBeCloseTo(sd * z[m]!, 13);
  });
});

test("as the base of a residual network, on the map and in the tendency", () => {
  const coefficients = perturbedCoefficients(lorenz96Coefficients(8), 1, key(7));
  const G = residualNetwork(residualNetworkParams(key(8)));
  const F0 = lorenz96Polynomial(d, coefficients).step(0.05);
  expectClose(sub(withResidual(F0, G).map(x), F0.map(x)), G(x), 1e-13);
  const f0 = lorenz96PolynomialTendency({ coefficients });
  const tiny = 1e-6;
  const moved = rk4(withResidualTendency(f0, G), tiny)(x);
  const base = rk4(f0, tiny)(x);
  // Slopes over 10⁻⁶: the next term is of that size times derivatives of order ten.
  expectClose(mul(1 / tiny, sub(moved, base)), G(x), 1e-4);
});

test("f32 gives what f64 gives, and small rings are refused", () => {
  const coefficients = perturbedCoefficients(lorenz96Coefficients(8), 1, key(9));
  const coarse = lorenz96PolynomialTendency({ coefficients: cast(coefficients, "f32") });
  const fine = lorenz96PolynomialTendency({ coefficients });
  // Sums of some twenty terms of order ten.
  expectClose(cast(coarse(cast(x, "f32")), "f64"), fine(x), 1e-4);
  expect(() => lorenz96Polynomial(4, coefficients)).toThrow(/at least 5/);
});
