import { describe, expect, test } from "vitest";
import { cast, index, indices, stack, tensor } from "../../src/engine/index.js";
import {
  covarianceAtObserved,
  observeComponents,
  observedCovariance,
  observeIndices,
  observeLog,
  observeMatrix,
} from "../../src/observe/index.js";
import { type Covariance, formCovariance } from "../../src/prob/index.js";
import { expectClose } from "../support/close.js";
import { covariances, dimension as d } from "../support/covariances.js";
import { flip, make, times } from "../support/dense.js";

const seen = [3, 0, 4];
const H = make(2, d, (i, j) => Math.cos(i + 2 * j));
const picked = seen.map((i) => Array.from({ length: d }, (_, j) => Number(i === j)));
const operators = [
  { ...observeComponents(seen), H: picked },
  { ...observeIndices(indices(seen), d), H: picked },
  { ...observeMatrix(tensor(H)), H },
];

describe.each(covariances)("$name", ({ C, matrix }) => {
  test.each(operators)("through $name: H C and H C Hᵀ", (operator) => {
    const { HC, HCH } = observedCovariance("test", C, operator);
    const expected = times(operator.H, matrix);
    expectClose(HC, expected, 1e-14);
    expectClose(HCH, times(expected, flip(operator.H)), 1e-13);
  });

  test("other components in every trajectory", () => {
    const each = [seen, [1, 2, 3]];
    const operator = observeIndices(stack(each.map((i) => indices(i))), d);
    const { HC, HCH } = observedCovariance("test", C, operator);
    each.forEach((components, b) => {
      const alone = observedCovariance("test", C, observeComponents(components));
      expectClose(index(HC, 0, b), alone.HC, 0);
      expectClose(index(HCH, 0, b), alone.HCH, 0);
    });
  });

  test("gaps leave zeros", () => {
    const all = observedCovariance("test", C, operators[0]!);
    const { HC, HCH } = covarianceAtObserved(all, { mask: tensor([1, 0, 1]) });
    const expected = picked.map((row, k) => row.map((v) => (k === 1 ? 0 : v)));
    expectClose(HC, times(expected, matrix), 1e-14);
    expectClose(HCH, times(times(expected, matrix), flip(expected)), 1e-14);
  });
});

test("f32, with C₀ one number", () => {
  const B = tensor(make(d, 2, (i, j) => Math.sin(i + j)));
  const of = (factor: typeof B): Covariance => ({
    ...{ kind: "update", base: { kind: "diagonal", variance: 0.5 }, factor },
  });
  const coarse = observedCovariance("test", of(cast(B, "f32")), operators[0]!);
  expect(coarse.HC.dtype).toBe("f32");
  const fine = formCovariance(of(B), d).toArray() as number[][];
  expectClose(cast(coarse.HC, "f64"), times(picked, fine), 1e-6);
});

test("an operator that is not linear, and a variance for any size, are refused", () => {
  const C: Covariance = { kind: "diagonal", variance: 1 };
  expect(() => observedCovariance("test", C, observeLog([0]))).toThrow(/is not linear/);
  expect(() => observedCovariance("test", C, operators[0]!)).toThrow(/need \[d\], a variance per/);
});
