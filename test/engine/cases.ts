/**
 * Every differentiable operation, with random inputs of random shapes inside its domain.
 * `f` takes the inputs as tensors of one dtype; all inputs are differentiated.
 */

import type { Tensor } from "../../src/engine/index.js";
import * as k from "../../src/engine/index.js";

export interface Input {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

export interface Case {
  readonly inputs: readonly Input[];
  readonly f: (...xs: Tensor[]) => Tensor;
}

/** Uniform numbers from a seed (a linear congruential walk, mixed). */
export function randomSource(seed: number) {
  let state = (seed ^ 0x9e3779b9) >>> 0;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x45d9f3b) >>> 0;
    return ((z ^ (z >>> 16)) >>> 0) / 2 ** 32;
  };
  return {
    between: (low: number, high: number) => low + (high - low) * next(),
    whole: (low: number, high: number) => low + Math.floor((high - low + 1) * next()),
  };
}
export type Source = ReturnType<typeof randomSource>;

const shapeOf = (r: Source, rank = r.whole(0, 3)): number[] =>
  Array.from({ length: rank }, () => r.whole(1, 5));

/** Values in a range, kept away from places where an operation has no derivative. */
function input(r: Source, shape: readonly number[], low = -2, high = 2, away = 0): Input {
  const size = k.sizeOf(shape);
  const values = Array.from({ length: size }, () => {
    const v = r.between(low, high);
    return Math.abs(v) < away ? v + 2 * away : v;
  });
  return { shape, values };
}

/** A shape that broadcasts with another: some axes 1, some leading ones missing. */
function partner(r: Source, shape: readonly number[]): number[] {
  const cut = r.whole(0, shape.length);
  return shape.slice(cut).map((n) => (r.whole(0, 2) === 0 ? 1 : n));
}

const unary =
  (f: (x: Tensor) => Tensor, low = -2, high = 2, away = 0) =>
  (r: Source): Case => ({ inputs: [input(r, shapeOf(r), low, high, away)], f });

function binary(
  f: (a: Tensor, b: Tensor) => Tensor,
  [lowA, highA] = [-2, 2],
  [lowB, highB] = [-2, 2],
) {
  return (r: Source): Case => {
    const shape = shapeOf(r);
    const pair = [input(r, shape, lowA, highA), input(r, partner(r, shape), lowB, highB)];
    const flip = lowA === lowB && highA === highB && r.whole(0, 1) === 1;
    return { inputs: flip ? pair.reverse() : pair, f };
  };
}

/** Square matrices [..., n, n], of any kind or turned into symmetric positive definite ones. */
const square = (r: Source, n: number): Input =>
  input(r, [...shapeOf(r, r.whole(0, 1)), n, n], -1, 1);
const spd = (x: Tensor): Tensor =>
  k.add(k.matmul(x, x, { transposeB: true }), k.mul(0.5, k.eye(x.shape.at(-1)!, x.dtype as "f64")));

const onSpd =
  (f: (A: Tensor, ...rest: Tensor[]) => Tensor) =>
  (r: Source): Case => ({ inputs: [square(r, r.whole(1, 5))], f: (x) => f(spd(x)) });

/** An operation of a positive definite matrix, or one for each, and a right-hand side. */
const withPositive =
  (side: (n: number, r: Source) => number[], f: (S: k.PositiveDefinite, B: Tensor) => Tensor) =>
  (r: Source): Case => {
    const n = r.whole(1, 5);
    const lead = shapeOf(r, r.whole(0, 1));
    return {
      inputs: [input(r, [...partner(r, lead), n, n], -1, 1), input(r, [...lead, ...side(n, r)])],
      f: (x, B) => f(k.positiveDefinite(spd(x)), B),
    };
  };

const axisOf = (r: Source, rank: number): number => r.whole(-rank, rank - 1);

