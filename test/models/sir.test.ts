import { describe, expect, test } from "vitest";
import { capture, mul, sum, type Tensor, tensor } from "../../src/engine/index.js";
import { bindModel, sir } from "../../src/models/index.js";
import { key, uniform } from "../../src/random/index.js";
import { expectClose } from "../support/close.js";
import {
  expectDerivatives,
  expectMembersAlone,
  expectParameterGradients,
  orderOf,
} from "../support/steps.js";

const [beta, gamma] = [0.5, 0.2];
const x0 = tensor([0.9, 0.08, 0.02]);
const step = (x: Tensor, h = 0.5, substeps = 1) =>
  bindModel(sir, { transmission: beta, recovery: gamma }, { substeps }).step(h).map(x);

/** An epidemic of N persons from few infectious ones: I at its peak, and R in the end. */
function epidemic(R0: number, N: number): { peak: number; size: number } {
  const model = bindModel(sir, { transmission: R0 * gamma, recovery: gamma, population: N });
  const move = capture(model.step(0.1).map);
  let x = tensor([N * (1 - 1e-6), N * 1e-6, 0]);
  let peak = 0;
  for (let i = 0; i < 10000; i++) {
    x = move(x);
    peak = Math.max(peak, x.data()[1]!);
  }
  return { peak, size: x.data()[2]! };
}

describe.each([
  // The roots of z = 1 − exp(−R₀ z), as tables of the final size have them.
  [1.5, 0.5828],
  [2, 0.7968],
  [3, 0.9405],
])("an epidemic with R₀ = %d", (R0, size) => {
  const N = 1000;
  const found = epidemic(R0, N);

  test("infects in the end the fraction of Kermack and McKendrick", () => {
    const z = found.size / N;
    // One in a million is infectious at first: it moves the final size by about that much.
    expect(z).toBeCloseTo(1 - Math.exp(-R0 * z), 5);
    expect(Math.abs(z - size)).toBeLessThan(1e-4); // the digits of the tables
  });

  test("has at its peak N (1 − (1 + log R₀)/R₀) infectious persons", () => {
    // Between steps of 0.1 the peak is missed by İ̈ h²/8, less than 10⁻⁴ of N.
    expect(found.peak / N).toBeCloseTo(1 - (1 + Math.log(R0)) / R0, 4);
  });
});

test("S + I + R stays as it is, and in fractions the epidemic is the same", () => {
  const moved = step(x0, 5, 20);
  expect(sum(moved).item()).toBeCloseTo(1, 14);
  const persons = bindModel(
    sir,
    { transmission: beta, recovery: gamma, population: 5e6 },
    { substeps: 20 },
  );
  expectClose(mul(1 / 5e6, persons.step(5).map(mul(5e6, x0))), moved, 1e-14);
});

test("no one is infected where no one is infectious", () => {
  expectClose(step(tensor([0.7, 0, 0.3])), [0.7, 0, 0.3], 0);
});

test("order four in time", () => {
  const at = (substeps: number) => step(x0, 8, substeps);
  expect(orderOf(at, [16, 32], at(1024))).toBeCloseTo(4, 0);
});

test("tangent and adjoint, gradients in all parameters, members as if alone", () => {
  expectDerivatives(step, x0, 1e-10);
  const usual = { transmission: beta, recovery: gamma, population: 1 };
  const moved = (p: Record<string, Tensor>) => bindModel(sir, p).step(0.5).map(x0);
  expectParameterGradients(moved, usual, 1e-9);
  expectMembersAlone(step, uniform(key(1), [4, 3]), 1e-15);
});
