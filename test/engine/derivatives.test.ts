import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type FloatType,
  grad,
  jvp,
  mul,
  scope,
  sum,
  type Tensor,
  tensor,
  vjp,
} from "../../src/engine/index.js";
import { cases, type Input, randomSource, type Source } from "./cases.js";

const runs = 25;
const seeds = fc.integer({ min: 0, max: 2 ** 30 });

const tensorOf = ({ shape, values }: Input, dtype: FloatType): Tensor =>
  tensor(Float64Array.from(values), { shape, dtype });

const randomLike = (r: Source, shape: readonly number[], dtype: FloatType): Tensor => {
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(
    Float64Array.from({ length: size }, () => r.between(-1, 1)),
    { shape, dtype },
  );
};

const inner = (a: readonly Tensor[], b: readonly Tensor[]): number =>
  a.reduce((total, x, i) => {
    const y = b[i]!.data();
    return total + Array.from(x.data()).reduce((s, v, j) => s + v * y[j]!, 0);
  }, 0);

/** Σ |aᵢ bᵢ|: the size of the terms whose rounding an inner product collects. */
const innerSize = (a: readonly Tensor[], b: readonly Tensor[]): number =>
  a.reduce((total, x, i) => {
    const y = b[i]!.data();
    return total + Array.from(x.data()).reduce((s, v, j) => s + Math.abs(v * y[j]!), 0);
  }, 0);

const shifted = ({ shape, values }: Input, along: Tensor, h: number): Input => {
  const t = along.data();
  return { shape, values: values.map((v, i) => v + h * t[i]!) };
};

const largest = (x: ArrayLike<number>): number =>
  Array.from(x).reduce((m, v) => Math.max(m, Math.abs(v)), 0);

describe.each(Object.entries(cases))("%s", (_, make) => {
  const check = (property: (r: Source) => void) =>
    fc.assert(
      fc.property(seeds, (seed) => scope(() => property(randomSource(seed)))),
      { numRuns: runs },
    );

  // Both sides compute the same number in another order: the tolerance is rounding, times the
  // conditioning of the worst case (solves with matrices of condition up to some 10³).
  test.each([
    ["f64", 1e-10],
    ["f32", 2e-3],
  ] as const)("⟨Ju, v⟩ = ⟨u, Jᵀv⟩ in %s", (dtype, tolerance) =>
    check((r) => {
      const { inputs, f } = make(r);
      const xs = inputs.map((x) => tensorOf(x, dtype));
      const us = xs.map((x) => randomLike(r, x.shape, dtype));
      const at = (ts: Tensor[]) => f(...ts);
      const { value, tangent } = jvp(at, xs, us);
      const v = randomLike(r, value.shape, dtype);
      const bars = vjp(at, xs).pullback(v);
      const size = innerSize([tangent], [v]) + innerSize(us, bars) + 1;
      expect(Math.abs(inner([tangent], [v]) - inner(us, bars))).toBeLessThan(tolerance * size);
    }),
  );

  // Central differences with step h: truncation h²·f‴ and rounding ε·f/h balance near h = 1e-5,
  // both some 1e-10 for values and third derivatives up to 10³.
  test("J u agrees with central differences in f64", () =>
    check((r) => {
      const { inputs, f } = make(r);
      const us = inputs.map((x) => randomLike(r, x.shape, "f64"));
      const at = (h: number) => f(...inputs.map((x, i) => tensorOf(shifted(x, us[i]!, h), "f64")));
      const { tangent } = jvp(
        (ts: Tensor[]) => f(...ts),
        inputs.map((x) => tensorOf(x, "f64")),
        us,
      );
      const h = 1e-5;
      const above = at(h).data();
      const below = at(-h).data();
      const exact = tangent.data();
      const gap = exact.map((t: number, i: number) => t - (above[i]! - below[i]!) / (2 * h));
      expect(largest(gap)).toBeLessThan(1e-6 * (1 + largest(exact) + largest(above)));
    }));

  // The f64 derivative at the same (rounded) point is the oracle; f32 has 1.2e-7, times condition.
  test("f32 derivatives agree with f64", () =>
    check((r) => {
      const { inputs, f } = make(r);
      const rounded = inputs.map(({ shape, values }) => ({
        shape,
        values: values.map(Math.fround),
      }));
      const us = rounded.map((x) => randomLike(r, x.shape, "f32"));
      const along = (dtype: FloatType) =>
        jvp(
          (ts: Tensor[]) => f(...ts),
          rounded.map((x) => tensorOf(x, dtype)),
          us.map((u) => tensor(u.data(), { shape: u.shape, dtype })),
        );
      const [single, double] = [along("f32"), along("f64")];
      const exact = double.tangent.data();
      const gap = exact.map((t: number, i: number) => t - single.tangent.data()[i]!);
      expect(largest(gap)).toBeLessThan(5e-3 * (1 + largest(exact) + largest(double.value.data())));
    }));

  // Differences of exact gradients: the same tolerance as above, for one derivative more.
  test("second derivatives agree with differences of gradients in f64", () =>
    check((r) => {
      const { inputs, f } = make(r);
      const us = inputs.map((x) => randomLike(r, x.shape, "f64"));
      const weight = randomLike(r, f(...inputs.map((x) => tensorOf(x, "f64"))).shape, "f64");
      const gradient = grad((ts: Tensor[]) => sum(mul(weight, f(...ts))));
      const at = (h: number) =>
        gradient(inputs.map((x, i) => tensorOf(shifted(x, us[i]!, h), "f64")));
      const { tangent } = jvp(
        gradient,
        inputs.map((x) => tensorOf(x, "f64")),
        us,
      );
      const h = 1e-5;
      const [above, below] = [at(h), at(-h)];
      tangent.forEach((t, j) => {
        const exact = t.data();
        const gap = exact.map(
          (v: number, i: number) => v - (above[j]!.data()[i]! - below[j]!.data()[i]!) / (2 * h),
        );
        const size = 1 + largest(exact) + largest(above[j]!.data());
        expect(largest(gap)).toBeLessThan(1e-5 * size);
      });
    }));
});
