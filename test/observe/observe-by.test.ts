/** Operators of one's own. */
import { describe, expect, test } from "vitest";
import { mean, mul, slice, square, sum, type Tensor, tensor } from "../../src/engine/index.js";
import { innovationOf, observeBy, observePower, wrapAngle } from "../../src/observe/index.js";
import { distance } from "../support/close.js";

const states = tensor([
  [1, -2, 3],
  [0.5, 4, -1],
]);

describe("observeBy", () => {
  test("is the built-in operator where the formula is its own", () => {
    const mine = observeBy("square", 3, square);
    expect(mine).toMatchObject({ name: "square", size: 3, linear: false, components: null });
    expect(mine.matrix(3)).toBe(null);
    // Powers are found by logarithms or products: two roundings of numbers up to 16.
    expect(distance(mine.apply(states), observePower([0, 1, 2], 2).apply(states))).toBeLessThan(
      1e-14,
    );
  });

  test("takes states with any leading axes", () => {
    const mine = observeBy("mean", 1, (x) => mean(x, -1, { keepDims: true }));
    expect(mine.apply(states).shape).toEqual([2, 1]);
    expect(mine.apply(tensor([1, 2, 3])).toArray()).toEqual([2]);
    expect("difference" in mine).toBe(false);
  });

  test("may say how far values lie apart", () => {
    const bearing = observeBy("bearing", 1, (x) => slice(x, -1, 0, 1), {
      difference: (a, b) => wrapAngle(tensor([a.item() - b.item()])),
    });
    const far = innovationOf({ y: tensor([3.1]), operator: bearing }, tensor([-3.1]));
    // The short way round, 2π − 6.2, negative: two roundings of 6.2.
    expect(Math.abs(far.item() - (6.2 - 2 * Math.PI))).toBeLessThan(1e-14);
  });

  test("refuses values of another number, and what is no tensor", () => {
    const norm = observeBy("norm", 1, (x) => sum(square(x), -1));
    expect(() => norm.apply(states)).toThrow(
      'observeBy: "norm" gave a tensor [2] for states [2,3]; need [2,1]: 1 value for each state. Write it for any leading axes, with the variables in the last one.',
    );
    const none = observeBy("none", 2, (() => 3) as unknown as (x: Tensor) => Tensor);
    expect(() => none.apply(states)).toThrow(
      'observeBy: "none" gave number, which is no tensor, for states [2,3]; need [2,2]',
    );
    expect(() => observeBy("half", 0.5, (x) => mul(1, x))).toThrow(
      'observeBy: the size of "half" is 0.5; need a whole number, at least 1',
    );
  });
});
