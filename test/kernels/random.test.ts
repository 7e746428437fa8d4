import { describe, expect, test } from "vitest";
import type { Backend } from "../../src/engine/backend.js";
import { philox } from "../twin/random.js";
import { type Draws, forSeeds } from "./draws.js";
import {
  backends,
  builds,
  cases,
  epsilon,
  exactly,
  expectClose,
  type FloatType,
  input,
  output,
  runOne,
  twin,
  ulps,
} from "./harness.js";

const words = (text: string) => text.split(" ").map((word) => Number.parseInt(word, 16));

// kat_vectors of Random123 (Salmon et al. 2011), philox4x32 with 10 rounds
test.each([
  ["0 0 0 0", "0 0", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"],
  [
    "ffffffff ffffffff ffffffff ffffffff",
    "ffffffff ffffffff",
    "408f276d 41c83b0e a20bc7c6 6d5451fd",
  ],
  [
    "243f6a88 85a308d3 13198a2e 03707344",
    "a4093822 299f31d0",
    "d16cfe09 94fdcceb 5001e420 24126ea1",
  ],
])("philox of counter %s, key %s", (counter, key, result) => {
  expect(philox(words(counter), words(key))).toEqual(words(result));
});

const anyKey = (draws: Draws): number[] => [0, 0].map(() => draws.integer(-(2 ** 31), 2 ** 31 - 1));

const draw = (backend: Backend, kernel: string, dtype: FloatType, key: number[], n: number) =>
  runOne(backend, `${kernel}_${dtype}`, output(dtype, n), input("i32", key), n);

describe.each(cases)("$name", ({ build, dtype }) => {
  test("uniform is the twin's, bit for bit", () => {
    forSeeds(40, (draws) => {
      const [key, n] = [anyKey(draws), draws.integer(0, 40)];
      const [actual, expected] = [build, twin].map((b) => draw(b, "uniform", dtype, key, n));
      expectClose(actual!, expected!, exactly);
    });
  });

  // log, sqrt and the product give 4 ulp; cos and sin near their zeros are off by ε of their
  // argument's last place, 2π ε/2, times r
  test("normal is the twin's within a few ulp", () => {
    forSeeds(40, (draws) => {
      const [key, n] = [anyKey(draws), draws.integer(0, 80)];
      const [actual, expected] = [build, twin].map((b) => draw(b, "normal", dtype, key, n));
      const relative = ulps(dtype === "f32" ? 1 : 4, dtype);
      expectClose(actual!, expected!, (x, i) => relative(x, i) + 8 * epsilon.f64);
    });
  });
});

describe.each(builds.map((build) => ({ build, name: build.name })))("$name", ({ build }) => {
  test("split is the twin's", () => {
    forSeeds(40, (draws) => {
      const [key, count] = [input("i32", anyKey(draws)), draws.integer(0, 9)];
      const [actual, expected] = [build, twin].map((b) =>
        runOne(b, "split_i32", output("i32", 2 * count), key, count),
      );
      expectClose(actual!, expected!, exactly);
    });
  });

  test("fold is the twin's", () => {
    forSeeds(40, (draws) => {
      const [key, data] = [input("i32", anyKey(draws)), input("i32", anyKey(draws).slice(1))];
      const [actual, expected] = [build, twin].map((b) =>
        runOne(b, "fold_i32", output("i32", 2), key, data),
      );
      expectClose(actual!, expected!, exactly);
    });
  });

  test("f32 draws are the f64 draws: uniforms cut to 24 places, normals rounded", () => {
    const key = [7, -9];
    const [u64, u32] = [
      draw(build, "uniform", "f64", key, 101),
      draw(build, "uniform", "f32", key, 101),
    ];
    expect(Array.from(u32)).toEqual(Array.from(u64, (u) => Math.floor(u * 2 ** 24) * 2 ** -24));
    const [z64, z32] = [
      draw(build, "normal", "f64", key, 101),
      draw(build, "normal", "f32", key, 101),
    ];
    expect(Array.from(z32)).toEqual(Array.from(z64, Math.fround));
  });
});

/** Φ by its series, x below 7. */
function normalCdf(x: number): number {
  let [term, sum] = [x, x];
  for (let k = 3; Math.abs(term) > 1e-17 && k < 400; k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}

/** Mean, variance and the distance √N sup|F − Φ|, each scaled to have a distribution free of N. */
function scores(values: ArrayLike<number>, cdf: (x: number) => number) {
  const N = values.length;
  const sorted = Array.from(values).sort((a, b) => a - b);
  const mean = sorted.reduce((sum, x) => sum + x, 0) / N;
  const variance = sorted.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (N - 1);
  const distance = sorted.reduce((far, x, i) => {
    const F = cdf(x);
    return Math.max(far, F - i / N, (i + 1) / N - F);
  }, 0);
  return { mean, variance, distance: Math.sqrt(N) * distance };
}

/**
 * Over all keys a right generator fails one of these bounds with probability below 3·10⁻⁶: five
 * standard errors of the mean and the variance (6·10⁻⁷ each), and the Kolmogorov–Smirnov distance
 * 2.7 (2 exp(−2·2.7²) = 9·10⁻⁷). The key is fixed, so a pass is a pass for ever.
 */
describe.each(backends.map((build) => ({ build, name: build.name })))("$name", ({ build }) => {
  const N = 100_000;
  test("100 000 normals have the normal distribution", () => {
    const { mean, variance, distance } = scores(draw(build, "normal", "f64", [1, 2], N), normalCdf);
    expect(Math.abs(mean) * Math.sqrt(N)).toBeLessThan(5);
    expect(Math.abs(variance - 1) * Math.sqrt(N / 2)).toBeLessThan(5);
    expect(distance).toBeLessThan(2.7);
  });

  test("100 000 uniforms have the uniform distribution", () => {
    const values = draw(build, "uniform", "f64", [1, 2], N);
    const { mean, variance, distance } = scores(values, (x) => x);
    expect(values.every((x) => x >= 0 && x < 1)).toBe(true);
    expect(Math.abs(mean - 0.5) * Math.sqrt(12 * N)).toBeLessThan(5);
    // the variance of (u − ½)² is 1/180
    expect(Math.abs(variance - 1 / 12) * Math.sqrt(180 * N)).toBeLessThan(5);
    expect(distance).toBeLessThan(2.7);
  });
});
