/** Quadrature, Legendre functions and transforms against exact values, and the transforms against each other. */
import { describe, expect, test } from "vitest";
import { jvp, mul, sum, type Tensor, tensor, vjp } from "../../src/engine/index.js";
import {
  gaussianGrid,
  gaussLegendre,
  legendreFunctions,
  sphericalTransforms,
} from "../../src/models/index.js";
import { key, normal } from "../../src/random/index.js";
import { expectClose } from "../support/close.js";
import { slopeOf } from "../support/differences.js";

describe("Gauss's quadrature", () => {
  test("of two, three and five nodes has the nodes and weights of the tables", () => {
    const two = gaussLegendre(2);
    expectClose(two.nodes, [1 / Math.sqrt(3), -1 / Math.sqrt(3)], 1e-15);
    expectClose(two.weights, [1, 1], 1e-15);
    const three = gaussLegendre(3);
    expectClose(three.nodes, [Math.sqrt(0.6), 0, -Math.sqrt(0.6)], 1e-15);
    expectClose(three.weights, [5 / 9, 8 / 9, 5 / 9], 1e-15);
    // abramowitz1964, table 25.4
    expectClose(gaussLegendre(5).nodes.slice(0, 2), [0.906179845938664, 0.538469310105683], 1e-15);
  });

  test.each([6, 31, 32, 64])("of %d nodes is exact up to degree 2n − 1", (n) => {
    const { nodes, weights } = gaussLegendre(n);
    for (const degree of [0, 1, 2, n, 2 * n - 2, 2 * n - 1]) {
      const integral = nodes.reduce((total, x, j) => total + weights[j]! * x ** degree, 0);
      expect(integral).toBeCloseTo(degree % 2 === 1 ? 0 : 2 / (degree + 1), 13);
    }
  });
});

describe("associated Legendre functions", () => {
  test("of low degree are the known polynomials", () => {
    for (const mu of [-0.9, -0.2, 0.5, 0.99]) {
      const c = Math.sqrt(1 - mu * mu);
      expectClose(
        legendreFunctions(0, 2, mu).values,
        [1, Math.sqrt(3) * mu, (Math.sqrt(5) * (3 * mu * mu - 1)) / 2],
        1e-14,
      );
      const second = [Math.sqrt(3 / 2) * c, Math.sqrt(15 / 2) * mu * c];
      expectClose(legendreFunctions(1, 2, mu).values, second, 1e-14);
      expectClose(legendreFunctions(2, 2, mu).values, [Math.sqrt(15 / 8) * c * c], 1e-14);
    }
  });

  test.each([21, 42])("are orthogonal up to degree %d to 1e-12, for each order", (T) => {
    const { nodes, weights } = gaussianGrid(T);
    for (let m = 0; m <= T; m++) {
      const at = nodes.map((mu) => legendreFunctions(m, T, mu).values);
      for (let i = 0; i <= T - m; i++) {
        for (let k = 0; k <= i; k++) {
          const product = at.reduce((total, P, j) => total + 0.5 * weights[j]! * P[i]! * P[k]!, 0);
          expect(Math.abs(product - Number(i === k))).toBeLessThan(1e-12);
        }
      }
    }
  });

  test("have the slopes of their differences", () => {
    for (const m of [0, 1, 2, 7]) {
      const { slopes } = legendreFunctions(m, 9, 0.3);
      slopes.forEach((slope, k) => {
        const along = (mu: number) => legendreFunctions(m, 9, mu).values[k]!;
        expect(Math.abs(slope - slopeOf(along, 0.3, 1e-3))).toBeLessThan(1e-8);
      });
    }
  });
});

