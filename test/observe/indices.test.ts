import { expect, test } from "vitest";
import {
  capture,
  indices,
  jvp,
  mul,
  stack,
  sum,
  type Tensor,
  tensor,
  vjp,
  zeros,
} from "../../src/engine/index.js";
import {
  observeComponents,
  observeIndices,
  observeLog,
  observeMatrix,
  rowsSeen,
} from "../../src/observe/index.js";
import { key, normal } from "../../src/random/index.js";
import { expectClose } from "../support/close.js";
import { make } from "../support/dense.js";

const d = 6;
const components = [4, 0, 5];
const positions = indices(components);
const fixed = observeComponents(components);
const ours = observeIndices(positions, d);

test("sees what fixed components see, and has their matrix", () => {
  const x = normal(key(1), [2, 4, d]);
  expect(ours.size).toBe(3);
  expectClose(ours.apply(x), fixed.apply(x), 0);
  expectClose(ours.matrix(d)!, fixed.matrix(d)!, 0);
});

test("⟨H u, v⟩ = ⟨u, Hᵀ v⟩", () => {
  const [x, u, v] = [normal(key(1), [2, d]), normal(key(2), [2, d]), normal(key(3), [2, 3])];
  const forward = jvp(ours.apply, x, u).tangent;
  const back = vjp(ours.apply, x).pullback(v);
  expect(sum(mul(forward, v)).item()).toBeCloseTo(sum(mul(u, back)).item(), 13);
});

test("positions of each trajectory, and rows of a matrix for each", () => {
  const each = [components, [1, 2, 3]];
  const operator = observeIndices(stack(each.map((i) => indices(i))), d);
  const x = normal(key(4), [2, 5, d]);
  const X = normal(key(5), [d, 4]);
  const rows = rowsSeen(operator, X).toArray() as number[][][];
  const seen = operator.apply(x).toArray() as number[][][];
  const all = x.toArray() as number[][][];
  each.forEach((chosen, b) => {
    expect(seen[b]).toEqual(all[b]!.map((row) => chosen.map((i) => row[i])));
    expectClose(rows[b]!, rowsSeen(observeComponents(chosen), X), 0);
    const H = (operator.matrix(d)!.toArray() as number[][][])[b]!;
    expectClose(H, observeComponents(chosen).matrix(d)!, 0);
  });
});

test("rows of a matrix through a matrix are H X", () => {
  const H = tensor(make(2, d, (i, j) => Math.cos(i + 2 * j)));
  const X = normal(key(6), [d, 3]);
  const columns = [0, 1, 2].map((j) =>
    observeMatrix(H).apply(tensor((X.toArray() as number[][]).map((row) => row[j]!))),
  );
  expectClose(rowsSeen(observeMatrix(H), X), stack(columns, 1), 1e-15);
});

test("what does not fit is refused with advice", () => {
  expect(() => observeIndices(tensor([1, 2]), d)).toThrow(/need i32/);
  expect(() => ours.apply(zeros([d + 1]))).toThrow(/the state has 7 components; need 6/);
  expect(() => rowsSeen(observeLog([0]), zeros([d, 2]))).toThrow(/is not linear/);
  const outside = observeIndices(indices([0, d]), d);
  expect(() => outside.apply(zeros([d]))).toThrow(/6/);
  const captured = capture((at: Tensor) => observeIndices(at, d).apply(zeros([d])));
  captured(positions);
  expect(() => captured(indices([0, 1, d]))).toThrow(/6/);
});
