import { expect, test } from "vitest";
import { grad, mul, square, sum, type Tensor, tensor } from "../../src/engine/index.js";
import { etdrk4, phiFunctions } from "../../src/models/index.js";
import { expectClose } from "../support/close.js";
import { slopeOf } from "../support/differences.js";
import { orderOf } from "../support/steps.js";

/** Σ zⁿ/(n + k)!: exact where |z| is small. */
function series(z: number, k: number): number {
  let factorial = 1;
  for (let i = 2; i <= k; i++) factorial *= i;
  let term = 1 / factorial;
  let total = 0;
  for (let n = 1; n < 40; n++) {
    total += term;
    term *= z / (n + k);
  }
  return total;
}

test("φ functions: the series near 0, the formula far from it", () => {
  for (const z of [-2, -1, -0.9, -0.1, -1e-3, -1e-9, 0, 1e-6, 0.3, 1, 1.5]) {
    // A node 0.1 from 0 loses three digits in φ₃, among sixteen.
    phiFunctions(z).forEach((phi, i) => {
      expect(phi as number).toBeCloseTo(series(z, i + 1), 13);
    });
  }
  for (const z of [-30, -500, -1e5]) {
    const phi1 = Math.expm1(z) / z;
    const phi2 = (phi1 - 1) / z;
    const expected = [phi1, phi2, (phi2 - 0.5) / z];
    phiFunctions(z).forEach((phi, i) => {
      expect((phi as number) / expected[i]!).toBeCloseTo(1, 12);
    });
  }
});

test("tensors and numbers go by one formula", () => {
  const z = [-40, -1, 0, 0.25];
  const together = phiFunctions(tensor(z));
  together.forEach((phi, i) => {
    expectClose(
      phi as Tensor,
      z.map((at) => phiFunctions(at)[i] as number),
      1e-15,
    );
  });
});

const c = [-50, -1, 0, 0.5];
const v0 = [1, -0.5, 2, 0.3];

test("a linear system is solved exactly, and a constant force too", () => {
  const zero = (v: Tensor) => mul(0, v);
  expectClose(
    etdrk4(c, zero, 0.7)(tensor(v0)),
    v0.map((v, i) => v * Math.exp(0.7 * c[i]!)),
    1e-14,
  );
  const force = () => tensor([1, 2, 3, 4]);
  const expected = v0.map((v, i) => {
    const phi = c[i] === 0 ? 1 : Math.expm1(0.7 * c[i]!) / (0.7 * c[i]!);
    return v * Math.exp(0.7 * c[i]!) + 0.7 * phi * (i + 1);
  });
  expectClose(etdrk4(c, force, 0.7)(tensor(v0)), expected, 1e-13);
});

/** Logistic growth: v̇ = c v − v² has a solution in closed form. */
test("order four, with a nonlinear part", () => {
  const exact = tensor(
    v0.map((v, i) => {
      const grown = Math.exp(c[i]!);
      const integral = c[i] === 0 ? 1 : Math.expm1(c[i]!) / c[i]!;
      return (v * grown) / (1 + v * integral);
    }),
  );
  const at = (n: number) => etdrk4(c, (v) => mul(-1, square(v)), 1, n)(tensor(v0));
  expect(orderOf(at, [64, 128], exact)).toBeCloseTo(4, 0);
});

test("gradients in the rates and in the length of the step", () => {
  const loss = (rates: Tensor, h: Tensor) =>
    sum(etdrk4(rates, (v) => mul(-1, square(v)), h)(tensor(v0)));
  const rates = grad((at: Tensor) => loss(at, tensor(0.1)))(tensor(c)).toArray() as number[];
  rates.forEach((slope, i) => {
    const along = (v: number) => loss(tensor(c.with(i, v)), tensor(0.1)).item();
    expect(slope).toBeCloseTo(slopeOf(along, c[i]!, 1e-2), 9);
  });
  const length = grad((h: Tensor) => loss(tensor(c), h))(tensor(0.1)).item();
  expect(length).toBeCloseTo(
    slopeOf((h) => loss(tensor(c), tensor(h)).item(), 0.1, 1e-4),
    7,
  );
});

test("substeps must be whole", () => {
  expect(() => etdrk4(c, (v) => v, 0.1, 0.5)).toThrow(/substeps is 0.5/);
});
