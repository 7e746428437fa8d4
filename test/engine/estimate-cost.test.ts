import { expect, test } from "vitest";
import {
  add,
  capture,
  cholesky,
  circularConv,
  estimateCost,
  exp,
  eye,
  heapStatistics,
  matmul,
  ones,
  sum,
  valueAndGrad,
} from "../../src/engine/index.js";

test("operations are counted as formulas say", () => {
  const [A, B] = [ones([3, 40, 50]), ones([3, 50, 60])];
  expect(estimateCost(matmul, A, B).operations).toBe(2 * 3 * 40 * 50 * 60);
  expect(estimateCost((x: typeof A) => exp(x), A).operations).toBe(3 * 40 * 50);
  expect(estimateCost(cholesky, eye(30)).operations).toBeCloseTo(30 ** 3 / 3, 6);
  const [x, w] = [ones([4, 8, 20]), ones([6, 8, 5])];
  expect(estimateCost(circularConv, x, w).operations).toBe(2 * 4 * 8 * 6 * 20 * 5);
});

test("a chain counts as its parts", () => {
  const f = (x: ReturnType<typeof ones>) => add(add(add(x, 1), x), x);
  expect(estimateCost(f, ones([100])).operations).toBe(300);
});

test("nothing is run, and nothing stays in memory", () => {
  const f = valueAndGrad((x: ReturnType<typeof ones>) => sum(matmul(x, ones([100, 100]))));
  const x = ones([200, 100]);
  estimateCost(f, x);
  const before = heapStatistics().used;
  const found = estimateCost(f, x);
  expect(heapStatistics().used).toBe(before);
  const program = capture(f);
  program(x);
  // The program also has its code, and blocks are rounded up to size classes.
  const { bytes } = program.statistics();
  expect(found.bytes).toBeLessThanOrEqual(bytes);
  expect(found.bytes).toBeGreaterThan(bytes / 1.5);
  program.forget();
});

test("more work takes longer", () => {
  const at = (n: number) => estimateCost(matmul, ones([n, n]), ones([n, n])).seconds;
  expect(at(200)).toBeGreaterThan(4 * at(100));
});
