import { expect, test } from "vitest";
import { leadingLyapunovExponent } from "../../src/diagnostics/index.js";
import { matvec, mul, type Tensor, tensor } from "../../src/engine/index.js";
import { bindModel, lorenz63 } from "../../src/models/index.js";

test("a linear map has the logarithm of its largest eigenvalue", () => {
  const A = tensor([
    [2, 1],
    [0, 0.5],
  ]);
  const options = { step: 0.1, transient: 60, counted: 10 };
  const map = (x: Tensor) => matvec(A, x);
  // After 60 steps the other direction is (½/2)⁶⁰ of it. The state itself stays small.
  const exponent = leadingLyapunovExponent(map, tensor([0, 0]), tensor([0.3, 1]), options);
  expect(exponent).toBeCloseTo(Math.log(2) / 0.1, 12);
});

test("Lorenz-63 has 0.906, the published value", () => {
  const { map } = bindModel(lorenz63).step(0.01);
  const options = { step: 0.01, transient: 500, counted: 50_000 };
  const exponent = leadingLyapunovExponent(map, tensor([1, 1, 20]), tensor([1, 0, 0]), options);
  // 500 time units: rates over one differ by about 1, so 0.05 is more than one standard error.
  expect(Math.abs(exponent - 0.906)).toBeLessThan(0.05);
});

test("numbers of steps that do not fit are refused", () => {
  const call = (options: { step: number; transient: number; counted: number }) =>
    leadingLyapunovExponent((x) => mul(2, x), tensor([1]), tensor([1]), options);
  expect(() => call({ step: 1, transient: 0, counted: 0 })).toThrow(/0 counted; need whole/);
  expect(() => call({ step: 0, transient: 0, counted: 1 })).toThrow(/the step is 0; need more/);
});