describe("transforms", () => {
  const T = 21;
  const { grid, degrees, waves, analyse, synthesise, alongLongitude, alongSine } =
    sphericalTransforms(T);
  const known = tensor(
    waves.map(({ order }) => [0, 1].map(() => degrees[0]!.map((_, k) => Number(order + k <= T)))),
  );
  const coefficients = mul(known, normal(key(1), [2 * T + 1, 2, T + 1]));
  const rows = (value: (lambda: number, mu: number) => number): Tensor =>
    tensor([
      grid.nodes.flatMap((mu) =>
        Array.from({ length: grid.longitudes }, (_, k) =>
          value((2 * Math.PI * k) / grid.longitudes, mu),
        ),
      ),
    ]);

  test("T21 has the grid of 32 × 64 points, T42 that of 64 × 128", () => {
    expect([grid.latitudes, grid.longitudes]).toEqual([32, 64]);
    expect([gaussianGrid(42).latitudes, gaussianGrid(42).longitudes]).toEqual([64, 128]);
  });

  test("there and back again", () => {
    expectClose(analyse(synthesise(coefficients)), coefficients, 1e-12);
  });

  test("the mean of squares over the sphere is the sum of squared coefficients", () => {
    const values = synthesise(coefficients).toArray() as number[][];
    const { weights, longitudes: K } = grid;
    const squares = values.map((row) =>
      row.reduce((total, v, i) => total + (0.5 * weights[Math.floor(i / K)]! * v * v) / K, 0),
    );
    const expected = sum(mul(coefficients, coefficients), [0, 2]);
    expectClose(squares, expected, 1e-10);
  });

  test("slopes of a known field", () => {
    const c = (mu: number) => Math.sqrt(1 - mu * mu);
    const field = rows((lambda, mu) => mu * c(mu) ** 3 * Math.cos(3 * lambda) + mu ** 4);
    const a = analyse(field);
    expectClose(
      alongLongitude(a),
      rows((lambda, mu) => -3 * mu * c(mu) ** 3 * Math.sin(3 * lambda)),
      1e-12,
    );
    const slope = (mu: number) => c(mu) ** 3 - 3 * mu * mu * c(mu);
    expectClose(
      alongSine(a),
      rows((lambda, mu) => slope(mu) * Math.cos(3 * lambda) + 4 * mu ** 3),
      1e-11,
    );
  });

  test("products of two fields have exact coefficients: no aliasing", () => {
    // cos(21λ) and sin(20λ) fields of degrees 21 and 20: their product has the wave of order 1, known exactly.
    const c = (mu: number) => Math.sqrt(1 - mu * mu);
    const product = rows(
      (lambda, mu) => c(mu) ** 41 * Math.cos(21 * lambda) * Math.sin(20 * lambda),
    );
    const a = analyse(product).toArray() as number[][][];
    // ½ (sin 41λ − sin λ): only the sine of order 1 is left, and the degree 1 of c⁴¹ is a beta integral.
    const place = waves.findIndex(({ order, sine }) => order === 1 && sine);
    // ½ ∫ P_1^1 c⁴¹ dμ · (−½)/√2, P_1^1 = √(3/2) c, ∫ c⁴² dμ = 2 ∏ 2k/(2k + 1), k ≤ 21.
    let beta = 2;
    for (let k = 1; k <= 21; k++) beta *= (2 * k) / (2 * k + 1);
    const expected = (0.5 * Math.sqrt(3 / 2) * beta * -0.5) / Math.SQRT2;
    expect(a[place]![0]![0]).toBeCloseTo(expected, 13);
    a.forEach((wave, i) => {
      if (i !== place) for (const v of wave[0]!) expect(Math.abs(v)).toBeLessThan(1e-13);
    });
  });

  test("are linear: the tangent is the transform itself, and the adjoint its transpose", () => {
    const d = grid.latitudes * grid.longitudes;
    const field = normal(key(2), [2, d]);
    const cases: [(x: Tensor) => Tensor, Tensor][] = [
      [analyse, field],
      ...[synthesise, alongLongitude, alongSine].map(
        (transform): [(x: Tensor) => Tensor, Tensor] => [transform, coefficients],
      ),
    ];
    for (const [transform, x] of cases) {
      const v = normal(key(3), x.shape);
      const { tangent } = jvp(transform, x, v);
      expectClose(tangent, transform(v), 1e-11);
      const w = normal(key(4), tangent.shape);
      const product = sum(mul(w, tangent)).item();
      const cotangent = vjp(transform, x).pullback(w) as Tensor;
      // Sums of 4096 or 1892 terms of size up to 100.
      const size = Math.sqrt(sum(mul(tangent, tangent)).item() * sum(mul(w, w)).item());
      expect(Math.abs(product - sum(mul(v, cotangent)).item()) / size).toBeLessThan(1e-14);
    }
  });
});
