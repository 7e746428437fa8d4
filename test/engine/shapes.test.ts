/**
 * Operations beside plain JavaScript with numpy's rules, on small shapes with many axes of length 0 and 1:
 * the same shape and numbers, eagerly and captured, a gradient of the shape of each input, or a refusal by
 * both.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as k from "../../src/engine/index.js";
import { key, keyBatch, normal, uniform } from "../../src/random/index.js";
import * as plain from "./plain.js";

interface Trial {
  readonly inputs: readonly plain.Plain[];
  readonly f: (...xs: k.Tensor[]) => k.Tensor;
  readonly reference: (...xs: plain.Plain[]) => plain.Plain;
}

const length = fc.constantFrom(0, 1, 1, 2, 3, 4);
const shape = (min = 0, max = 3) => fc.array(length, { minLength: min, maxLength: max });
const value = fc.integer({ min: -8, max: 8 }).map((n) => n / 4);
const filled = (lengths: readonly number[]): fc.Arbitrary<plain.Plain> => {
  const size = k.sizeOf(lengths);
  return fc
    .array(value, { minLength: size, maxLength: size })
    .map((data) => ({ shape: lengths, data }));
};
const array = (min = 0, max = 3) => shape(min, max).chain(filled);
const axisOf = (x: plain.Plain) => fc.nat({ max: x.shape.length - 1 });

/** A shape that mostly broadcasts with another. */
const partner = (lengths: readonly number[]) =>
  fc
    .tuple(
      fc.nat({ max: lengths.length }),
      fc.array(fc.nat({ max: 9 }), { minLength: 3, maxLength: 3 }),
    )
    .map(([cut, dice]) =>
      lengths.slice(cut).map((n, i) => (dice[i]! < 3 ? 1 : dice[i]! === 9 ? 0 : n)),
    );

const pair = array().chain((a) =>
  partner(a.shape).chain((s) => filled(s).map((b) => [a, b] as const)),
);

const binary = (
  f: (a: k.Tensor, b: k.Tensor) => k.Tensor,
  reference: (a: number, b: number) => number,
): fc.Arbitrary<Trial> =>
  pair.map((inputs) => ({ inputs, f, reference: (...xs) => plain.elementwise(reference, ...xs) }));

const reduction = (
  f: (x: k.Tensor, axes: k.Axes, options: k.ReduceOptions) => k.Tensor,
  least: number,
  reference: (values: readonly number[]) => number,
): fc.Arbitrary<Trial> =>
  array().chain((x) =>
    fc.record({ axes: fc.subarray(x.shape.map((_, i) => i)), keepDims: fc.boolean() }).map(
      ({ axes, keepDims }): Trial => ({
        inputs: [x],
        f: (y) => f(y, axes, { keepDims }),
        reference: (y) => plain.reduced(y, axes, keepDims, least, reference),
      }),
    ),
  );

/** One array of rank 1 or more and one of its axes, with more to choose. */
const along = <T>(
  more: (x: plain.Plain, axis: number) => fc.Arbitrary<T>,
  f: (x: k.Tensor, axis: number, chosen: T) => k.Tensor,
  reference: (x: plain.Plain, axis: number, chosen: T) => plain.Plain,
): fc.Arbitrary<Trial> =>
  array(1).chain((x) =>
    axisOf(x).chain((axis) =>
      more(x, axis).map((chosen) => ({
        inputs: [x],
        f: (y: k.Tensor) => f(y, axis, chosen),
        reference: (y: plain.Plain) => reference(y, axis, chosen),
      })),
    ),
  );

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const few = fc.integer({ min: -1, max: 4 });
const entries = (n: number) =>
  fc.array(fc.integer({ min: 0, max: Math.max(n - 1, 0) }), { maxLength: 4 });

