import { expect, test } from "vitest";
import { index, log, stack, tensor } from "../../src/engine/index.js";
import { systematic } from "../../src/filters/index.js";
import { expectClose } from "../support/close.js";

const weights = [0.02, 0, 0.31, 0.07, 0.4, 0.15, 0.05, 0];
const N = weights.length;
/** The logarithm of 0 is not a number of the engine's; this is as good. */
const logarithms = tensor(weights.map((w) => (w === 0 ? -800 : Math.log(w))));
const largest = 1 - 2 ** -53;

const taken = (u: number) => {
  const { ancestors, copies } = systematic(logarithms, tensor(u));
  return { ancestors: [...ancestors.data()], copies: [...copies.data()] };
};

test.each([0, 0.3, 0.5, 0.999, largest])("u = %d: each particle ⌊N w⌋ or ⌈N w⌉ times", (u) => {
  const { ancestors, copies } = taken(u);
  expect(copies.reduce((a, b) => a + b, 0)).toBe(N);
  copies.forEach((n, i) => {
    expect(n).toBeGreaterThanOrEqual(Math.floor(N * weights[i]! - 1e-12));
    expect(n).toBeLessThanOrEqual(Math.ceil(N * weights[i]!));
    expect(ancestors.filter((j) => j === i).length).toBe(n);
  });
  expect(ancestors).toEqual([...ancestors].sort((a, b) => a - b));
});

test("N w copies on average over u", () => {
  const M = 1000;
  const mean = new Array<number>(N).fill(0);
  for (let j = 0; j < M; j++) {
    taken((j + 0.5) / M).copies.forEach((n, i) => {
      mean[i]! += n / M;
    });
  }
  // Counts step once or twice in u, and the grid finds each step to 1/M.
  expectClose(
    mean,
    weights.map((w) => N * w),
    2 / M,
  );
});

test.each([0.001, 0.4, 0.999])("equal weights leave all particles in place, u = %d", (u) => {
  const { ancestors } = systematic(tensor(new Array(7).fill(-Math.log(7))), tensor(u));
  expect([...ancestors.data()]).toEqual([0, 1, 2, 3, 4, 5, 6]);
});

test("all weight on one particle, a permutation of the weights, and a batch of both", () => {
  const one = log(tensor([1e-300, 1, 1e-300, 1e-300]));
  const other = log(tensor([1e-300, 1e-300, 1e-300, 1]));
  expect([...systematic(one, tensor(0.7)).ancestors.data()]).toEqual([1, 1, 1, 1]);
  const both = systematic(stack([one, other], 0), tensor([0.7, 0.1]));
  expect(both.ancestors.toArray()).toEqual([
    [1, 1, 1, 1],
    [3, 3, 3, 3],
  ]);
  expect(index(both.copies, 0, 1).toArray()).toEqual([0, 0, 0, 4]);
});
