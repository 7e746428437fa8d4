import { expect, test } from "vitest";
import { capture, jacobian, type Tensor, tensor } from "../../src/engine/index.js";
import { bindModel, fitzhughNagumo } from "../../src/models/index.js";
import { key, normal } from "../../src/random/index.js";
import { expectClose } from "../support/close.js";
import {
  expectDerivatives,
  expectMembersAlone,
  expectParameterGradients,
  orderOf,
} from "../support/steps.js";

const [a, b, tau] = [0.7, 0.8, 12.5];
const x0 = tensor([-1, 0.5]);
const step = (x: Tensor, h = 0.1, substeps = 1) =>
  bindModel(fitzhughNagumo, {}, { substeps }).step(h).map(x);

test("without a current the cell rests at v = −1.1994, w = −0.6243", () => {
  // FitzHugh (1961), where the sign of v is the other: x = 1.1994, y = −0.6243.
  const { map } = bindModel(fitzhughNagumo, { current: 0 }).step(0.1);
  const move = capture(map);
  let x = x0;
  for (let i = 0; i < 5000; i++) x = move(x);
  expectClose(x, [-1.1994, -0.6243], 5e-5); // the digits that are printed
});

/** The fixed point of which the voltage is v, and the current that puts it there. */
const fixedAt = (v: number) => ({ w: (v + a) / b, current: (v + a) / b - v + v ** 3 / 3 });

test("volumes about a fixed point change at the rate 1 − v² − b/τ", () => {
  for (const v of [-1.1994, -0.8, 0.3]) {
    const { w, current } = fixedAt(v);
    const { map } = bindModel(fitzhughNagumo, { current }).step(0.01);
    expectClose(map(tensor([v, w])), [v, w], 1e-15);
    const [[p, q], [r, s]] = jacobian(map)(tensor([v, w])).toArray() as [number[], number[]];
    // The method's error is of order h⁵ with derivatives of order one.
    expect(Math.log(p! * s! - q! * r!)).toBeCloseTo(0.01 * (1 - v * v - b / tau), 10);
  }
});

test("the cell fires between the Hopf bifurcations at currents of 0.331 and 1.419", () => {
  // Where the rate of the test before is 0 at the fixed point: v = ∓√(1 − b/τ).
  const critical = Math.sqrt(1 - b / tau);
  const currents = [-critical, critical].map((v) => fixedAt(v).current);
  expect(currents[0]).toBeCloseTo(0.331, 3);
  expect(currents[1]).toBeCloseTo(1.419, 3);
  // How far v swings in the last quarter of 400 units of time, from beside the fixed point.
  const swing = (current: number): number => {
    const move = capture(bindModel(fitzhughNagumo, { current }).step(0.1).map);
    let x = x0;
    let [least, most] = [Infinity, -Infinity];
    for (let i = 0; i < 4000; i++) {
      x = move(x);
      if (i < 3000) continue;
      const v = x.data()[0]!;
      [least, most] = [Math.min(least, v), Math.max(most, v)];
    }
    return most - least;
  };
  for (const current of [0.25, 1.5]) expect(swing(current)).toBeLessThan(0.01);
  for (const current of [0.4, 0.5, 1.35]) expect(swing(current)).toBeGreaterThan(2);
});

test("order four in time", () => {
  const at = (substeps: number) => step(x0, 4, substeps);
  expect(orderOf(at, [32, 64], at(1024))).toBeCloseTo(4, 0);
});

test("tangent and adjoint, gradients in all parameters, members as if alone", () => {
  expectDerivatives(step, x0, 1e-10);
  const usual = { current: 0.5, offset: a, damping: b, timeScale: tau };
  const moved = (p: Record<string, Tensor>) => bindModel(fitzhughNagumo, p).step(0.5).map(x0);
  expectParameterGradients(moved, usual, 1e-9);
  expectMembersAlone(step, normal(key(1), [4, 2]), 1e-15);
});
