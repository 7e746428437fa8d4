/**
 * The bounds in ulp that kernels/README.md states, at random points of every size: a few hundred
 * against fixed-point arithmetic, and the extremes and many more against V8's Math, which is itself
 * within 1 ulp.
 */
import { describe, expect, test } from "vitest";
import { philox } from "../twin/random.js";
import { type Draws, forSeeds } from "./draws.js";
import { exact, fixed, multiply, turned, ulpsOff } from "./exact.js";
import {
  builds,
  expectClose,
  type FloatType,
  floats,
  input,
  output,
  runOne,
  twin,
  ulps,
} from "./harness.js";

const bounds: Record<string, number> = {
  ...{ exp: 1, log: 1, log1p: 1, sin: 1, cos: 1 },
  ...{ softplus: 2, expm1: 2.5, sigmoid: 2.5, tanh: 3 },
};
/** f32 by way of f64 is off by no more than its last rounding; the sigmoid is computed in f32. */
const boundOf = (name: string, dtype: FloatType): number =>
  dtype === "f64" || name === "sigmoid" ? bounds[name]! : 1;

const sign = (draws: Draws) => (draws.chance(0.5) ? 1 : -1);
/** 10ˣ for uniform x. */
const size = (draws: Draws, from: number, to: number) => 10 ** (from + (to - from) * draws.unit());

/** A point where the function is neither constant nor beyond the range of the dtype. */
function point(name: string, draws: Draws, dtype: FloatType): number {
  const [unit, choice] = [draws.unit(), draws.integer(0, 2)];
  const widest = dtype === "f64" ? 100 : 36;
  switch (name) {
    case "log":
      return [
        size(draws, -widest, widest),
        0.5 + 1.5 * unit,
        1 + sign(draws) * size(draws, -6, -1),
      ][choice]!;
    case "log1p":
      return [size(draws, -15, 15), -unit, sign(draws) * size(draws, -18, -0.01)][choice]!;
    case "sin":
    case "cos":
      return (
        sign(draws) *
        [size(draws, -5, 6.6), 10 * unit, Math.ceil(500 * unit) * (Math.PI / 2)][choice]!
      );
    case "exp":
    case "sigmoid":
    case "softplus":
      return sign(draws) * [80 * unit, 3 * unit, size(draws, -9, 0)][choice]!;
    default:
      return sign(draws) * [size(draws, -15, 1.2), 3 * unit, size(draws, -3, 0.5)][choice]!;
  }
}

function points(name: string, draws: Draws, dtype: FloatType, n: number): number[] {
  const rounded = dtype === "f64" ? (x: number) => x : Math.fround;
  return Array.from({ length: n }, () => rounded(point(name, draws, dtype)));
}

describe.each(floats)("%s", (dtype) => {
  test.each(Object.keys(bounds))("%s against fixed-point arithmetic", (name) => {
    forSeeds(1, (draws) => {
      const x = points(name, draws, dtype, 400).filter((v) => v !== 0);
      const expected = x.map((v) => exact[name]!(fixed(v)));
      for (const build of builds) {
        const words = [output(dtype, x.length), input(dtype, x), x.length] as const;
        const y = runOne(build, `${name}_${dtype}`, ...words);
        const worst = x.reduce(
          (most, _, i) => Math.max(most, ulpsOff(y[i]!, expected[i]!, dtype === "f64" ? 53 : 24)),
          0,
        );
        expect(worst).toBeLessThanOrEqual(boundOf(name, dtype));
      }
    });
  });

  test.each(Object.keys(bounds))("%s against Math, wherever the element lies", (name) => {
    const extremes = [
      ...[
        0, 5e-324, 1e-310, 2e-308, 1e-40, 1e-30, 1, 22, 88.5, 89, 100, 104, 708.5, 709.7, 710, 745,
      ],
      ...[746, 4194303.5, 4194305, 1e9, 1e22, 3e38, 1e300, 1.7e308, Infinity, NaN],
    ];
    forSeeds(5, (draws) => {
      const ordinary = points(name, draws, dtype, 2000);
      const all = ordinary.flatMap((x, i) =>
        i % 7 === 0 ? [x, sign(draws) * extremes[draws.integer(0, extremes.length - 1)]!] : [x],
      );
      const x = Float64Array.from(all, (v) => (dtype === "f64" ? v : Math.fround(v)));
      const [expected, ...results] = [twin, ...builds].map((build) =>
        runOne(build, `${name}_${dtype}`, output(dtype, x.length), input(dtype, x), x.length),
      );
      for (const result of results) {
        expectClose(result, expected!, ulps(boundOf(name, dtype) + 2, dtype));
      }
      for (const [i, build] of builds.entries()) {
        const [from, n] = [draws.integer(0, 50), draws.integer(1, 9)];
        const some = input(dtype, x.slice(from, from + n));
        const part = runOne(build, `${name}_${dtype}`, output(dtype, n), some, n);
        expect([...part]).toEqual([...results[i]!.slice(from, from + n)]);
      }
    });
  });
});

/** √(−2 log u) cos and sin of 2πw₁/2³², u = (⌊w₀/2⌋ + ½)/2³¹ */
function exactNormals([w0, w1]: readonly number[]): bigint[] {
  const r = exact.sqrt!(-2n * exact.log!(fixed(((w0! >>> 1) + 0.5) * 2 ** -31)));
  return [1n, 0n].map((quarters) => multiply(r, turned(w1! * 2 ** -32, quarters)));
}

/**
 * Keys whose first block begins with the words that give the extremes, found by trying all keys: the
 * largest r, the smallest, an angle on an axis, and one between two axes.
 */
const extremeKeys = [
  [1384533187, 1],
  [3106960873, 0],
  [311251516, 0],
  [2898126752, 1],
];

test("normals in f32 are within 6 ulp, at the extremes too", () => {
  const keys = [...Array.from({ length: 150 }, (_, i) => [7919 * i, i]), ...extremeKeys];
  const words = keys.flatMap((key) => philox([0, 0, 1, 0], key));
  const expected = words.flatMap((w, i) => (i % 2 === 0 ? exactNormals([w, words[i + 1]!]) : []));
  const flat = keys.flat().map((word) => word | 0);
  for (const build of builds) {
    const words = [output("f32", 4 * keys.length), input("i32", flat), keys.length, 4] as const;
    const z = runOne(build, "normal_f32", ...words);
    const worst = expected.reduce((most, x, i) => Math.max(most, ulpsOff(z[i]!, x, 24)), 0);
    expect(worst).toBeLessThanOrEqual(6);
  }
});
