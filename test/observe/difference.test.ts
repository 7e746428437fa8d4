/** Predictions without jumps, and differences where an operator states none. */
import { expect, test } from "vitest";
import { log, mean, sub, tensor } from "../../src/engine/index.js";
import {
  differenceOf,
  innovationOf,
  type Operator,
  observeComponents,
  unwrapAbout,
  unwrapMembers,
  wrapAngle,
} from "../../src/observe/index.js";
import { distance, expectClose } from "../support/close.js";

const plain = observeComponents([0]);
const wrapped: Operator = { ...plain, difference: (a, b) => wrapAngle(sub(a, b)) };
const curved: Operator = { ...wrapped, linear: false };

const hE = tensor([[3.1], [-3.1], [-3.0], [3.0]]);

test("without a difference nothing is changed, bit for bit", () => {
  const [a, b] = [tensor([0.1, 7]), tensor([0.3, -0.2])];
  expect(distance(differenceOf(plain, a, b), sub(a, b))).toBe(0);
  expect(unwrapMembers({ ...plain, linear: false }, hE)).toBe(hE);
  expect(unwrapAbout(plain, a, b)).toBe(a);
});

test("the innovation is the operator's difference", () => {
  const y = tensor([3]);
  expectClose(innovationOf({ y, operator: wrapped }, tensor([-3])), [6 - 2 * Math.PI], 1e-15);
  expectClose(innovationOf({ y, operator: plain }, tensor([-3])), [6], 0);
});

test("members that straddle π are unwrapped about their mean, which then is π", () => {
  const near = unwrapMembers(curved, hE);
  const turn = 2 * Math.PI;
  // A few roundings of numbers near π.
  expectClose(near, [[3.1], [turn - 3.1], [turn - 3], [3]], 4e-15);
  expectClose(mean(near, -2), [Math.PI], 4e-15);
});

test("a first member far to one side does not tear the others apart", () => {
  // All within half a turn of each other, but 2.9 and more from the first one.
  const E = tensor([[0.5], [-2.8], [-2.75], [3.4 - 2 * Math.PI]]);
  const near = unwrapMembers(curved, E).toArray() as number[][];
  const values = near.map(([v]) => v!);
  expect(Math.max(...values) - Math.min(...values)).toBeLessThan(Math.PI);
});

test("weighted predictions are unwrapped about their weighted mean", () => {
  const logWeights = log(tensor([0.9, 0.02, 0.04, 0.04]));
  const near = unwrapMembers(curved, hE, logWeights);
  expectClose(
    sub(near, tensor([[3.1]])),
    [[0], [2 * Math.PI - 6.2], [2 * Math.PI - 6.1], [-0.1]],
    4e-15,
  );
});

test("a linear operator has no jumps: its predictions stay as they are", () => {
  expect(unwrapMembers(wrapped, hE)).toBe(hE);
});
