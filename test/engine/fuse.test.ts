/** What a captured function gives is, to the bit, what its operations give one by one. */
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import {
  abs,
  add,
  backend,
  broadcastTo,
  capture,
  div,
  equal,
  exp,
  type FloatType,
  heapStatistics,
  less,
  lessEqual,
  log,
  maximum,
  minimum,
  mul,
  NumericError,
  neg,
  parallel,
  release,
  relu,
  roll,
  scope,
  sqrt,
  sub,
  sum,
  type Tensor,
  tensor,
  useWorkers,
  valueAndGrad,
  where,
} from "../../src/engine/index.js";
import { key, normal } from "../../src/random/index.js";
import { openPool } from "../support/workers.js";

const fuses = backend().extend !== null;

const unary = [neg, abs, relu, (x: Tensor) => sqrt(abs(x)), exp];
const binary = [add, sub, mul, minimum, maximum, less, lessEqual, equal];

/** Instructions of a graph: what is done to which of the values so far. */
type Step =
  | { readonly kind: "unary"; readonly f: number; readonly a: number }
  | { readonly kind: "binary"; readonly f: number; readonly a: number; readonly b: number }
  | { readonly kind: "where"; readonly a: number; readonly b: number; readonly c: number }
  | { readonly kind: "roll"; readonly a: number; readonly shift: number; readonly axis: number }
  | { readonly kind: "sum"; readonly a: number }
  | { readonly kind: "stretch"; readonly a: number };

const place = fc.nat(1000);
const steps = fc.array(
  fc.oneof(
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant("unary" as const), f: place, a: place }),
    },
    {
      weight: 5,
      arbitrary: fc.record({ kind: fc.constant("binary" as const), f: place, a: place, b: place }),
    },
    fc.record({ kind: fc.constant("where" as const), a: place, b: place, c: place }),
    {
      weight: 2,
      arbitrary: fc.record({
        ...{ kind: fc.constant("roll" as const), a: place },
        ...{ shift: fc.integer({ min: -9, max: 9 }), axis: fc.nat(2) },
      }),
    },
    fc.record({ kind: fc.constant("sum" as const), a: place }),
    fc.record({ kind: fc.constant("stretch" as const), a: place }),
  ),
  { minLength: 2, maxLength: 40 },
);
const shapes = fc
  .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 5 }))
  .chain(([a, b]) =>
    fc.tuple(fc.constant(a), fc.constant(b), fc.constantFrom(1, 2, 3, 4, 7, 8, 17, 21, 40)),
  );

/** Values stay within [−2, 2], so that none overflows, however long the graph. */
const bounded = (x: Tensor): Tensor => maximum(minimum(x, 2), -2);

/** All values of a graph that `kept` chooses, after the last. */
function graph(list: readonly Step[], inputs: readonly Tensor[], kept: number): Tensor[] {
  const values: Tensor[] = [...inputs];
  const full = inputs[0]!.shape;
  const at = (i: number) => values[i % values.length]!;
  for (const step of list) {
    const a = at(step.a);
    if (step.kind === "unary") values.push(bounded(unary[step.f % unary.length]!(a)));
    else if (step.kind === "binary") {
      values.push(bounded(binary[step.f % binary.length]!(a, at(step.b))));
    } else if (step.kind === "where") values.push(where(a, at(step.b), at(step.c)));
    else if (step.kind === "sum") values.push(bounded(sum(a, a.shape.length === 0 ? [] : [0])));
    else if (step.kind === "stretch") values.push(broadcastTo(a, full));
    else values.push(a.shape.length <= step.axis ? a : roll(a, step.shift, step.axis));
  }
  return values.filter((_, i) => i === values.length - 1 || (i + kept) % 5 === 0);
}

const inputsOf = ([a, b, n]: readonly number[], dtype: FloatType): Tensor[] =>
  [[a!, b!, n!], [a!, b!, n!], [n!], [a!, 1, n!], [b!, 1], []].map((shape, i) =>
    bounded(normal(key(i), shape, dtype)),
  );

const bitsOf = (x: Tensor): string =>
  Buffer.from(new Uint8Array(Float64Array.from(x.data()).buffer)).toString("hex");

