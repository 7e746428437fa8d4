import { describe, expect, test } from "vitest";
import type { Backend } from "../../src/engine/backend.js";
import { philox } from "../twin/random.js";
import { type Draws, forSeeds } from "./draws.js";
import {
  backends,
  builds,
  cases,
  casesWithTwin,
  epsilon,
  exactly,
  expectClose,
  type FloatType,
  input,
  output,
  type Place,
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

const anyKeys = (draws: Draws, count: number): number[][] =>
  Array.from({ length: count }, () => anyKey(draws));

const anyKey = (draws: Draws): number[] => [0, 0].map(() => draws.integer(-(2 ** 31), 2 ** 31 - 1));

/** n draws for each of the keys. */
function draw(backend: Backend, kernel: string, dtype: FloatType, keys: number[], n: number) {
  const batch = keys.length / 2;
  const out = output(dtype, batch * n);
  return runOne(backend, `${kernel}_${dtype}`, out, input("i32", keys), batch, n);
}

describe.each(cases)("$name", ({ build, dtype }) => {
  test("uniform is the twin's, bit for bit", () => {
    forSeeds(40, (draws) => {
      const [key, n] = [anyKey(draws), draws.integer(0, 40)];
      const [actual, expected] = [build, twin].map((b) => draw(b, "uniform", dtype, key, n));
      expectClose(actual!, expected!, exactly);
    });
  });

  // log, sqrt and the product give 4 ulp; cos and sin near their zeros are off by ε of their
  // argument's last place in the twin, 2π ε/2, times r
  test("normal is the twin's within a few ulp", () => {
    forSeeds(40, (draws) => {
      const [key, n] = [anyKey(draws), draws.integer(0, 80)];
      const [actual, expected] = [build, twin].map((b) => draw(b, "normal", dtype, key, n));
      const relative = ulps(4, dtype);
      expectClose(actual!, expected!, (x, i) => relative(x, i) + 8 * epsilon.f64);
    });
  });

  test.each(["uniform", "normal"])("%s: fewer numbers are the first of more", (kernel) => {
    forSeeds(20, (draws) => {
      const [key, n] = [anyKey(draws), draws.integer(0, 700)];
      const all = draw(build, kernel, dtype, key, 700);
      expectClose(draw(build, kernel, dtype, key, n), all.slice(0, n), exactly);
    });
  });
});

describe.each(casesWithTwin)("$name", ({ build, dtype }) => {
  test.each(["uniform", "normal"])("%s of keys is what each gives alone, to the bit", (kernel) => {
    forSeeds(30, (draws) => {
      const [keys, n] = [anyKeys(draws, draws.integer(0, 9)), draws.integer(0, 80)];
      const alone = keys.flatMap((key) => [...draw(build, kernel, dtype, key, n)]);
      expectClose(draw(build, kernel, dtype, keys.flat(), n), alone, exactly);
    });
  });
});

describe.each(builds.map((build) => ({ build, name: build.name })))("$name", ({ build }) => {
  const split = (backend: Backend, keys: number[][], count: number) => {
    const out = output("i32", 2 * keys.length * count);
    return runOne(backend, "split_i32", out, input("i32", keys.flat()), keys.length, count);
  };
  const fold = (backend: Backend, keys: number[][], data: Place) => {
    const out = output("i32", 2 * keys.length);
    return runOne(backend, "fold_i32", out, input("i32", keys.flat()), keys.length, data);
  };

  test("split is the twin's; of keys it is what each gives alone", () => {
    forSeeds(40, (draws) => {
      const [keys, count] = [anyKeys(draws, draws.integer(0, 30)), draws.integer(0, 9)];
      const together = split(build, keys, count);
      expectClose(together, split(twin, keys, count), exactly);
      expectClose(
        together,
        keys.flatMap((key) => [...split(build, [key], count)]),
        exactly,
      );
    });
  });

  test("fold is the twin's; of keys it is what each gives alone", () => {
    forSeeds(40, (draws) => {
      const keys = anyKeys(draws, draws.integer(0, 80));
      const data = input("i32", anyKey(draws).slice(1));
      const together = fold(build, keys, data);
      expectClose(together, fold(twin, keys, data), exactly);
      expectClose(
        together,
        keys.flatMap((key) => [...fold(build, [key], data)]),
        exactly,
      );
    });
  });

  test("f32 uniforms are the f64 uniforms cut to 24 places", () => {
    const key = [7, -9];
    const [u64, u32] = [
      draw(build, "uniform", "f64", key, 101),
      draw(build, "uniform", "f32", key, 101),
    ];
    expect(Array.from(u32)).toEqual(Array.from(u64, (u) => Math.floor(u * 2 ** 24) * 2 ** -24));
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
describe.each(casesWithTwin)("$name", ({ build, dtype }) => {
  const N = 100_000;
  test("100 000 normals have the normal distribution", () => {
    const z = draw(build, "normal", dtype, [1, 2], N);
    const { mean, variance, distance } = scores(z, normalCdf);
    expect(Math.abs(mean) * Math.sqrt(N)).toBeLessThan(5);
    expect(Math.abs(variance - 1) * Math.sqrt(N / 2)).toBeLessThan(5);
    expect(distance).toBeLessThan(2.7);
  });

  // Neighbours share a radius or a block: products of independent normals have variance 1, those of
  // squares less 1 have variance 4.
  test.each([1, 2, 3, 4])("numbers %d apart are independent", (lag) => {
    const z = Float64Array.from(draw(build, "normal", dtype, [3, 4], N));
    const mean = (f: (x: number) => number) =>
      z.slice(lag).reduce((sum, x, i) => sum + f(x) * f(z[i]!), 0) / (N - lag);
    expect(Math.abs(mean((x) => x)) * Math.sqrt(N)).toBeLessThan(5);
    expect(Math.abs(mean((x) => x * x - 1)) * Math.sqrt(N / 4)).toBeLessThan(5);
  });
});

describe.each(backends.map((build) => ({ build, name: build.name })))("$name", ({ build }) => {
  const N = 100_000;
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
