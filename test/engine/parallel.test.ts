import { afterEach, describe, expect, test } from "vitest";
import {
  add,
  backend,
  capture,
  cholesky,
  exp,
  eye,
  grad,
  heapStatistics,
  log,
  logDeterminant,
  matmul,
  mean,
  mul,
  NumericError,
  neg,
  parallel,
  positiveDefinite,
  ShapeError,
  scope,
  sin,
  slice,
  square,
  stack,
  sub,
  sum,
  type Tensor,
  tensor,
  transpose,
  triangularSolve,
  UsageError,
  useWorkers,
  valueAndGradWithAux,
  zeros,
} from "../../src/engine/index.js";
import { key, keyBatch, normal } from "../../src/random/index.js";
import { expectClose } from "../support/close.js";
import { openPool } from "../support/workers.js";

interface Parameters {
  readonly rate: Tensor;
  readonly logNoise: Tensor;
}
interface Trajectories {
  readonly E: Tensor;
  readonly y: Tensor;
  readonly keys: Tensor;
}
const [batch, members, d] = [10, 6, 3];

/** One step of an ensemble and its evidence, with gradient and increments. */
function step(parameters: Parameters, { E, y, keys }: Trajectories) {
  const { value, aux, gradient } = valueAndGradWithAux(({ rate, logNoise }: Parameters) => {
    const forecast = add(E, add(sin(mul(rate, E)), mul(exp(logNoise), normal(keys, E.shape))));
    const center = mean(forecast, 1, { keepDims: true });
    const A = sub(forecast, center);
    const S = add(mul(1 / (members - 1), matmul(A, A, { transposeA: true })), eye(d));
    const P = positiveDefinite(S);
    const z = triangularSolve(P.factor, sub(y, transpose(center)));
    const value = neg(add(sum(square(z)), sum(logDeterminant(P))));
    return { value, aux: { forecast, z } };
  }, parameters);
  return { total: { value, gradient }, each: aux };
}

const parameters: Parameters = { rate: tensor([0.3, -0.2, 0.5]), logNoise: tensor(-1) };
const trajectories: Trajectories = {
  E: normal(key(1), [batch, members, d]),
  y: normal(key(2), [batch, d, 1]),
  keys: keyBatch(key(3), batch),
};

const numbers = (out: ReturnType<typeof step>) => ({
  total: [
    out.total.value.toArray(),
    out.total.gradient.rate.toArray(),
    out.total.gradient.logNoise.toArray(),
  ],
  each: [out.each.forecast.toArray(), out.each.z.toArray()],
});

afterEach(() => useWorkers(null));

describe("parallel", () => {
  test("sums totals and joins the rest, as the plain function has them", () => {
    const plain = step(parameters, trajectories);
    const cut = parallel(step)(parameters, trajectories);
    // Rounding: the sums over trajectories are taken slice by slice.
    expectClose(cut.total.value, plain.total.value, 1e-12);
    expectClose(cut.total.gradient.rate, plain.total.gradient.rate, 1e-12);
    expectClose(cut.total.gradient.logNoise, plain.total.gradient.logNoise, 1e-12);
    expectClose(cut.each.forecast, plain.each.forecast, 1e-14);
    expectClose(cut.each.z, plain.each.z, 1e-13);
  });

  test.each([1, 2, 3, 10, 99])("%d slices", (slices) => {
    const f = parallel(step, { slices });
    const [first, again] = [f(parameters, trajectories), f(parameters, trajectories)];
    expect(numbers(again)).toEqual(numbers(first));
    expectClose(first.total.value, step(parameters, trajectories).total.value, 1e-12);
    expect(f.statistics().programs).toBe(Math.min(slices, batch) + 1);
  });

  test("is the slices' own results to the bit, added from first to last", () => {
    const parts = [0, 1, 2].map((i) => {
      const rows = (x: Tensor) => slice(x, 0, 2 * i, 2 * i + 2);
      const { E, y, keys } = trajectories;
      return step(parameters, { E: rows(E), y: rows(y), keys: rows(keys) });
    });
    const six = (x: Tensor) => slice(x, 0, 0, 6);
    const { E, y, keys } = trajectories;
    const some = { E: six(E), y: six(y), keys: six(keys) };
    const cut = parallel(step, { slices: 3 })(parameters, some);
    const values = parts.map(({ total }) => total.value.item());
    expect(cut.total.value.item()).toBe(values[0]! + values[1]! + values[2]!);
    expect(cut.each.z.toArray()).toEqual(parts.flatMap(({ each }) => each.z.toArray()));
  });

  test("within a capture or a derivative it is the same", () => {
    const f = parallel(step);
    const alone = numbers(f(parameters, trajectories));
    const captured = capture((p: Parameters, x: Trajectories) => f(p, x));
    expect(numbers(captured(parameters, trajectories))).toEqual(alone);
    const value = parallel((p: Parameters, x: Trajectories) => ({
      total: step(p, x).total.value,
      each: {},
    }));
    const gradient = grad((p: Parameters) => value(p, trajectories).total)(parameters);
    expectClose(gradient.rate, alone.total[1]!, 1e-12);
  });

  test("takes new arguments, other shapes, and what is no tensor", () => {
    const f = parallel(({ scale }: { scale: number }, x: Tensor) => ({
      total: sum(mul(scale, x)),
      each: { x, name: "x" },
    }));
    for (const x of [[1, 2, 3, 4, 5], [5, 4, 3, 2, 1.5], [7]]) {
      const { total, each } = f({ scale: 2 }, tensor(x));
      expect(total.item()).toBe(2 * x.reduce((p, q) => p + q));
      expect(each.x.toArray()).toEqual(x);
      expect(each.name).toBe("x");
    }
    // Four slices and their combination; one slice and its.
    expect(f.statistics().programs).toBe(7);
    f.forget();
    expect(f.statistics()).toEqual({ programs: 0, instructions: 0, bytes: 0 });
  });

  test("what does not have the trajectories as its first axis is an error", () => {
    const f = parallel((_: null, { a }: { a: Tensor; b: Tensor }) => ({ total: sum(a), each: {} }));
    expect(() => f(null, { a: zeros([3]), b: zeros([4]) })).toThrow(ShapeError);
    expect(() => f(null, { a: zeros([3]), b: zeros([4]) })).toThrow(/\[\[3\], \[4\]\]; need/);
    expect(() => f(null, { a: zeros([]), b: zeros([]) })).toThrow(ShapeError);
    expect(() => f(null, { a: zeros([0]), b: zeros([0]) })).toThrow(/at least one/);
    const g = parallel((_: null, a: Tensor) => ({ total: {}, each: sum(a) }));
    expect(() => g(null, zeros([4]))).toThrow(/"each" has a tensor \[\] for 1 traj.*"total"/);
    expect(() => parallel(step, { slices: 0 })).toThrow(UsageError);
  });
});