const trials: Record<string, fc.Arbitrary<Trial>> = {
  add: binary(k.add, (a, b) => a + b),
  mul: binary(k.mul, (a, b) => a * b),
  maximum: binary(k.maximum, Math.max),
  less: binary(k.less, (a, b) => Number(a < b)),
  where: pair.map(([a, b]) => ({
    inputs: [a, b, a],
    f: k.where,
    reference: (...xs) => plain.elementwise((c, x, y) => (c !== 0 ? x : y), ...xs),
  })),
  sum: reduction(k.sum, 0, sum),
  mean: reduction(k.mean, 1, (values) => sum(values) / values.length),
  max: reduction(k.max, 1, (values) => Math.max(...values)),
  logsumexp: reduction(k.logsumexp, 1, (values) => Math.log(sum(values.map(Math.exp)))),
  reshape: fc.tuple(array(), fc.array(fc.constantFrom(-1, 0, 1, 2, 3, 4, 6), { maxLength: 4 })).map(
    ([x, to]): Trial => ({
      inputs: [x],
      f: (y) => k.reshape(y, to),
      reference: (y) => plain.reshaped(y, to),
    }),
  ),
  broadcastTo: array(0, 2).chain((x) =>
    fc
      .tuple(
        shape(0, 1),
        fc.array(
          few.map((n) => Math.max(n, 0)),
          { minLength: 2, maxLength: 2 },
        ),
      )
      .map(([lead, wide]): Trial => {
        const to = [...lead, ...x.shape.map((n, i) => (n === 1 ? wide[i]! : n))];
        return {
          inputs: [x],
          f: (y) => k.broadcastTo(y, to),
          reference: (y) => plain.stretch(y, to),
        };
      }),
  ),
  transpose: array().chain((x) =>
    fc
      .shuffledSubarray(
        x.shape.map((_, i) => i),
        { minLength: x.shape.length },
      )
      .map(
        (order): Trial => ({
          inputs: [x],
          f: (y) => k.transpose(y, order),
          reference: (y) => plain.permuted(y, order),
        }),
      ),
  ),
  slice: along(
    () => fc.tuple(few, few),
    (x, axis, [from, to]) => k.slice(x, axis, from, to),
    (x, axis, [from, to]) => plain.sliced(x, axis, from, to),
  ),
  pad: along(
    () => fc.tuple(fc.nat({ max: 2 }), fc.nat({ max: 2 })),
    (x, axis, [before, after]) => k.pad(x, axis, before, after),
    (x, axis, [before, after]) => plain.padded(x, axis, before, after),
  ),
  roll: along(
    () => fc.integer({ min: -9, max: 9 }),
    (x, axis, by) => k.roll(x, by, axis),
    (x, axis, by) => plain.rolled(x, by, axis),
  ),
  gather: along(
    (x, axis) => entries(x.shape[axis]!),
    (x, axis, at) => k.gather(x, k.indices(at), axis),
    (x, axis, at) => plain.gathered(x, at, axis),
  ),
  scatterAdd: along(
    (x, axis) =>
      fc.nat({ max: 4 }).chain((size) => {
        const n = x.shape[axis]!;
        const at = fc.nat({ max: Math.max(size - 1, 0) });
        return fc.array(at, { minLength: n, maxLength: n }).map((to) => ({ to, size }));
      }),
    (x, axis, { to, size }) => k.scatterAdd(x, k.indices(to), size, axis),
    (x, axis, { to, size }) => plain.scattered(x, to, size, axis),
  ),
  concat: array(1).chain((a) =>
    axisOf(a).chain((axis) =>
      fc.tuple(length, length).chain(([n, m]) =>
        fc.tuple(filled(a.shape.with(axis, n)), filled(a.shape.with(axis, m))).map(
          ([b, c]): Trial => ({
            inputs: [a, b, c],
            f: (...xs) => k.concat(xs, axis),
            reference: (...xs) => plain.joined(xs, axis),
          }),
        ),
      ),
    ),
  ),
  splitAlong: along(
    (x, axis) => fc.nat({ max: x.shape[axis]! }),
    (x, axis, n) => {
      const [first, last] = k.splitAlong(x, axis, [n, x.shape[axis]! - n]);
      return k.concat([last!, first!], axis);
    },
    (x, axis, n) =>
      plain.joined([plain.sliced(x, axis, n, x.shape[axis]!), plain.sliced(x, axis, 0, n)], axis),
  ),
  cumulativeSum: along(
    () => fc.boolean(),
    (x, axis, reverse) => k.cumulativeSum(x, axis, { reverse }),
    (x, axis, reverse) => plain.summedUp(x, axis, reverse),
  ),
  matmul: fc
    .record({
      ...{ lead: shape(0, 2), m: length, k: length, n: length },
      ...{ tA: fc.boolean(), tB: fc.boolean() },
    })
    .chain(({ lead, m, k: inner, n, tA, tB }) =>
      partner(lead).chain((other) =>
        fc
          .tuple(
            filled([...lead, ...(tA ? [inner, m] : [m, inner])]),
            filled([...other, ...(tB ? [n, inner] : [inner, n])]),
          )
          .map(([a, b]): Trial => {
            const turned = (x: plain.Plain, turn: boolean) => {
              const axes = x.shape.map((_, i) => i);
              const [i, j] = axes.slice(-2) as [number, number];
              return turn ? plain.permuted(x, [...axes.slice(0, -2), j, i]) : x;
            };
            return {
              inputs: [a, b],
              f: (x, y) => k.matmul(x, y, { transposeA: tA, transposeB: tB }),
              reference: (x, y) => plain.product(turned(x, tA), turned(y, tB)),
            };
          }),
      ),
    ),
};

