/** Draws and new keys of a batch of keys are those of each key alone, to the bit. */
import { describe, expect, test } from "vitest";
import { capture, index, ShapeError, stack, type Tensor } from "../../src/engine/index.js";
import { foldIn, type Key, key, keyBatch, normal, split, uniform } from "../../src/random/index.js";

const keys = keyBatch(key(5), 7); // [7, 2]
const alone = split(key(5), 7);
const bits = (x: Tensor) => x.data();
const stacked = (f: (k: Key) => Tensor) => bits(stack(alone.map(f)));

describe.each(["f64", "f32"] as const)("%s", (dtype) => {
  test.each([
    ["uniform", uniform],
    ["normal", normal],
  ])("%s", (_, draw) => {
    for (const rest of [[], [1], [3], [6, 5], [25, 6], [0]]) {
      const expected = stacked((k) => draw(k, rest, dtype));
      expect(bits(draw(keys, [7, ...rest], dtype))).toEqual(expected);
    }
  });

  test("within a captured function", () => {
    const f = capture((k: Key) => normal(foldIn(split(k, 3)[2]!, 4), [...k.shape.slice(0, -1), 9]));
    expect(bits(f(keys))).toEqual(stacked((k) => f(k)));
  });

  test("more than one axis of keys", () => {
    const grid = keyBatch(keyBatch(key(6), 2), 3); // [2, 3, 2]
    const draws = normal(grid, [2, 3, 4], dtype);
    const last = index(index(grid, 0, 1), 0, 2);
    expect(bits(index(index(draws, 0, 1), 0, 2))).toEqual(bits(normal(last, [4], dtype)));
  });
});

test("split, foldIn and keyBatch", () => {
  expect(bits(keys)).toEqual(bits(stack(alone)));
  split(keys, 3).forEach((k, i) => {
    expect(bits(k)).toEqual(stacked((from) => split(from, 3)[i]!));
  });
  expect(bits(keyBatch(keys, 3))).toEqual(stacked((k) => keyBatch(k, 3)));
  expect(bits(foldIn(keys, 11))).toEqual(stacked((k) => foldIn(k, 11)));
  expect(keyBatch(key(0), 0).shape).toEqual([0, 2]);
});

test("draws that do not begin with the axes of the keys, and what is no key, are errors", () => {
  expect(() => normal(keys, [3, 7])).toThrow(ShapeError);
  expect(() => normal(keys, [3, 7])).toThrow(
    /keys \[7,2\] for draws \[3,7\]; need draws \[7,\.\.\.\]/,
  );
  expect(() => uniform(keys, [])).toThrow(ShapeError);
  expect(() => normal(normal(key(1), [2]), [3])).toThrow(/as a key; need an i32 tensor/);
  expect(() => foldIn(index(keys, 1, 0), 3)).toThrow(/as a key; need an i32 tensor/);
});
