import { expect, test } from "vitest";
import {
  add,
  capture,
  conjugateGradients,
  jvp,
  linearise,
  matmul,
  matvec,
  mul,
  positiveDefinite,
  sin,
  solveVector,
  sum,
  type Tensor,
  tensor,
  valueAndGrad,
} from "../../src/engine/index.js";
import { expectClose } from "../support/close.js";
import { make } from "../support/dense.js";

const n = 4;
const S = make(n, n, (i, j) => (i === j ? 2 + i : 0.3 / (1 + Math.abs(i - j))));
const b = [0.5, -1, 2, 0.25];

test("linearise carries tangents and cotangents of one run", () => {
  const f = (x: Tensor) => ({ y: matvec(tensor(S), sin(x)), z: mul(x, x) });
  const { value, push, pull } = linearise(f, tensor(b));
  expectClose(value.y, f(tensor(b)).y, 0);
  expectClose(push(tensor(S[1]!)).y, jvp(f, tensor(b), tensor(S[1]!)).tangent.y, 0);
  const [forward, g] = [push(tensor(S[2]!)), { y: tensor(S[0]!), z: tensor(S[3]!) }];
  const left = add(sum(mul(forward.y, g.y)), sum(mul(forward.z, g.z)));
  expectClose(left, sum(mul(pull(g), tensor(S[2]!))), 1e-14);
});

/** A model's tangent, pushed and pulled back, encloses what the derivative is taken in. */
const normal = (a: Tensor) => {
  const { push, pull } = linearise((x: Tensor) => sin(mul(a, matvec(tensor(S), x))), tensor(b));
  return (v: Tensor) => add(v, pull(push(v)));
};
const throughProducts = (a: Tensor) =>
  sum(mul(tensor(b), conjugateGradients(normal(a), tensor(b), 2 * n)));
const throughMatrix = (a: Tensor) => {
  const { push } = linearise((x: Tensor) => sin(mul(a, matvec(tensor(S), x))), tensor(b));
  const J = make(n, n, (i, j) => Number(i === j)).map((e) => push(tensor(e)));
  const rows = matmul(stackOf(J), stackOf(J), { transposeB: true });
  const A = positiveDefinite(add(rows, tensor(make(n, n, (i, j) => Number(i === j)))));
  return sum(mul(tensor(b), solveVector(A, tensor(b))));
};
const stackOf = (rows: readonly Tensor[]): Tensor => {
  let all = mul(0, tensor(S));
  rows.forEach((row, i) => {
    const e = tensor(make(n, 1, (k) => Number(k === i)));
    all = add(all, mul(e, row));
  });
  return all;
};

test.each([
  ["eager", false],
  ["captured", true],
])("%s: first and second derivatives are those of the solved matrix", (_, captured) => {
  const first = (f: (a: Tensor) => Tensor): ((a: Tensor) => { value: Tensor; gradient: Tensor }) =>
    captured ? capture((a: Tensor) => valueAndGrad(f)(a)) : valueAndGrad(f);
  const ours = first(throughProducts)(tensor(0.4));
  const theirs = first(throughMatrix)(tensor(0.4));
  expectClose(ours.value, theirs.value, 1e-13);
  expectClose(ours.gradient, theirs.gradient, 1e-12);
  const second = (f: (a: Tensor) => Tensor) =>
    valueAndGrad((a: Tensor) => valueAndGrad(f)(a).gradient)(tensor(0.4)).gradient;
  expectClose(second(throughProducts), second(throughMatrix), 1e-11);
});

test("steps after the end, and a right-hand side of zeros, do no harm", () => {
  const product = (v: Tensor) => mul(2, v);
  const sides = tensor([b, b.map(() => 0)]);
  const { value, gradient } = valueAndGrad((x: Tensor) => sum(conjugateGradients(product, x, 40)))(
    sides,
  );
  expectClose(value, sum(mul(0.5, sides)), 1e-15);
  expectClose(
    gradient,
    make(2, n, () => 0.5),
    1e-15,
  );
});

test("what does not fit is refused", () => {
  expect(() => conjugateGradients((x) => x, tensor(b), 0)).toThrow(/steps is 0/);
  expect(() => conjugateGradients((x) => sum(x), tensor(b), 2)).toThrow(/need one shape/);
});