const tensorOf = ({ shape, data }: plain.Plain, dtype: k.FloatType): k.Tensor =>
  k.tensor(Float64Array.from(data), { shape, dtype });

/** The reference's array, or null where numpy refuses. */
function expected({ inputs, reference }: Trial): plain.Plain | null {
  try {
    return reference(...inputs);
  } catch (error) {
    if (error instanceof plain.Refused) return null;
    throw error;
  }
}

function check(trial: Trial, dtype: k.FloatType): void {
  const xs = trial.inputs.map((x) => tensorOf(x, dtype));
  const want = expected(trial);
  if (want === null) {
    expect(() => trial.f(...xs)).toThrow(
      /does not|is not within|differ|no elements|outside the axis|do not/,
    );
    return;
  }
  // Values are quarters up to 2, so only exp and log round.
  const near = dtype === "f64" ? 1e-14 : 1e-6;
  const same = (y: k.Tensor): void => {
    expect(y.shape).toEqual(want.shape);
    y.data().forEach((v, i) => {
      expect(Math.abs(v - want.data[i]!)).toBeLessThanOrEqual(near);
    });
  };
  const captured = k.capture(trial.f);
  for (const y of [trial.f(...xs), captured(...xs), captured(...xs)]) same(y);
  const gradient = (...at: k.Tensor[]) =>
    k.grad((ts: readonly k.Tensor[]) => k.sum(k.mul(trial.f(...ts), trial.f(...ts))))(at);
  const later = k.capture(gradient);
  const bars = gradient(...xs);
  const again = later(...xs);
  bars.forEach((bar, i) => {
    expect(bar.shape).toEqual(xs[i]!.shape);
    expect(Array.from(again[i]!.data())).toEqual(Array.from(bar.data()));
  });
  captured.forget();
  later.forget();
}

describe.each(Object.entries(trials))("%s", (_, arbitrary) => {
  test("as plain JavaScript has it, empty axes included", () => {
    fc.assert(
      fc.property(arbitrary, fc.constantFrom("f64" as const, "f32" as const), (trial, dtype) =>
        k.scope(() => check(trial, dtype)),
      ),
      { numRuns: 40, seed: 12 },
    );
  });
});