export const cases: Readonly<Record<string, (r: Source) => Case>> = {
  add: binary(k.add),
  sub: binary(k.sub),
  mul: binary(k.mul),
  div: binary(k.div, [-2, 2], [0.5, 2]),
  pow: binary(k.pow, [0.5, 2], [-2, 2]),
  minimum: binary(k.minimum, [-2, 0.2], [0.3, 2]),
  maximum: binary(k.maximum, [-2, 0.2], [0.3, 2]),
  neg: unary(k.neg),
  abs: unary(k.abs, -2, 2, 0.1),
  exp: unary(k.exp),
  log: unary(k.log, 0.3, 3),
  log1p: unary(k.log1p, -0.5, 3),
  expm1: unary(k.expm1),
  sqrt: unary(k.sqrt, 0.3, 3),
  sin: unary(k.sin),
  cos: unary(k.cos),
  tanh: unary(k.tanh),
  sigmoid: unary(k.sigmoid),
  softplus: unary(k.softplus),
  relu: unary(k.relu, -2, 2, 0.1),
  square: unary(k.square),
  where: (r) => {
    const shape = shapeOf(r);
    const mask = Array.from({ length: k.sizeOf(shape) }, () => r.whole(0, 1));
    return {
      inputs: [input(r, shape), input(r, partner(r, shape))],
      f: (a, b) => k.where(k.tensor(Float64Array.from(mask), { shape, dtype: a.dtype }), a, b),
    };
  },
  sum: (r) => reduction(r, k.sum),
  mean: (r) => reduction(r, k.mean),
  max: (r) => {
    // Distinct values, a hundredth apart at least, so that a difference does not change the order.
    const shape = shapeOf(r, r.whole(1, 3));
    const order = Array.from({ length: k.sizeOf(shape) }, (_, i) => i / 50);
    const values = order.toSorted((a, b) => Math.sin(99 * a + r.whole(0, 9)) - Math.sin(99 * b));
    const axis = axisOf(r, shape.length);
    return { inputs: [{ shape, values }], f: (x) => k.max(x, axis) };
  },
  logsumexp: (r) => reduction(r, k.logsumexp),
  reshape: (r) => {
    const shape = shapeOf(r);
    return { inputs: [input(r, shape)], f: (x) => k.reshape(x, [-1, shape.at(-1) ?? 1]) };
  },
  broadcastTo: (r) => {
    const shape = shapeOf(r);
    return { inputs: [input(r, partner(r, shape))], f: (x) => k.broadcastTo(x, shape) };
  },
  transpose: (r) => {
    const shape = shapeOf(r, 3);
    const order = [0, 1, 2].toSorted(() => r.between(-1, 1));
    return { inputs: [input(r, shape)], f: (x) => k.transpose(x, order) };
  },
  slice: (r) => {
    const shape = shapeOf(r, r.whole(1, 3));
    const axis = axisOf(r, shape.length);
    const start = r.whole(0, shape.at(axis)!);
    const stop = r.whole(start, shape.at(axis)!);
    return { inputs: [input(r, shape)], f: (x) => k.slice(x, axis, start, stop) };
  },
  index: (r) => {
    const shape = shapeOf(r, r.whole(1, 3));
    const axis = axisOf(r, shape.length);
    const i = r.whole(-shape.at(axis)!, shape.at(axis)! - 1);
    return { inputs: [input(r, shape)], f: (x) => k.index(x, axis, i) };
  },
  pad: (r) => {
    const shape = shapeOf(r, r.whole(1, 3));
    const margins = [axisOf(r, shape.length), r.whole(0, 3), r.whole(0, 3)] as const;
    return { inputs: [input(r, shape)], f: (x) => k.pad(x, ...margins) };
  },
  split: (r) => {
    const shape = shapeOf(r, r.whole(1, 3));
    const axis = axisOf(r, shape.length);
    const n = shape.at(axis)!;
    const first = r.whole(0, n);
    const second = r.whole(0, n - first);
    const sizes = [first, second, n - first - second];
    // the first piece does not count
    const f = (x: Tensor) => k.concat(k.splitAlong(x, axis, sizes).slice(1).map(k.square), axis);
    return { inputs: [input(r, shape)], f };
  },
  concat: (r) => {
    const shape = shapeOf(r, r.whole(1, 3));
    const axis = r.whole(0, shape.length - 1);
    const inputs = Array.from({ length: r.whole(1, 4) }, () =>
      input(r, shape.with(axis, r.whole(0, 4))),
    );
    return { inputs, f: (...xs) => k.concat(xs, axis) };
  },
  stack: (r) => {
    const shape = shapeOf(r, r.whole(0, 2));
    const inputs = [input(r, shape), input(r, shape)];
    const axis = r.whole(0, shape.length);
    return { inputs, f: (...xs) => k.stack(xs, axis) };
  },
  roll: (r) => {
    const shape = shapeOf(r, r.whole(1, 3));
    const axis = axisOf(r, shape.length);
    const shift = r.whole(-7, 7);
    return { inputs: [input(r, shape)], f: (x) => k.roll(x, shift, axis) };
  },
  cumulativeSum: (r) => {
    const shape = shapeOf(r, r.whole(1, 3));
    const axis = axisOf(r, shape.length);
    const reverse = r.whole(0, 1) === 1;
    return { inputs: [input(r, shape)], f: (x) => k.cumulativeSum(x, axis, { reverse }) };
  },
  gather: (r) => {
    const { shape, axis, idx } = positions(r);
    return { inputs: [input(r, shape)], f: (x) => k.gather(x, idx(), axis) };
  },
  scatterAdd: (r) => {
    const { shape, axis, idx, m } = positions(r);
    const gathered = shape.with(axis, m);
    return {
      inputs: [input(r, gathered)],
      f: (x) => k.scatterAdd(x, idx(), shape[axis]!, axis),
    };
  },
  diagonal: (r) => ({ inputs: [square(r, r.whole(1, 5))], f: k.diagonal }),
  diagonalMatrix: (r) => ({ inputs: [input(r, shapeOf(r, r.whole(1, 2)))], f: k.diagonalMatrix }),
  matmul: (r) => {
    const [m, n, inner] = [r.whole(1, 6), r.whole(1, 6), r.whole(1, 6)];
    const lead = shapeOf(r, r.whole(0, 2));
    const options = { transposeA: r.whole(0, 1) === 1, transposeB: r.whole(0, 1) === 1 };
    const a = options.transposeA ? [inner, m] : [m, inner];
    const b = options.transposeB ? [n, inner] : [inner, n];
    return {
      inputs: [input(r, [...partner(r, lead), ...a]), input(r, [...lead, ...b])],
      f: (x, y) => k.matmul(x, y, options),
    };
  },
  matvec: (r) => {
    const [m, n] = [r.whole(1, 6), r.whole(1, 6)];
    return {
      inputs: [input(r, [m, n]), input(r, [...shapeOf(r, r.whole(0, 2)), n])],
      f: k.matvec,
    };
  },
  cholesky: onSpd(k.cholesky),
  triangularFactorOfRows: (r) => {
    // Rows above a multiple of I: full rank, so that L is a smooth function of them.
    const [n, m] = [r.whole(0, 3), r.whole(1, 4)];
    const rows = input(r, [...shapeOf(r, r.whole(0, 1)), n + m, m], -1, 1);
    const shift = (A: Tensor) => k.pad(k.mul(2, k.eye(m, A.dtype as "f64")), -2, n, 0);
    return { inputs: [rows], f: (A) => k.triangularFactorOfRows(k.add(A, shift(A))) };
  },
  triangularSolve: (r) => {
    const n = r.whole(1, 6);
    const lead = shapeOf(r, r.whole(0, 1));
    const right = input(r, [...lead, n, r.whole(1, 5)]);
    const left = input(r, [...partner(r, lead), n, n], 0.5, 1.5);
    const transpose = r.whole(0, 1) === 1;
    return { inputs: [left, right], f: (L, B) => k.triangularSolve(L, B, { transpose }) };
  },
  positiveInverse: onSpd((A) => k.positiveDefinite(A).inverse),
  logDeterminant: onSpd((A) => k.logDeterminant(k.positiveDefinite(A))),
  solve: withPositive((n, r) => [n, r.whole(1, 4)], k.solve),
  solveRows: withPositive((n, r) => [r.whole(1, 4), n], k.solveRows),
  solveVector: withPositive((n) => [n], k.solveVector),
  conjugateGradients: (r) => {
    const n = r.whole(1, 5);
    const lead = shapeOf(r, r.whole(0, 1));
    const product = (A: Tensor) => (v: Tensor) => k.matvec(spd(A), v);
    return {
      inputs: [input(r, [...lead, n, n], -1, 1), input(r, [...lead, n])],
      // Exact after n steps but for rounding; more steps do no harm.
      f: (A, b) => k.conjugateGradients(product(A), b, 3 * n),
    };
  },
  comoments: (r) => {
    const [N, m, d] = [r.whole(2, 5), r.whole(1, 4), r.whole(1, 4)];
    const lead = shapeOf(r, r.whole(0, 1));
    return {
      inputs: [input(r, [...lead, N, m]), input(r, [...lead, N, d])],
      f: k.comoments,
    };
  },
  comomentsOfOne: (r) => ({
    inputs: [input(r, [...shapeOf(r, r.whole(0, 1)), r.whole(2, 5), r.whole(1, 4)])],
    f: (E) => k.comoments(E, E),
  }),
  eighValues: onSpd((A) => k.eigh(A).values),
  // A smooth function of eigenvectors whose signs cancel: v vᵀ of the largest eigenvalue.
  eighVectors: (r) => ({
    inputs: [input(r, [3, 3], -0.2, 0.2)],
    f: (x) => {
      const A = k.add(k.symmetrise(x), k.diagonalMatrix(k.tensor([1, 2, 4], { dtype: x.dtype })));
      const v = k.slice(k.eigh(A).vectors, -1, 2, 3);
      return k.matmul(v, v, { transposeB: true });
    },
  }),
  sqrtm: onSpd(k.sqrtm),
  inverseSqrtm: onSpd(k.inverseSqrtm),
  lyapunov: (r) => {
    const n = r.whole(1, 5);
    return {
      inputs: [input(r, [n, n], -1, 1), input(r, [n, n])],
      f: (x, E) => k.lyapunov(spd(x), E),
    };
  },
  expm: (r) => ({ inputs: [square(r, r.whole(1, 4))], f: k.expm }),
  circularConv: (r) => {
    const [channels, outputs] = [r.whole(1, 4), r.whole(1, 4)];
    const kernel = 2 * r.whole(0, 2) + 1;
    const lead = shapeOf(r, r.whole(0, 2));
    return {
      inputs: [
        input(r, [...lead, channels, r.whole(kernel, 9)]),
        input(r, [outputs, channels, kernel]),
      ],
      f: k.circularConv,
    };
  },
  /** Enough channels for minimal filtering. */
  circularConvOfChannels: (r) => {
    const [channels, outputs] = [r.whole(8, 9), r.whole(8, 9)];
    return {
      inputs: [input(r, [channels, r.whole(8, 13)]), input(r, [outputs, channels, 5])],
      f: k.circularConv,
    };
  },
  checkpoint: (r) => {
    const shape = shapeOf(r);
    const inner = k.checkpoint((a: Tensor, b: Tensor) => k.sin(k.mul(k.exp(a), b)));
    return { inputs: [input(r, shape), input(r, shape)], f: (a, b) => k.mul(inner(a, b), a) };
  },
  cast: unary((x) => k.cast(k.cast(k.square(x), x.dtype), x.dtype)),
};

function reduction(
  r: Source,
  f: (x: Tensor, axes?: readonly number[], options?: { keepDims?: boolean }) => Tensor,
): Case {
  const shape = shapeOf(r, 3);
  const axes = [0, 1, 2].filter(() => r.whole(0, 1) === 1);
  const keepDims = r.whole(0, 1) === 1;
  return { inputs: [input(r, shape)], f: (x) => f(x, axes, { keepDims }) };
}

/** Positions along an axis, shared or one list for each leading index. */
function positions(r: Source) {
  const shape = shapeOf(r, r.whole(1, 3));
  const axis = r.whole(0, shape.length - 1);
  const m = r.whole(1, 6);
  const lead = r.whole(0, 1) === 1 ? shape.slice(0, r.whole(0, axis)) : [];
  const values = Array.from({ length: k.sizeOf(lead) * m }, () => r.whole(0, shape[axis]! - 1));
  const idx = () => k.tensor(Int32Array.from(values), { shape: [...lead, m] });
  return { shape, axis, idx, m };
}
