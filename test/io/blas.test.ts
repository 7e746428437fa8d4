import { afterEach, describe, expect, test } from "vitest";
import {
  capture,
  circularConv,
  type FloatType,
  grad,
  matmul,
  mul,
  productsInUse,
  sum,
  type Tensor,
  useProducts,
} from "../../src/engine/index.js";
import { systemBlas } from "../../src/io/blas.js";
import { key, normal, split } from "../../src/random/index.js";

const blas = await systemBlas();
afterEach(() => useProducts(null));

/** Root mean square of the difference over that of the values. */
function distance(a: Tensor, b: Tensor): number {
  const [x, y] = [a.data(), b.data()];
  const norm = (f: (i: number) => number) =>
    Math.sqrt(Array.from(x, (_, i) => f(i) ** 2).reduce((p, q) => p + q, 0));
  return norm((i) => x[i]! - y[i]!) / norm((i) => x[i]!);
}

describe("the machine's BLAS", () => {
  test("that is not there, or is no BLAS, is no library", async () => {
    expect(await systemBlas(1, ["libkalmia-is-not-a-library.so"])).toBeNull();
    expect(await systemBlas(1, ["libm.so.6", "libc.so.6"])).toBeNull();
    expect(await systemBlas(1, [])).toBeNull();
  });

  test("nothing is used before it is asked for", () => {
    expect(productsInUse()).toBeNull();
  });

  // Where the machine has none there is nothing to compare; the kernels are tested elsewhere.
  describe.runIf(blas !== null)("gives the kernels' results within rounding", () => {
    // Sums of k ≤ 300 terms in another order: √k ε and some.
    test.each([
      ["f64", 1e-14],
      ["f32", 3e-6],
    ] as const)("products and convolutions with their gradients, %s", (dtype: FloatType, close) => {
      const [a, b, x, w] = split(key(5), 4).map((k, i) =>
        normal(
          k,
          [
            [3, 60, 70],
            [3, 70, 50],
            [4, 30, 90],
            [40, 30, 5],
          ][i]!,
          dtype,
        ),
      ) as [Tensor, Tensor, Tensor, Tensor];
      const all = (): Tensor[] => {
        const product = (p: readonly Tensor[]) => sum(mul(matmul(p[0]!, p[1]!), 0.1));
        const square = (p: readonly Tensor[]) => {
          const y = circularConv(p[0]!, p[1]!);
          return sum(mul(y, y));
        };
        return [
          matmul(a, b),
          matmul(b, a, { transposeA: true, transposeB: true }),
          circularConv(x, w),
          ...grad(product)([a, b]),
          ...grad(square)([x, w]),
          ...capture(grad(square))([x, w]),
        ];
      };
      const ours = all();
      let calls = 0;
      const counting = {
        ...blas!,
        product: (...args: Parameters<NonNullable<typeof blas>["product"]>) => {
          calls++;
          blas!.product(...args);
        },
      };
      useProducts(counting);
      const theirs = all();
      expect(calls).toBeGreaterThan(20);
      ours.forEach((y, i) => {
        expect(distance(y, theirs[i]!)).toBeLessThan(close);
      });
    });

    test("small products stay in the kernels", () => {
      let calls = 0;
      useProducts({ ...blas!, product: () => void calls++ });
      const a = normal(key(1), [8, 8]);
      matmul(a, a);
      expect(calls).toBe(0);
    });
  });
});