describe("no matrices, or matrices without rows", () => {
  const root = key(1);
  const onMatrices: Record<string, (A: k.Tensor) => k.Tensor> = {
    cholesky: k.cholesky,
    triangularSolve: (A) => k.triangularSolve(A, A, { transpose: true }),
    positiveDefinite: (A) => k.positiveDefinite(A).inverse,
    solve: (A) => k.solve(k.positiveDefinite(A), A),
    solveRows: (A) => k.solveRows(k.positiveDefinite(A), A),
    triangularFactorOfRows: (A) =>
      k.triangularFactorOfRows(k.add(A, k.eye(A.shape.at(-1)!, A.dtype))),
    orthogonalFactorOfRows: k.orthogonalFactorOfRows,
    eigh: (A) => k.eigh(A).vectors,
    sqrtm: k.sqrtm,
    inverseSqrtm: k.inverseSqrtm,
    lyapunov: (A) => k.lyapunov(A, A),
    expm: k.expm,
    diagonal: (A) => k.diagonalMatrix(k.diagonal(A)),
    comoments: (A) => (A.shape.at(-1) === 0 ? A : k.comoments(A, A)),
  };
  const shapes = [
    [0, 0],
    [2, 0, 0],
    [0, 2, 2],
  ];

  test.each(Object.entries(onMatrices))("%s has no elements, nor has its gradient", (_, f) => {
    for (const dtype of ["f64", "f32"] as const) {
      for (const shape of shapes) {
        const A = k.zeros(shape, dtype);
        expect(f(A).shape).toEqual(shape);
        expect(k.capture(f)(A).shape).toEqual(shape);
        const g = k.grad((at: k.Tensor) => k.sum(f(at)));
        expect(g(A).shape).toEqual(shape);
        expect(k.capture(g)(A).shape).toEqual(shape);
      }
    }
  });

  test("the determinant of a matrix without rows is 1, as numpy has it", () => {
    const P = k.positiveDefinite(k.zeros([2, 0, 0]));
    expect(k.logDeterminant(P).toArray()).toEqual([0, 0]);
  });

  test("products over nothing are zeros", () => {
    expect(k.matmul(k.zeros([2, 0]), k.zeros([0, 3])).toArray()).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
    expect(k.matvec(k.zeros([2, 0]), k.zeros([0])).toArray()).toEqual([0, 0]);
  });

  test("convolutions, draws and keys", () => {
    const w = k.ones([2, 3, 1]);
    expect(k.circularConv(k.zeros([0, 3, 4]), w).shape).toEqual([0, 2, 4]);
    expect(k.circularConv(k.zeros([3, 0]), w).shape).toEqual([2, 0]);
    expect(k.circularConv(k.zeros([0, 4]), k.ones([2, 0, 1])).toArray()).toEqual([
      [0, 0, 0, 0],
      [0, 0, 0, 0],
    ]);
    expect(normal(root, [0, 3]).shape).toEqual([0, 3]);
    expect(uniform(root, [0]).shape).toEqual([0]);
    expect(keyBatch(root, 0).shape).toEqual([0, 2]);
    expect(normal(keyBatch(root, 0), [0, 3]).shape).toEqual([0, 3]);
  });

  test("reading", () => {
    expect(k.tensor([]).toArray()).toEqual([]);
    expect(k.tensor([[], []]).toArray()).toEqual([[], []]);
    expect(k.zeros([0, 3]).toArray()).toEqual([]);
    expect(() => k.zeros([0]).item()).toThrow(/need exactly one element/);
    expect(k.hessian((x: k.Tensor) => k.sum(x))(k.zeros([0])).shape).toEqual([0, 0]);
    expect(k.jacobian((x: k.Tensor) => k.mul(x, 2))(k.zeros([0])).shape).toEqual([0, 0]);
  });
});
