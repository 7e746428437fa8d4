/** Every size, axis, index, dtype and element that cannot be: refused at once, with nothing left behind. */
import { afterEach, describe, expect, test } from "vitest";
import * as k from "../../src/engine/index.js";
import { foldIn, key, keyBatch, normal, split, uniform } from "../../src/random/index.js";

type Run = (bad: never) => unknown;

const x = k.tensor([
  [1, 2, 3],
  [4, 5, 6],
]);
const square = k.eye(2);
const positions = k.indices([0, 1]);
const root = key(1);

const never = [undefined, null, Number.NaN, 0.5, "1", {}, Number.POSITIVE_INFINITY, 2 ** 60];
const asLengths: Record<string, Run> = {
  zeros: (n) => k.zeros([2, n]),
  ones: (n) => k.ones([n]),
  full: (n) => k.full([n], 1),
  tensor: (n) => k.tensor([1, 2], { shape: [n] }),
  eye: (n) => k.eye(n),
  reshape: (n) => k.reshape(x, [n, 2]),
  broadcastTo: (n) => k.broadcastTo(k.tensor([1]), [n, 1]),
  "pad before": (n) => k.pad(x, 0, n, 0),
  "pad after": (n) => k.pad(x, 0, 0, n),
  splitAlong: (n) => k.splitAlong(x, 1, [n, 3]),
  scatterAdd: (n) => k.scatterAdd(x, positions, n, 0),
  split: (n) => split(root, n === undefined ? Number.NaN : n),
  keyBatch: (n) => keyBatch(root, n),
  uniform: (n) => uniform(root, [n]),
  normal: (n) => normal(root, [3, n], "f32"),
};
const asPlaces: Record<string, Run> = {
  sum: (axis) => k.sum(x, [axis]),
  mean: (axis) => k.mean(x, [axis]),
  max: (axis) => k.max(x, [axis]),
  logsumexp: (axis) => k.logsumexp(x, [axis]),
  transpose: (axis) => k.transpose(x, [axis, 0]),
  "slice axis": (axis) => k.slice(x, axis, 0, 1),
  "slice start": (at) => k.slice(x, 0, at, 1),
  "slice stop": (at) => k.slice(x, 0, 0, at),
  "index axis": (axis) => k.index(x, axis, 0),
  index: (at) => k.index(x, 0, at),
  "pad axis": (axis) => k.pad(x, axis, 1, 1),
  concat: (axis) => k.concat([x, x], axis),
  stack: (axis) => k.stack([x, x], axis === undefined ? Number.NaN : axis),
  "splitAlong axis": (axis) => k.splitAlong(x, axis, [2]),
  "roll axis": (axis) => k.roll(x, 1, axis),
  roll: (by) => k.roll(x, by === 2 ** 60 ? Number.NaN : by, 0),
  gather: (axis) => k.gather(x, positions, axis),
  "scatterAdd axis": (axis) => k.scatterAdd(x, positions, 2, axis),
  cumulativeSum: (axis) => k.cumulativeSum(x, axis),
  expandDims: (axis) => k.expandDims(x, axis),
  squeeze: (axis) => k.squeeze(x, axis),
  foldIn: (n) => foldIn(root, n),
  leading: (n) => k.triangularFactorOfRows(x, n === undefined ? Number.NaN : n),
};
const asTensor: Record<string, Run> = {
  add: (a) => k.add(a, x),
  where: (a) => k.where(x, a, x),
  sqrt: (a) => k.sqrt(a),
  sum: (a) => k.sum(a),
  mean: (a) => k.mean(a),
  max: (a) => k.max(a),
  reshape: (a) => k.reshape(a, [1]),
  broadcastTo: (a) => k.broadcastTo(a, [1]),
  transpose: (a) => k.transpose(a),
  slice: (a) => k.slice(a, 0, 0, 1),
  concat: (a) => k.concat([x, a], 0),
  expandDims: (a) => k.expandDims(a, 0),
  gather: (a) => k.gather(a, positions, 0),
  positions: (a) => k.gather(x, a, 0),
  scatterAdd: (a) => k.scatterAdd(a, positions, 2, 0),
  cumulativeSum: (a) => k.cumulativeSum(a, 0),
  diagonal: (a) => k.diagonal(a),
  diagonalMatrix: (a) => k.diagonalMatrix(a),
  matmul: (a) => k.matmul(a, square),
  "matmul b": (b) => k.matmul(square, b),
  matvec: (a) => k.matvec(square, a),
  cholesky: (a) => k.cholesky(a),
  triangularSolve: (b) => k.triangularSolve(square, b),
  positiveDefinite: (a) => k.positiveDefinite(a),
  solve: (b) => k.solve(k.positiveDefinite(square), b),
  triangularFactorOfRows: (a) => k.triangularFactorOfRows(a),
  orthogonalFactorOfRows: (a) => k.orthogonalFactorOfRows(a),
  eigh: (a) => k.eigh(a),
  sqrtm: (a) => k.sqrtm(a),
  expm: (a) => k.expm(a),
  lyapunov: (a) => k.lyapunov(square, a),
  circularConv: (a) => k.circularConv(a, k.ones([1, 1, 1])),
  comoments: (a) => k.comoments(a, a),
  cast: (a) => k.cast(a, "f32"),
  stopGradient: (a) => k.stopGradient(a),
  split: (a) => split(a),
  foldIn: (a) => foldIn(a, 1),
  normal: (a) => normal(a, [2]),
};