const roots = parallel((shift: Tensor, A: Tensor) => ({
  total: sum(cholesky(add(A, mul(shift, eye(2))))),
  each: { log: log(slice(A, 1, 0, 1)) },
}));
/** Positive definite from a scale of more than 2. */
const symmetric = (scale: number): Tensor =>
  tensor([
    [scale, 2],
    [2, scale],
  ]);

function failures(): void {
  const good = stack([3, 4, 5, 6].map(symmetric));
  roots(tensor(0), good);
  const bad = stack([3, 4, 1, 6].map(symmetric));
  expect(() => roots(tensor(0), bad)).toThrow(NumericError);
  expect(() => roots(tensor(0), bad)).toThrow(
    /^cholesky\(\[1,2,2\]\): not positive definite.*1 is -3/,
  );
  const worse = stack([3, 4, -1, -1].map(symmetric));
  // Both of the last slices fail; the first of them is named.
  expect(() => roots(tensor(0), worse)).toThrow(/pivot or eigenvalue 0 is -1/);
  expect(() => roots(tensor(9), worse)).toThrow(/^log\(\[1,1,2\]\): the result has NaN/);
  // The numbers are right again after that.
  expect(roots(tensor(0), good).total.item()).toBeGreaterThan(0);
}

test("a slice that fails is named as in a capture", failures);

test("sums that overflow are named", () => {
  const f = parallel((_: null, x: Tensor) => ({ total: sum(x), each: {} }));
  expect(() => f(null, tensor([1e308, 1e308]))).toThrow(/^add\(\[\], \[\]\): the result has Infin/);
});

describe.runIf(backend().sharing !== null)("with workers", () => {
  test("the results are the same to the bit, whatever their number", async () => {
    const f = parallel(step);
    const alone = numbers(f(parameters, trajectories));
    for (const count of [1, 2, 3]) {
      const pool = await openPool(count);
      useWorkers(pool);
      for (let i = 0; i < 50; i++) {
        expect(numbers(f(parameters, trajectories))).toEqual(alone);
      }
      await pool.close();
    }
  });

  test("errors are the same", async () => {
    const pool = await openPool(2);
    useWorkers(pool);
    for (let i = 0; i < 10; i++) failures();
    await pool.close();
  });

  test("memory is flat over 1000 calls, and may grow between them", async () => {
    const pool = await openPool(1);
    useWorkers(pool);
    const f = parallel(step);
    const once = () =>
      scope(() => {
        f(parameters, trajectories);
      });
    once();
    const before = heapStatistics();
    for (let i = 0; i < 1000; i++) once();
    expect(heapStatistics()).toEqual(before);

    // More than all there is: the memory grows, under the workers too.
    const big = zeros([4, before.reserved / 32 + 4096]);
    const ones = parallel((one: Tensor, x: Tensor) => ({ total: {}, each: sum(add(x, one), 1) }));
    const expected = before.reserved / 32 + 4096;
    for (let i = 0; i < 10; i++) {
      expect(ones(tensor(1), big).each.toArray()).toEqual(new Array(4).fill(expected));
    }
    expect(heapStatistics().reserved).toBeGreaterThan(before.reserved);
    await pool.close();
  });
});
