import { describe, expect, test } from "vitest";
import {
  add,
  cholesky,
  eigh,
  eye,
  grad,
  mul,
  sum,
  type Tensor,
  tensor,
} from "../../src/engine/index.js";
import {
  distanceOn,
  gaspariCohn,
  gaspariCohnAt,
  type Position,
  taperMatrix,
} from "../../src/prob/index.js";
import { expectClose } from "../support/close.js";
import { slopeOf } from "../support/differences.js";

test("Gaspari and Cohn: 1 at 0, 5/24 at the half-width, 0 from twice it on", () => {
  expect(gaspariCohnAt(0)).toBe(1);
  expect(gaspariCohnAt(1)).toBeCloseTo(5 / 24, 15);
  expect(gaspariCohnAt(2)).toBe(0);
  expect(gaspariCohnAt(5)).toBe(0);
});

test("value and slope are continuous where the pieces meet", () => {
  for (const z of [1, 2]) {
    const [before, after] = [gaspariCohnAt(z - 1e-6), gaspariCohnAt(z + 1e-6)];
    expect(Math.abs(before - after)).toBeLessThan(3e-6);
    const slopes = [z - 1e-3, z + 1e-3].map((at) => slopeOf(gaspariCohnAt, at, 1e-4));
    expect(Math.abs(slopes[0]! - slopes[1]!)).toBeLessThan(0.01);
  }
});

test("the function of tensors is the function of numbers, and so is its derivative", () => {
  const z = [0, 0.3, 0.7, 0.99, 1, 1.01, 1.5, 1.99, 2, 2.5];
  expectClose(gaspariCohn(tensor(z)), z.map(gaspariCohnAt), 1e-15);
  const slopes = grad((x: Tensor) => sum(gaspariCohn(x)))(tensor(z)).toArray() as number[];
  z.forEach((at, i) => {
    const even = (x: number) => gaspariCohnAt(Math.abs(x));
    // Derivatives of order three jump at 0, of four at 2: differences there are of order h².
    expect(slopes[i]!).toBeCloseTo(slopeOf(even, at, 1e-4), 6);
  });
});

describe("on a sphere", () => {
  const sphere = { kind: "sphere", radius: 2 } as const;
  // A golden spiral: even places, no two of equal distances to a third.
  const spiral = Array.from({ length: 150 }, (_, i): Position => {
    const latitude = (Math.asin(1 - (2 * i + 1) / 150) * 180) / Math.PI;
    return [(i * 137.50776405) % 360, latitude];
  });

  test.each([0.3, 1, 2, Math.PI, 5, 100])(
    "the taper of half-width %d has no negative eigenvalue, nor a learned one",
    (halfWidth) => {
      const rho = taperMatrix(spiral, spiral, { domain: sphere, halfWidth });
      const least = Math.min(...(eigh(rho).values.toArray() as number[]));
      expect(least).toBeGreaterThan(-150 * 1e-14); // rounding of the largest, at most 150
      const learned = { domain: sphere, halfWidth: tensor(halfWidth) };
      expectClose(taperMatrix(spiral, spiral, learned), rho, 1e-14);
    },
  );

  test("it is the function of the great-circle distance up to a quarter of the great circle", () => {
    const rho = taperMatrix(spiral.slice(0, 3), spiral, { domain: sphere, halfWidth: 3 });
    const direct = spiral
      .slice(0, 3)
      .map((a) => spiral.map((b) => gaspariCohnAt(distanceOn(sphere, a, b) / 3)));
    expectClose(rho, direct, 1e-15);
  });
});

const places = Array.from({ length: 20 }, (_, i) => i);
const ring = { kind: "ring", length: 20 } as const;

test("on a line and on a ring the matrix is symmetric and positive semidefinite", () => {
  for (const domain of [ring, { kind: "line" } as const]) {
    const rho = taperMatrix(places, places, { domain, halfWidth: 3 });
    const rows = rho.toArray() as number[][];
    expect(rows.every((row, i) => row.every((v, j) => v === rows[j]![i]))).toBe(true);
    cholesky(add(rho, mul(1e-12, eye(20)))); // throws if it is not
  }
});

describe("tapers of which 2c is more than half of the ring", () => {
  // Gaspari and Cohn's function of the shorter way alone has eigenvalues down to −0.65 here.
  test.each([
    [8, [3, 4, 5, 7, 8, 10, 15, 100]],
    [40, [11, 12, 15, 20, 30, 40, 100, 1000]],
  ])("on %i places they have no negative eigenvalue", (n, halfWidths) => {
    const positions = Array.from({ length: n }, (_, i) => i);
    for (const halfWidth of halfWidths) {
      const domain = { kind: "ring", length: n } as const;
      const rho = taperMatrix(positions, positions, { domain, halfWidth });
      const least = Math.min(...(eigh(rho).values.toArray() as number[]));
      expect(least).toBeGreaterThan(-n * 1e-14); // rounding of the largest, n
      expect((rho.toArray() as number[][])[0]![0]).toBe(1);
      expectClose(
        taperMatrix(positions, positions, { domain, halfWidth: tensor(halfWidth) }),
        rho,
        1e-14,
      );
    }
  });

  test("up to half of the ring they are the function of the shorter way, to the bit", () => {
    for (const halfWidth of [1, 2.5, 4.9, 5]) {
      const rho = taperMatrix(places, places, { domain: ring, halfWidth }).toArray();
      const direct = places.map((a) =>
        places.map((b) => gaspariCohnAt(distanceOn(ring, a, b) / halfWidth)),
      );
      expect(rho).toEqual(direct);
    }
  });

  test("they reach 1 everywhere as c grows", () => {
    const rho = taperMatrix([0], places, { domain: ring, halfWidth: 1e6 });
    expect(Math.min(...(rho.toArray() as number[][])[0]!)).toBe(1);
  });
});

test.each([0.8, 1, 1.3, 2, 2.49, 2.5, 4, 5, 7, 12, 30, 45, 200])(
  "the slope in the half-width at %d, distances in every piece and where pieces meet",
  (start) => {
    const weights = tensor(places.map((i) => places.map((j) => Math.cos(i + 2 * j))));
    const loss = (c: number | Tensor) =>
      sum(mul(weights, taperMatrix(places, places, { domain: ring, halfWidth: c })));
    const slope = grad((c: Tensor) => loss(c))(tensor(start)).item();
    const differences = slopeOf((c) => loss(c).item(), start, 1e-3);
    // ρ has four continuous derivatives at z = 1, three at z = 2, where the fourth jumps by 7.5:
    // differences across it are off by some 10 h³ for each of 40 pairs of places.
    expect(Math.abs(slope - differences)).toBeLessThan(1e-6);
  },
);

test("a learned half-width: the same matrix, and its derivative", () => {
  const observed = [0, 2, 5, 11];
  const weights = tensor(observed.map((i) => places.map((j) => Math.cos(i + 2 * j))));
  const at = (halfWidth: number | Tensor) =>
    taperMatrix(observed, places, { domain: ring, halfWidth });
  expectClose(at(tensor(2.5)), at(2.5), 1e-15);
  const loss = (c: number | Tensor) => sum(mul(weights, at(c)));
  const slope = grad((c: Tensor) => loss(c))(tensor(2.5)).item();
  expect(slope).toBeCloseTo(
    slopeOf((c) => loss(c).item(), 2.5, 1e-3),
    8,
  );
  expect(() => at(0)).toThrow(/half-width is 0/);
});
