import { expect, test } from "vitest";
import {
  add,
  capture,
  div,
  jacobian,
  jvp,
  log,
  mul,
  sqrt,
  square,
  sum,
  type Tensor,
  tensor,
} from "../../src/engine/index.js";
import { bindModel, lorenz63, lorenz63Defaults, lorenz63Tendency } from "../../src/models/index.js";
import { key, normal } from "../../src/random/index.js";
import { expectClose } from "../support/close.js";
import {
  expectDerivatives,
  expectMembersAlone,
  expectParameterGradients,
  orderOf,
} from "../support/steps.js";

const usual = lorenz63Defaults;
const x0 = [1.509, -1.531, 25.46];
const step = (x: Tensor, h = 0.01, substeps = 1) =>
  bindModel(lorenz63, {}, { substeps }).step(h).map(x);

test("the tendency is the formula", () => {
  const f = lorenz63Tendency({ sigma: 2, rho: 3, beta: 5 });
  expectClose(f(tensor([7, 11, 13])), [2 * (11 - 7), 7 * (3 - 13) - 11, 7 * 11 - 5 * 13], 1e-13);
});

test("0 and the centres of the two wings are fixed points", () => {
  const c = Math.sqrt(usual.beta * (usual.rho - 1));
  const points = [
    [0, 0, 0],
    [c, c, usual.rho - 1],
    [-c, -c, usual.rho - 1],
  ];
  expectClose(step(tensor(points)), points, 1e-14);
});

test("turning x and y about changes nothing", () => {
  const turned = (x: Tensor) => mul(x, tensor([-1, -1, 1]));
  expectClose(step(turned(tensor(x0))), turned(step(tensor(x0))), 1e-14);
});

test("volumes shrink at the rate σ + 1 + β, the trace of the Jacobian", () => {
  const [a, b, c] = jacobian((x: Tensor) => step(x, 0.01, 8))(tensor(x0)).toArray() as number[][];
  const minor = (i: number, j: number) => b![i]! * c![j]! - b![j]! * c![i]!;
  const det = a![0]! * minor(1, 2) - a![1]! * minor(0, 2) + a![2]! * minor(0, 1);
  // The method's error: of order h⁴ with h = 0.00125 and derivatives of size 10³.
  expect(Math.log(det)).toBeCloseTo(-0.01 * (usual.sigma + 1 + usual.beta), 9);
});

test("order four in time", () => {
  const at = (substeps: number) => step(tensor(x0), 0.2, substeps);
  expect(orderOf(at, [32, 64], at(2048))).toBeCloseTo(4, 0);
});

test("tangent and adjoint, gradients in all parameters, members as if alone", () => {
  // Differences of order four with h = 10⁻³: 10⁻¹² of derivatives, 10⁻¹³ of rounding over h.
  expectDerivatives(step, tensor(x0), 1e-8);
  const moved = (p: Record<string, Tensor>) => bindModel(lorenz63, p).step(0.05).map(tensor(x0));
  expectParameterGradients(moved, usual, 1e-8);
  expectMembersAlone(step, normal(key(1), [4, 3]), 1e-14);
  expectClose(step(tensor(x0, { dtype: "f32" })), step(tensor(x0)), 1e-5);
});

test("the first Lyapunov exponent is 0.906", () => {
  // Wolf et al. (1985) and others: 0.906. Trajectories side by side, each with its own tangent.
  const [count, settle, steps, h] = [300, 1000, 1000, 0.01];
  const advance = capture((x: Tensor, v: Tensor) => {
    const { value, tangent } = jvp((at: Tensor) => step(at, h), x, v);
    const size = sqrt(sum(square(tangent), -1, { keepDims: true }));
    return { x: value, v: div(tangent, size), grown: sum(log(size)) };
  });
  let x = add(tensor(x0), normal(key(2), [count, 3]));
  let v = normal(key(3), [count, 3]);
  let grown = 0;
  for (let k = 0; k < settle + steps; k++) {
    const moved = advance(x, v);
    [x, v] = [moved.x, moved.v];
    if (k >= settle) grown += moved.grown.item();
  }
  // 3000 time units; over one unit the growth has a standard deviation near 1: three times 0.02.
  expect(Math.abs(grown / (count * steps * h) - 0.906)).toBeLessThan(0.06);
});

test("what does not fit is refused with advice", () => {
  expect(() => step(tensor([1, 2]))).toThrow(/the state is \[2\]; need 3/);
});
