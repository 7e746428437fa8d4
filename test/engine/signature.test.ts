import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  capture,
  full,
  parallel,
  type Tensor,
  tensor,
  UsageError,
} from "../../src/engine/index.js";
import { signature } from "../../src/engine/signature.js";

const of = (...args: unknown[]) => signature("f", args);

describe("signatures", () => {
  /** Values that texts of them easily confuse. */
  const alike = fc.constantFrom<unknown>(
    ...[0, -0, 1, Number.NaN, Number.POSITIVE_INFINITY, "0", "-0", "NaN", "1", "n1", "", ",", '"'],
    ...[null, undefined, true, false, "null", "undefined", "true", 1n, "1n", "[]", "{}", "T"],
    ...[new Float64Array([1]), new Float32Array([1]), new Float64Array([-0]), new Int32Array(2)],
  );
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      alike,
      fc.array(tie("tree"), { maxLength: 3 }),
      fc.dictionary(
        fc.constantFrom("a", "b", "0", "tensor", "toJSON", "a,b", "__proto__"),
        tie("tree"),
        {
          maxKeys: 2,
          noNullPrototype: true,
        },
      ),
    ),
  }));

  test("are the same only for what is the same in structure", () => {
    fc.assert(
      fc.property(fc.array(tree, { maxLength: 3 }), fc.array(tree, { maxLength: 3 }), (a, b) => {
        expect(of(...a)).toBe(of(...structuredClone(a)));
        if (of(...a) === of(...b)) expect(isDeepStrictEqual(a, b)).toBe(true);
        if (!isDeepStrictEqual(a, b)) expect(of(...a)).not.toBe(of(...b));
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    ["0 and −0", 0, -0],
    ["undefined and null", undefined, null],
    ["undefined and a missing key", { a: undefined }, {}],
    ["NaN and its text", Number.NaN, "NaN"],
    ["a number and a bigint", 1, 1n],
    ["a tensor and its description", tensor([1, 2]), { tensor: [2], dtype: "f64" }],
    ["dtypes", tensor([1]), tensor([1], { dtype: "f32" })],
    ["shapes", full([2, 3], 0), full([3, 2], 0)],
    ["an order of keys, in which tensors are loaded", { a: 1, b: 2 }, { b: 2, a: 1 }],
    ["a list and an object of its entries", [1, 2], { 0: 1, 1: 2 }],
  ])("differ for %s", (_, a, b) => {
    expect(of(a)).not.toBe(of(b));
  });

  class Settings {
    readonly n = 1;
  }
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  const named = Object.assign([1], { extra: 2 });
  test.each<[string, unknown, RegExp]>([
    ["a function", Math.sin, /a function/],
    ["toJSON", { toJSON: () => 1 }, /argument \[0\]\.toJSON holds a function/],
    ["a symbol", Symbol("s"), /a symbol/],
    ["a key that is a symbol", { [Symbol("s")]: 1 }, /a property named by a symbol/],
    ["a Map", new Map([[1, 2]]), /an object of Map/],
    ["a Set", new Set([1]), /an object of Set/],
    ["a regular expression", /x/, /an object of RegExp/],
    ["a Date", new Date(0), /an object of Date/],
    [
      "an instance of a class",
      { at: [new Settings()] },
      /\[0\]\.at\[0\] holds an object of Settings/,
    ],
    ["an ArrayBuffer", new ArrayBuffer(8), /an object of ArrayBuffer/],
    ["holes", new Array(2), /an array with holes or properties/],
    ["properties of an array", named, /an array with holes or properties/],
    ["itself", circular, /itself/],
  ])("refuse %s", (_, value, message) => {
    expect(() => of(value)).toThrow(UsageError);
    expect(() => of(value)).toThrow(message);
    const f = capture((x: Tensor, _more: unknown) => x);
    expect(() => f(tensor([1]), value)).toThrow(UsageError);
  });
});

test("a captured function gives what the function gives, for arguments that look alike", () => {
  const f = (x: Tensor, setting: unknown) =>
    full(x.shape, Object.is(setting, -0) ? 2 : setting === null ? 3 : 4);
  const g = capture(f);
  for (const setting of [0, -0, null, undefined, Number.NaN, "NaN"]) {
    expect(g(tensor([1]), setting).toArray()).toEqual(f(tensor([1]), setting).toArray());
  }
  expect(g.statistics().programs).toBe(6);
});

test("parallel sums tensors, and refuses plain numbers that it cannot combine", () => {
  const x = tensor([1, 2, 3]);
  const sums = parallel((_: null, y: Tensor) => ({ total: { y, count: y.shape[0]! }, each: {} }));
  expect(() => sums(null, x)).toThrow(UsageError);
  expect(() => sums(null, x)).toThrow(
    /parallel: the result holds at \.total\.count the plain number 1, which is not summed over the slices/,
  );
  const each = (steps: (y: Tensor) => number) =>
    parallel((_: null, y: Tensor) => ({ total: {}, each: { y, steps: steps(y) } }), { slices: 2 });
  expect(() => each((y) => y.shape[0]!)(null, x)).toThrow(
    /at \.each\.steps the plain number 1, which is another in another slice/,
  );
  const { y, steps } = each(() => 7)(null, x).each; // a setting that all slices share
  expect(y.toArray()).toEqual([1, 2, 3]);
  expect(steps).toBe(7);
});