const before = k.heapStatistics().used;
afterEach(() => {
  expect(k.add(x, 1).toArray()).toEqual([
    [2, 3, 4],
    [5, 6, 7],
  ]);
});

function expectRefusal(run: () => unknown, name: string): void {
  const used = k.heapStatistics().used;
  const refused = k.scope(() => {
    try {
      run();
    } catch (error) {
      return error;
    }
    return null;
  });
  expect(refused, name).toBeInstanceOf(Error);
  expect((refused as Error).name, `${name}: ${refused}`).toMatch(/^(Shape|Usage)Error$/);
  expect((refused as Error).message).toMatch(
    /need|is not|expected|no entry|asked for at once|does not exist/,
  );
  expect(k.heapStatistics().used).toBe(used);
}

const given = (value: unknown) => value as never;

describe("refused, and the engine works on", () => {
  test.each(Object.entries(asLengths))("a length of %s", (name, run) => {
    for (const bad of [...never, -2, -0.5]) {
      expectRefusal(() => run(given(bad)), `${name} ${bad}`);
    }
  });

  test.each(Object.entries(asPlaces))("a place of %s", (name, run) => {
    for (const bad of [...never, 0.5]) expectRefusal(() => run(given(bad)), `${name} ${bad}`);
  });

  test.each(Object.entries(asTensor))("what is no tensor: %s", (name, run) => {
    for (const bad of [undefined, null, "1", {}, [1, 2], { shape: [1], dtype: "f64" }]) {
      expectRefusal(() => run(given(bad)), `${name} ${bad}`);
    }
  });

  test("shapes that are none", () => {
    for (const bad of [undefined, null, 3, "3", {}, new Array(2), [[2]], new Float64Array([2])]) {
      const shape = given(bad);
      expectRefusal(() => k.zeros(shape), `zeros ${bad}`);
      expectRefusal(() => k.reshape(x, shape), `reshape ${bad}`);
      expectRefusal(() => k.broadcastTo(x, shape), `broadcastTo ${bad}`);
      expectRefusal(() => normal(root, shape), `normal ${bad}`);
    }
    expectRefusal(() => k.zeros(new Array<number>(17).fill(1)), "17 axes");
    expectRefusal(() => k.reshape(x, [2, 3, ...new Array<number>(15).fill(1)]), "17 axes");
    const sixteen = k.reshape(k.ones([2]), [...new Array<number>(15).fill(1), 2]);
    expectRefusal(() => k.diagonalMatrix(sixteen), "17 axes");
    expectRefusal(() => k.expandDims(sixteen, 0), "17 axes");
  });

  test("dtypes that are none", () => {
    for (const bad of ["f16", "float64", "", 8, "toString"].map(given)) {
      expectRefusal(() => k.tensor([1], { dtype: bad }), `tensor ${bad}`);
      expectRefusal(() => k.zeros([1], bad), `zeros ${bad}`);
      expectRefusal(() => k.cast(x, bad), `cast ${bad}`);
      expectRefusal(() => normal(root, [1], bad), `normal ${bad}`);
    }
    expectRefusal(() => uniform(root, [1], given("i32")), "uniform i32");
  });

  test("i32 where only floating-point numbers are served", () => {
    const i = k.indices([1, 2]);
    const all = [k.sum, k.mean, k.max, k.logsumexp, (y: k.Tensor) => k.cumulativeSum(y, 0), k.sqrt];
    for (const f of all) expectRefusal(() => f(i), f.name);
    expectRefusal(() => k.scatterAdd(i, positions, 2, 0), "scatterAdd");
  });

  test("elements that are no numbers", () => {
    const cyclic: unknown[] = [];
    cyclic.push(cyclic);
    const all = ["1", ["1"], [["1"], ["2"]], [1, "2"], [null], [undefined], [true], [1n], [{}]];
    for (const bad of [...all, new Array(3), cyclic, [[1], 2], {}, null, undefined, true]) {
      expectRefusal(() => k.tensor(given(bad)), `tensor ${String(bad)}`);
    }
    for (const bad of [new Uint8Array(2), new BigInt64Array(1), new DataView(new ArrayBuffer(8))]) {
      expectRefusal(() => k.tensor(given(bad)), `tensor ${bad}`);
    }
    for (const bad of ["1", null, undefined, 1n]) {
      expectRefusal(() => k.full([2], given(bad)), `full ${bad}`);
    }
  });

  test("a place in an array that is none", () => {
    const into = new Float64Array(9);
    for (const bad of [-1, 0.5, Number.NaN, 4]) {
      expectRefusal(() => x.copyTo(into, bad), `copyTo ${bad}`);
    }
  });

  test("messages show what was given, text apart from numbers", () => {
    expect(() => k.zeros([2, given("3")])).toThrow(
      'zeros: the shape is [2, "3"]; need a list of whole numbers, 0 or more.',
    );
    expect(() => k.pad(x, 0, Number.NaN, 0)).toThrow(
      "pad: the number before is NaN; need a whole number, 0 or more.",
    );
    expect(() => k.tensor(given([1, "2"]))).toThrow(
      'tensor: got "2" after 1 numbers; need numbers, or nested arrays of numbers.',
    );
    expect(() => k.index(x, 1, 3)).toThrow(
      "index: there is no entry 3 in axis 1 of [2,3], which has 3.",
    );
  });
});