describe.each(["f64", "f32"] as const)("%s", (dtype) => {
  test("fused chains give the bits of their operations", () => {
    fc.assert(
      fc.property(steps, shapes, place, (list, shape, kept) =>
        scope(() => {
          const inputs = inputsOf(shape, dtype);
          const f = capture((...xs: Tensor[]) => graph(list, xs, kept));
          const expected = graph(list, inputs, kept).map(bitsOf);
          expect(f(...inputs).map(bitsOf)).toEqual(expected);
          f.forget();
        }),
      ),
      { numRuns: 150 },
    );
  });

  test.each([4, 5, 8, 40, 41])("rolls along rows of %i, by every shift", (n) => {
    for (const shape of [[n], [3, n], [2, 3, n]]) {
      const x = normal(key(1), shape, dtype);
      const y = normal(key(2), [n], dtype);
      for (let shift = 1 - n; shift < n; shift++) {
        const f = (a: Tensor, b: Tensor) => {
          const product = mul(sub(roll(a, shift, -1), roll(a, 2, -1)), roll(neg(mul(a, b)), 1, -1));
          return [product, roll(a, -1, -1), add(product, a)];
        };
        const captured = capture(f);
        expect(captured(x, y).map(bitsOf)).toEqual(f(x, y).map(bitsOf));
        captured.forget();
      }
    }
  });

  test("a chain at the end of the memory reads nothing beyond it", () => {
    const f = capture((a: Tensor) => add(roll(a, 1, -1), mul(a, a)));
    const n = backend().memory.buffer.byteLength / { f64: 8, f32: 4 }[dtype] / 4;
    const x = normal(key(1), [n], dtype);
    expect(bitsOf(f(x))).toEqual(bitsOf(add(roll(x, 1, -1), mul(x, x))));
    release(x);
    f.forget();
  });
});

const chained = (x: Tensor): Tensor => sum(mul(sub(mul(x, x), roll(x, 1, -1)), add(x, 1)));

test("chains are one instruction each, and alike ones share a function", () => {
  const f = capture(valueAndGrad(chained));
  const x = normal(key(3), [5, 40]);
  f(x);
  const { instructions } = f.statistics();
  const before = backend().opcodes.size;
  f(normal(key(3), [7, 64]));
  expect(backend().opcodes.size).toBe(before);
  if (!fuses) return;
  expect(instructions).toBeLessThan(8);
  expect(f.profile(x).some(({ kernel }) => /^chain\d+\(.*mul.*\)_f64$/.test(kernel))).toBe(true);
});

test("an operation within a chain is named when its result is not finite", () => {
  const f = capture((x: Tensor) => add(mul(x, 2), mul(div(1, sub(x, 1)), where(0, x, 0))));
  f(tensor([2, 3, 4]));
  expect(() => f(tensor([2, 1, 4]))).toThrow(NumericError);
  expect(() => f(tensor([2, 1, 4]))).toThrow(
    /^div\(\[\], \[3\]\): the result has NaN at flat position 1/,
  );
  const g = capture((x: Tensor) => log(sub(mul(x, x), 1)));
  g(tensor([2, 3]));
  expect(() => g(tensor([2, 0]))).toThrow(/^log\(\[2\]\): the result has NaN at flat position 1/);
});

test("memory stays the same over 10,000 replays", () => {
  const f = capture(valueAndGrad(chained));
  const x = normal(key(3), [5, 8]);
  scope(() => void f(x));
  const { used, reserved } = heapStatistics();
  for (let i = 0; i < 10_000; i++) scope(() => void f(x));
  expect(heapStatistics()).toEqual({ used, reserved });
  f.forget();
});

describe.skipIf(backend().sharing === null)("on workers", () => {
  afterEach(() => useWorkers(null));

  test("functions made before and after the workers started are there", async () => {
    const inputs = Array.from({ length: 6 }, (_, i) => normal(key(i), [8, 40]));
    const run = (k: number) => {
      // Each k makes a chain of another kind.
      const chain = (x: Tensor) =>
        Array.from({ length: k }, () => 0).reduce(
          (y: Tensor) => sub(mul(y, 0.5), roll(x, 1, -1)),
          x,
        );
      const f = parallel((c: Tensor, x: Tensor) => ({
        total: sum(mul(c, chain(x))),
        each: chain(x),
      }));
      const results = inputs.map((x) => f(tensor(2), x));
      f.forget();
      return results.flatMap(({ total, each }) => [bitsOf(total), bitsOf(each)]);
    };
    const alone = [1, 2, 3, 4].map(run);
    const pool = await openPool(2);
    useWorkers(pool);
    try {
      expect([1, 2, 3, 4].map(run)).toEqual(alone);
      const later = [5, 6].map(run);
      useWorkers(null);
      expect([5, 6].map(run)).toEqual(later);
    } finally {
      await pool.close();
    }
  });
});
