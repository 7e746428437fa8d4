import { expect, test } from "vitest";
import { ShapeError, tensor } from "../../src/engine/index.js";
import {
  observeAll,
  observeComponents,
  observeExp,
  observeLog,
  observeMatrix,
} from "../../src/observe/index.js";
import { distance, expectClose } from "../support/close.js";
import { timesVector } from "../support/dense.js";

const x = [0.5, 2, 3];
const E = tensor([
  [x, [1, 4, 9]],
  [[7, 8, 9], x],
]);

test.each([
  ["components", observeComponents([2, 0])],
  ["components side by side", observeComponents([1, 2])],
  ["all", observeAll(3)],
  [
    "matrix",
    observeMatrix(
      tensor([
        [1, 0, 2],
        [0, -1, 1],
      ]),
    ),
  ],
])("%s: apply is multiplication by the matrix it states", (_, operator) => {
  const H = operator.matrix(3)!.toArray() as number[][];
  expect(H.length).toBe(operator.size);
  expectClose(operator.apply(tensor(x)), timesVector(H, x), 1e-15);
  expect(operator.apply(E).shape).toEqual([2, 2, operator.size]);
  expectClose(
    (operator.apply(E).toArray() as number[][][])[1]![0]!,
    timesVector(H, [7, 8, 9]),
    1e-15,
  );
});

test("logarithms and exponentials of components have no matrix", () => {
  expectClose(observeLog([1, 2]).apply(tensor(x)), [Math.log(2), Math.log(3)], 1e-15);
  expectClose(observeExp([0]).apply(tensor(x)), [Math.exp(0.5)], 1e-15);
  expect(observeLog([1]).matrix(3)).toBeNull();
});

test("all components are passed on as they are", () => {
  expect(distance(observeAll(3).apply(E), E)).toBe(0);
});

test("what does not fit is refused with advice", () => {
  expect(() => observeComponents([3]).apply(tensor(x))).toThrow(ShapeError);
  expect(() => observeComponents([3]).apply(tensor(x))).toThrow(/from 0 to 2/);
  expect(() => observeComponents([0.5]).matrix(3)).toThrow(/component 0.5/);
  expect(() => observeMatrix(tensor([1, 2]))).toThrow(/need \[m, d\]/);
  expect(() => observeMatrix(tensor([[1, 2]])).apply(tensor(x))).toThrow(/state has 3 components/);
});
