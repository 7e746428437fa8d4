import { expect, test } from "vitest";
import { tensor } from "../../src/engine/index.js";
import { observePower } from "../../src/observe/index.js";
import { expectClose } from "../support/close.js";
import { expectDerivatives } from "../support/steps.js";

const states = [
  [0.5, 2, 3],
  [1.5, 0.2, 4],
];

// Rounding of the power of numbers up to 64, and of its logarithm.
test.each([2, 3, -1, 0.5])("h(x) = xᵢᵖ for p = %d", (p) => {
  const operator = observePower([2, 0], p);
  const expected = states.map((x) => [x[2]! ** p, x[0]! ** p]);
  expectClose(operator.apply(tensor(states)), expected, 1e-13);
  // Differences of order four with steps of 10⁻³: 10⁻¹² times a fifth derivative, at most 4·10⁶ at 0.2.
  expectDerivatives(observePower([2, 0, 1], p).apply, tensor(states), 1e-5);
});

test("whole powers of negative components, and no matrix", () => {
  const operator = observePower([0, 1], 3);
  expectClose(operator.apply(tensor([-2, -0.5])), [-8, -0.125], 1e-14);
  expect(operator.size).toBe(2);
  expect(operator.linear).toBe(false);
  expect(operator.matrix(2)).toBeNull();
});

test("what does not fit is refused", () => {
  expect(() => observePower([0], 0)).toThrow(/other than 0/);
  expect(() => observePower([0], Number.NaN)).toThrow(/exponent is NaN/);
  expect(() => observePower([4], 2).apply(tensor([1, 2]))).toThrow(/component 4/);
});
