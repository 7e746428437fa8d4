import { expect, test } from "vitest";
import { grad, index, jvp, mul, sum, type Tensor, tensor } from "../../src/engine/index.js";
import {
  bindModel,
  lorenz96,
  lorenz96Advection,
  lorenz96Tendency,
  rk4,
} from "../../src/models/index.js";
import { distance, expectClose } from "../support/close.js";
import { slopeOf } from "../support/differences.js";

const d = 7;
const x0 = Array.from({ length: d }, (_, i) => 2 + 3 * Math.sin(1 + 2 * i));
const direction = Array.from({ length: d }, (_, i) => Math.cos(3 * i));

test("the tendency is the formula with indices modulo d, members as if alone", () => {
  const at = (i: number) => x0[(i + d) % d]!;
  const expected = x0.map((x, i) => (at(i + 1) - at(i - 2)) * at(i - 1) - x + 8);
  const f = lorenz96Tendency({ forcing: 8 });
  expectClose(f(tensor(x0)), expected, 1e-13);
  const E = tensor([
    [direction, x0],
    [x0, direction],
  ]);
  expectClose(index(index(f(E), 0, 1), 0, 0), expected, 1e-13);
});

test("the quadratic term keeps the energy: x · advection(x) = 0", () => {
  const x = tensor(x0);
  // Seven terms of size up to 10², rounded at 10⁻¹⁶ of that.
  expect(Math.abs(sum(mul(x, lorenz96Advection(x))).item())).toBeLessThan(1e-12);
});

test("x = F is a fixed point", () => {
  const { map } = bindModel(lorenz96, { dimension: 5, forcing: 3 }).step(0.05);
  expectClose(map(tensor([3, 3, 3, 3, 3])), [3, 3, 3, 3, 3], 1e-15);
});

test("the energy of a trajectory follows d/dt ½|x|² = −|x|² + F Σx", () => {
  const x = tensor(x0);
  const energy = (h: number) => {
    const moved = bindModel(lorenz96, { dimension: d, forcing: 8 }).step(h).map(x);
    return 0.5 * sum(mul(moved, moved)).item();
  };
  const expected = x0.reduce((total, v) => total + 8 * v - v * v, 0);
  expect(slopeOf(energy, 0, 1e-3)).toBeCloseTo(expected, 6);
});

const step = (forcing: number | Tensor, x: Tensor) =>
  bindModel(lorenz96, { dimension: d, forcing }).step(0.05).map(x);

test("tangent in the state equals the difference along it", () => {
  const { tangent } = jvp((x: Tensor) => step(8, x), tensor(x0), tensor(direction));
  const along = (i: number) => (s: number) =>
    (step(8, tensor(x0.map((v, j) => v + s * direction[j]!))).toArray() as number[])[i]!;
  const expected = x0.map((_, i) => slopeOf(along(i), 0, 1e-3));
  expectClose(tangent, expected, 1e-9);
});

test("gradient in the forcing, one number or one per variable", () => {
  const loss = (F: Tensor) => sum(mul(tensor(direction), step(F, tensor(x0))));
  const expected = slopeOf((F) => loss(tensor(F)).item(), 8, 1e-2);
  expect(grad(loss)(tensor(8)).item()).toBeCloseTo(expected, 10);
  const each = grad(loss)(tensor(new Array<number>(d).fill(8)));
  expect(sum(each).item()).toBeCloseTo(expected, 10);
});

test("order four: halving the step divides the error by sixteen", () => {
  const f = lorenz96Tendency({ forcing: 8 });
  const exact = rk4(f, 0.2, 1024)(tensor(x0));
  const errors = [8, 16, 32].map((n) => distance(rk4(f, 0.2, n)(tensor(x0)), exact));
  const orders = errors.slice(1).map((e, i) => Math.log2(errors[i]! / e));
  expect(orders.at(-1)).toBeGreaterThan(3.9);
  expect(orders.at(-1)).toBeLessThan(4.1);
});

test("single precision stays single", () => {
  const x = tensor(x0, { dtype: "f32" });
  const moved = step(8, x);
  expect(moved.dtype).toBe("f32");
  expectClose(moved, step(8, tensor(x0)), 1e-5); // numbers of size 10, roundoff 6·10⁻⁸
});

test("what does not fit is refused with advice", () => {
  expect(() => bindModel(lorenz96, { dimension: 3, forcing: 8 })).toThrow(
    /the dimension is 3; need a whole number, at least 4/,
  );
  expect(() => step(8, tensor([1, 2, 3, 4]))).toThrow(/the state is \[4\]; need 7/);
});
