import { describe, expect, test } from "vitest";
import {
  add,
  backend,
  broadcastTo,
  capture,
  cholesky,
  eye,
  grad,
  mul,
  ones,
  parallel,
  reshape,
  scope,
  sin,
  sum,
  type Tensor,
  tensor,
  useWorkers,
  zeros,
} from "../../src/engine/index.js";
import { addressOf, allocateUnowned, type Block } from "../../src/engine/memory.js";
import { openPool } from "../support/workers.js";
import { cases, randomSource } from "./cases.js";

/** Reserved memory, which is never touched and so takes none of the machine's. */
const reserved: Block[] = [];

/**
 * Takes all free memory below `floor`. Growing joins what is free, so that blocks of half the size each
 * time take all that is left of it.
 */
function fillUpTo(floor: number): void {
  for (let bytes = 2 ** 20; bytes >= 16; bytes /= 2) {
    do reserved.push(allocateUnowned(bytes));
    while (addressOf(reserved.at(-1)!) < floor);
  }
}

/** Everything that a case gives: values and gradients, eager and captured, as bits. */
function resultsOf(name: string, dtype: "f64" | "f32"): number[][] {
  return scope(() => {
    const { inputs, f } = cases[name]!(randomSource(7));
    const xs = inputs.map(({ shape, values }) =>
      tensor(Float64Array.from(values), { shape, dtype }),
    );
    const value = (at: readonly Tensor[]) => f(...at);
    const gradient = grad((at: readonly Tensor[]) => sum(mul(f(...at), f(...at))));
    const both = capture((at: readonly Tensor[]) => [value(at), ...gradient(at)]);
    const results = [value(xs), ...gradient(xs), ...both(xs), ...both(xs)];
    both.forget();
    return results.map((y) => Array.from(y.data()));
  });
}

// The build with fused multiply-add is the same source as the other: it need not be run again.
describe.skipIf(process.env.KALMIA_TEST_KERNELS === "relaxed")("above 2 GiB", () => {
  const names = Object.keys(cases);
  const all = () => names.flatMap((name) => [resultsOf(name, "f64"), resultsOf(name, "f32")]);
  const low = all();

  // Filling takes up to 2 MiB beyond the floor; the rest is room enough for a case.
  test.each([
    ["beyond 2 GiB", 2 ** 31],
    ["near 4 GiB", 2 ** 32 - 2 ** 23],
  ])("each operation and its gradient give the same bits %s", (_, floor) => {
    fillUpTo(floor);
    expect(addressOf(allocateUnowned(16))).toBeGreaterThanOrEqual(floor);
    expect(all()).toEqual(low);
  });

  test.runIf(backend().sharing !== null)(
    "other threads run programs, and name what fails, near 4 GiB",
    async () => {
      const pool = await openPool(1);
      expect(pool.queue).toBeGreaterThan(2 ** 31);
      useWorkers(pool);
      const roots = parallel((shift: Tensor, A: Tensor) => ({
        total: {},
        each: cholesky(add(sin(A), shift)),
      }));
      const given = (diagonal: number) => broadcastTo(mul(diagonal, eye(2)), [8, 2, 2]);
      for (let i = 0; i < 20; i++) {
        const { each } = roots(tensor(0), given(1));
        expect(each.data()[0]).toBeCloseTo(Math.sqrt(Math.sin(1)), 14); // sin: 1 ulp
        expect(() => roots(tensor(0), given(-1))).toThrow(/pivot or eigenvalue 0 is -0.84/);
      }
      useWorkers(null);
      await pool.close();
    },
  );

  test("what does not fit says how much is in use and how to give it back", () => {
    expect(() => zeros([2 ** 20])).toThrow(
      /^heap: 409\d\.\d MiB are in use, .* outside of any scope; 8\.0 MiB more do not fit, of 4095\.9 MiB in all\. .*scope\(\(\) => …\)/,
    );
    expect(zeros([2]).toArray()).toEqual([0, 0]);
  });

  test("what could never fit is refused with its size, also while a function is captured", () => {
    expect(() => zeros([2 ** 16, 2 ** 16])).toThrow(/32768\.0 MiB more are asked for at once/);
    const outer = capture((x: Tensor) => mul(reshape(x, [-1, 1]), x));
    const x = ones([2 ** 15]);
    expect(() => outer(x)).toThrow(/8192\.0 MiB more are asked for at once/);
  });
});
