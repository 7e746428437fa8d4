/** Derivatives at the edges of smoothness: the exact ones, or the convention, of first and second order. */
import { describe, expect, test } from "vitest";
import * as k from "../../src/engine/index.js";

type Unary = (x: k.Tensor) => k.Tensor;

/** f, where, f′ and f″ there. */
type Edge = readonly [string, Unary, number, number, number];

const exponent =
  (n: number): Unary =>
  (x) =>
    k.pow(x, k.full(x.shape, n, x.dtype as k.FloatType));
const smooth: readonly Edge[] = [
  ["x⁰", (x) => k.pow(x, 0), 0, 0, 0],
  ["x¹", (x) => k.pow(x, 1), 0, 1, 0],
  ["x²", (x) => k.pow(x, 2), 0, 0, 2],
  ["x³", (x) => k.pow(x, 3), 0, 0, 0],
  ["x⁰, the exponent a tensor", exponent(0), 0, 0, 0],
  ["x¹, the exponent a tensor", exponent(1), 0, 1, 0],
  ["x², the exponent a tensor", exponent(2), 0, 0, 2],
  ["x³, the exponent a tensor", exponent(3), 0, 0, 0],
  ["x⁻², a negative base", (x) => k.pow(x, -2), -1, 2, 6],
  ["square", k.square, 0, 0, 2],
  ["log1p", k.log1p, 0, 1, -1],
  ["expm1", k.expm1, 0, 1, 1],
  ["softplus", k.softplus, 0, 0.5, 0.25],
  ["logsumexp of equal ones", (x) => k.logsumexp(k.stack([x, k.neg(x)])), 0, 0, 1],
];
// Where one-sided slopes differ: 0 at a kink of one argument, equal parts for equal ones.
const kinks: readonly Edge[] = [
  ["abs", k.abs, 0, 0, 0],
  ["relu", k.relu, 0, 0, 0],
  ["sign", k.sign, 0, 0, 0],
  ["maximum of equal ones", (x) => k.maximum(x, k.mul(3, x)), 0, 2, 0],
  ["minimum of equal ones", (x) => k.minimum(x, k.mul(3, x)), 0, 2, 0],
  ["max of three equal ones", (x) => k.max(k.stack([x, k.mul(2, x), k.mul(6, x)])), 0, 3, 0],
];

describe.each(["f64", "f32"] as const)("%s", (dtype) => {
  const at = (x: number) => k.tensor([x], { dtype });
  const one = k.ones([1], dtype);
  const first = (f: Unary): Unary => k.grad((x: k.Tensor) => k.sum(f(x)));

  test.each([...smooth, ...kinks])("%s", (_, f, x, slope, curvature) => {
    const near = dtype === "f64" ? 1e-15 : 1e-7; // powers, exp and log round
    const second = first(first(f));
    const forward: Unary = (y) => k.jvp(f, y, k.broadcastTo(one, y.shape)).tangent;
    for (const [derivative, exact] of [
      ...[first(f), forward, k.capture(first(f))].map((d) => [d, slope] as const),
      ...[second, first(forward), k.capture(second)].map((d) => [d, curvature] as const),
    ]) {
      expect(Math.abs(derivative(at(x)).item() - exact)).toBeLessThanOrEqual(near);
    }
    const H = k
      .hessian((y: k.Tensor) => k.sum(f(y)))(at(x))
      .item();
    expect(Math.abs(H - curvature)).toBeLessThanOrEqual(near);
  });
});

// Central differences with h = 1e-4: truncation h² f‴ ≤ 1e-7, rounding ε/h² = 2e-8 for the second.
test.each(smooth)("%s agrees with central differences", (_, f, x, slope, curvature) => {
  const h = 1e-4;
  const [below, middle, above] = [-h, 0, h].map((step) => f(k.tensor(x + step)).item());
  expect(Math.abs((above! - below!) / (2 * h) - slope)).toBeLessThan(3e-7);
  expect(Math.abs((above! - 2 * middle! + below!) / h ** 2 - curvature)).toBeLessThan(3e-6);
});

test("exponents of 0 and others side by side, and the derivative by the exponent", () => {
  const b = k.tensor([0, 1, 2, 0]);
  const a = k.tensor([0, 0, 0, 5]);
  const f = (p: { a: k.Tensor; b: k.Tensor }) => k.sum(k.pow(p.a, p.b));
  const g = k.grad(f)({ a, b });
  expect(g.a.toArray()).toEqual([0, 1, 0, 0]);
  expect(g.b.toArray()).toEqual([0, 0, 0, Math.log(5)]); // ∂aᵇ/∂b is 0 at a = 0, by convention
  // ∂²aᵇ/∂a∂b = aᵇ⁻¹ (1 + b log a): 1/5 at (5, 0).
  const mixed = k.jvp((at: k.Tensor) => k.grad(f)({ a: at, b }).b, a, k.ones([4])).tangent;
  expect(mixed.toArray()).toEqual([0, 0, 0, 0.2]);
  const other = k.jvp((at: k.Tensor) => k.grad(f)({ a, b: at }).a, b, k.ones([4])).tangent;
  expect(other.data()[3]).toBeCloseTo(0.2, 15);
});

test.each<[string, Unary, RegExp]>([
  ["the root", k.sqrt, /div.*Infinity/],
  ["x^½", (x) => k.pow(x, 0.5), /pow.*Infinity/],
  ["x^½, the exponent a tensor", exponent(0.5), /pow.*Infinity/],
])("an infinite slope is an error: %s at 0", (_, f, message) => {
  expect(f(k.tensor([0])).toArray()).toEqual([0]);
  const slope = k.grad((x: k.Tensor) => k.sum(f(x)));
  expect(() => slope(k.tensor([0]))).toThrow(k.NumericError);
  expect(() => slope(k.tensor([0]))).toThrow(message);
});
