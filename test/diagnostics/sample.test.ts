import { expect, test } from "vitest";
import { sortedSample } from "../../src/diagnostics/index.js";

const values = [2, -1, 0.5, 3];
const weights = [0.1, 0.2, 0.7, 0];

test("weights go with their values", () => {
  const sorted = sortedSample(values, weights);
  expect([...sorted.values]).toEqual([-1, 0.5, 2, 3]);
  expect([...sorted.weights!]).toEqual([0.2, 0.7, 0.1, 0]);
});

test("any number of weighted values comes into order", () => {
  for (const n of [1, 2, 3, 7, 64, 100]) {
    const many = Array.from({ length: n }, (_, i) => Math.sin(1000 * i + 1));
    const total = many.reduce((sum, v) => sum + Math.abs(v), 0) || 1;
    const share = (v: number) => Math.abs(v) / total;
    const { values: sorted, weights: moved } = sortedSample(many, many.map(share));
    expect([...sorted]).toEqual(many.toSorted((a, b) => a - b));
    expect([...moved!]).toEqual([...sorted].map(share));
  }
});

test("what does not fit is refused", () => {
  expect(() => sortedSample([1, 2], [1])).toThrow(/2 values and 1 weights/);
  expect(() => sortedSample([1, Number.POSITIVE_INFINITY])).toThrow(/is Infinity/);
});
