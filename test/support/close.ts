/** Comparison of nested numbers within a tolerance. */
import { expect } from "vitest";
import { type Nested, Tensor } from "../../src/engine/index.js";

const flat = (x: Nested): number[] => (typeof x === "number" ? [x] : x.flatMap(flat));

const plain = (x: Nested | Tensor): Nested => (x instanceof Tensor ? x.toArray() : x);

/** Largest |a − b| over the entries. */
export function distance(a: Nested | Tensor, b: Nested | Tensor): number {
  const [p, q] = [flat(plain(a)), flat(plain(b))];
  expect(p.length).toBe(q.length);
  return Math.max(...p.map((v, i) => Math.abs(v - q[i]!)));
}

export function expectClose(a: Nested | Tensor, b: Nested | Tensor, atol: number): void {
  expect(distance(a, b)).toBeLessThanOrEqual(atol);
}