describe("i32 holds whole numbers only", () => {
  test.each([1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, -(2 ** 31) - 1])("%d", (bad) => {
    expect(() => k.indices([0, bad])).toThrow(k.NumericError);
    expect(() => k.full([2], bad, "i32")).toThrow(k.NumericError);
    expect(() => k.indices([0, bad])).toThrow(`${bad} at flat position 1 is no i32`);
  });

  test("a cast cuts what fits, and names the first number that does not", () => {
    const most = 2 ** 31 - 0.5;
    const ends = k.cast(k.tensor([most, -(2 ** 31) - 0.5, -0.9]), "i32");
    expect(ends.toArray()).toEqual([2 ** 31 - 1, -(2 ** 31), 0]);
    for (const dtype of ["f64", "f32"] as const) {
      for (const bad of [2 ** 31, -(2 ** 31) - 256, 1e30]) {
        const run = () => k.cast(k.tensor([1, bad], { dtype }), "i32");
        expect(run).toThrow(k.NumericError);
        expect(run).toThrow(/^cast\(\[2\]\): -?[\d.e+]+ at flat position 1 does not fit into i32/);
      }
      const nan = k.tensor([Number.NaN], { dtype });
      expect(() => k.cast(nan, "i32")).toThrow(/NaN at flat position 0 does not fit into i32/);
    }
    const cut = k.capture((y: k.Tensor) => k.cast(k.mul(y, 2), "i32"));
    expect(cut(k.tensor([1.6])).toArray()).toEqual([3]);
    expect(() => cut(k.tensor([2 ** 30]))).toThrow(/2147483648 at flat position 0 does not fit/);
  });
});

test("what was refused has left no memory in use", () => {
  expect(k.heapStatistics().used - before).toBeLessThan(2 ** 16);
});
