import { expect, test } from "vitest";
import { concat, mul, roll, slice, sub, sum, type Tensor, tensor } from "../../src/engine/index.js";
import {
  bindModel,
  lorenz96,
  lorenz96TwoScale,
  lorenz96TwoScaleDefaults,
  lorenz96TwoScaleTendency,
} from "../../src/models/index.js";
import { key, normal } from "../../src/random/index.js";
import { expectClose } from "../support/close.js";
import {
  expectDerivatives,
  expectMembersAlone,
  expectParameterGradients,
  orderOf,
} from "../support/steps.js";

const [K, J] = [5, 3];
const sizes = { slow: K, fastPerSlow: J };
const d = K + K * J;
const usual = { forcing: 10, ...lorenz96TwoScaleDefaults };
const x0 = mul(normal(key(1), [d]), tensor(Array.from({ length: d }, (_, i) => (i < K ? 4 : 0.5))));
const uncoupled = { ...sizes, ...usual, coupling: 0 };
const slow = (x: Tensor) => slice(x, -1, 0, K);
const fast = (x: Tensor) => slice(x, -1, K, d);
const step = (x: Tensor, h = 0.005, substeps = 1) =>
  bindModel(lorenz96TwoScale, { ...sizes, ...usual }, { substeps })
    .step(h)
    .map(x);

/** The equations by their indices. */
function written(x: readonly number[], [F, h, c, b]: readonly [number, number, number, number]) {
  const U = (k: number) => x[(k + K) % K]!;
  const V = (j: number) => x[K + ((j + K * J) % (K * J))]!;
  const dU = Array.from({ length: K }, (_, k) => {
    const above = Array.from({ length: J }, (_, j) => V(J * k + j)).reduce((s, v) => s + v, 0);
    return -U(k - 1) * (U(k - 2) - U(k + 1)) - U(k) + F - ((h * c) / b) * above;
  });
  const dV = Array.from({ length: K * J }, (_, j) => {
    const below = U(Math.floor(j / J));
    return -c * b * V(j + 1) * (V(j + 2) - V(j - 1)) - c * V(j) + ((h * c) / b) * below;
  });
  return [...dU, ...dV];
}

test("the tendency is the formula of Lorenz and Wilks, indices modulo K and K J", () => {
  const params = { forcing: 7, coupling: 0.9, timeScale: 4, amplitude: 6 };
  const ours = lorenz96TwoScaleTendency(params, sizes)(x0);
  expectClose(ours, written(x0.toArray() as number[], [7, 0.9, 4, 6]), 1e-12);
});

test("quadratic parts and coupling keep the energy; what is left feeds and damps", () => {
  const { forcing: F, timeScale: c } = usual;
  const dx = lorenz96TwoScaleTendency(usual, sizes)(x0);
  const [U, V] = [slow(x0), fast(x0)];
  const expected = F * sum(U).item() - sum(mul(U, U)).item() - c * sum(mul(V, V)).item();
  // Sums of some hundred terms of size 10² to 10³.
  expect(sum(mul(x0, dx)).item()).toBeCloseTo(expected, 10);
});

test("without coupling the slow variables are a Lorenz-96 system", () => {
  const { map } = bindModel(lorenz96TwoScale, uncoupled).step(0.05);
  expectClose(
    slow(map(x0)),
    bindModel(lorenz96, { dimension: K, forcing: 10 }).step(0.05).map(slow(x0)),
    1e-13,
  );
});

test("without coupling the fast ones are one backwards, b times smaller and c times faster", () => {
  const { map } = bindModel(lorenz96TwoScale, uncoupled).step(0.005);
  const { timeScale: c, amplitude: b } = usual;
  const backwards = (x: Tensor) => tensor((x.toArray() as number[]).toReversed());
  const large = mul(b, backwards(fast(x0)));
  const moved = bindModel(lorenz96, { dimension: K * J, forcing: 0 })
    .step(c * 0.005)
    .map(large);
  expectClose(fast(map(x0)), mul(1 / b, backwards(moved)), 1e-13);
});

test("turning the ring by a slow variable changes nothing", () => {
  const turned = (x: Tensor) => concat([roll(slow(x), 1, -1), roll(fast(x), J, -1)], -1);
  expectClose(step(turned(x0)), turned(step(x0)), 1e-14);
});

test("order four in time", () => {
  const at = (substeps: number) => step(x0, 0.1, substeps);
  expect(orderOf(at, [64, 128], at(2048))).toBeCloseTo(4, 0);
});

test("tangent and adjoint, gradients in all parameters, members as if alone", () => {
  expectDerivatives(step, x0, 1e-8);
  const moved = (p: Record<string, Tensor>) =>
    bindModel(lorenz96TwoScale, { ...sizes, ...p })
      .step(0.01)
      .map(x0);
  expectParameterGradients(moved, usual, 1e-8);
  const E = normal(key(2), [3, d]);
  expectMembersAlone(step, E, 1e-14);
  const single = tensor(x0.toArray(), { dtype: "f32" });
  expectClose(step(single), sub(step(x0), 0), 1e-5);
});

test("what does not fit is refused with advice", () => {
  expect(() => bindModel(lorenz96TwoScale, { ...usual, slow: 3, fastPerSlow: 2 })).toThrow(
    /at least 4 slow and 1 fast/,
  );
  expect(() => step(tensor([1, 2]))).toThrow(/the state is \[2\]; need 20/);
});
