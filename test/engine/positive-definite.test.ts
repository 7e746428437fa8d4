import { describe, expect, test } from "vitest";
import {
  add,
  cholesky,
  comoments,
  diagonal,
  expandDims,
  eye,
  grad,
  index,
  log,
  logDeterminant,
  matmul,
  mean,
  mul,
  type PositiveDefinite,
  positiveDefinite,
  solve,
  solveRows,
  solveVector,
  square,
  sub,
  sum,
  type Tensor,
  transpose,
  triangularSolve,
  zeros,
} from "../../src/engine/index.js";
import { key, normal, split } from "../../src/random/index.js";
import { expectClose } from "../support/close.js";

const [first, second] = split(key(4)) as [Tensor, Tensor];
const spd = (X: Tensor): Tensor => add(matmul(X, X, { transposeB: true }), eye(X.shape.at(-1)!));

// Matrices of condition up to some 10³: 1e-11 is that, times rounding and the sums of 40 terms.
const tolerance = 1e-11;

describe.each([
  ["a matrix", [40]],
  ["a matrix each", [3, 5]],
  ["small ones in lanes", [9, 3]],
])("%s", (_, sizes) => {
  const n = sizes.at(-1)!;
  const lead = sizes.slice(0, -1);
  const X = normal(first, [...lead, n, n]);
  const B = normal(second, [...lead, n, 4]);

  test("the inverse undoes the matrix, and is symmetric to the last bit", () => {
    const { matrix, inverse } = positiveDefinite(spd(X));
    expectClose(sub(matmul(matrix, inverse), eye(n)), zeros(matrix.shape), tolerance);
    expect(inverse.toArray()).toEqual(transpose(inverse).toArray());
  });

  // Every shortcut against triangular systems, value and gradient.
  const plainSolve = (L: Tensor, C: Tensor): Tensor =>
    triangularSolve(L, triangularSolve(L, C), { transpose: true });
  const plainLogDeterminant = (L: Tensor): Tensor => mul(2, sum(log(diagonal(L)), -1));
  test.each<[string, (S: PositiveDefinite, C: Tensor) => Tensor, (L: Tensor, C: Tensor) => Tensor]>(
    [
      ["solve", solve, plainSolve],
      ["solveRows", (S, C) => solveRows(S, transpose(C)), (L, C) => transpose(plainSolve(L, C))],
      [
        "solveVector",
        (S, C) => solveVector(S, index(C, -1, 0)),
        (L, C) => index(plainSolve(L, C), -1, 0),
      ],
      ["logDeterminant", logDeterminant, plainLogDeterminant],
      ["inverse", ({ inverse }) => inverse, (L) => plainSolve(L, eye(n))],
    ],
  )("%s is that of triangular systems, and so is its gradient", (_name, short, plain) => {
    const ofShort = ([x, C]: [Tensor, Tensor]) => short(positiveDefinite(spd(x)), C);
    const ofPlain = ([x, C]: [Tensor, Tensor]) => plain(cholesky(spd(x)), C);
    const at: [Tensor, Tensor] = [X, B];
    expectClose(ofShort(at), ofPlain(at), tolerance);
    const [actual, expected] = [ofShort, ofPlain].map((f) =>
      grad((x: typeof at) => sum(square(f(x))))(at),
    );
    for (const i of [0, 1]) {
      expectClose(actual![i]!, expected![i]!, 100 * tolerance);
    }
  });
});

test("one matrix serves a batch of right-hand sides", () => {
  const X = normal(first, [4, 4]);
  const B = normal(second, [3, 2, 4]);
  const together = (x: Tensor) => solveRows(positiveDefinite(spd(x)), B);
  const each = (x: Tensor, b: number) => solveRows(positiveDefinite(spd(x)), index(B, 0, b));
  for (const b of [0, 1, 2]) {
    expectClose(index(together(X), 0, b), each(X, b), 1e-14);
  }
  const total = [0, 1, 2].map((b) => grad((x: Tensor) => sum(square(each(x, b))))(X));
  const expected = total.reduce((a, b) => add(a, b));
  const actual = grad((x: Tensor) => sum(square(together(x))))(X);
  expectClose(actual, expected, 1e-12);
});

test("right-hand sides must fit", () => {
  const S = positiveDefinite(eye(3));
  expect(() => solve(S, eye(2))).toThrow(/solve: S is .*need B \[..., 3, m\]/);
  expect(() => solveRows(S, eye(2))).toThrow(/solveRows: .*need B \[..., m, 3\]/);
  expect(() => comoments(eye(3), eye(2))).toThrow(/comoments: .*of as many members/);
});

describe("comoments", () => {
  const P = normal(first, [2, 6, 3]);
  const Q = normal(second, [2, 6, 4]);
  const anomalies = (E: Tensor) => sub(E, expandDims(mean(E, -2), -2));
  const plain = (p: Tensor, q: Tensor) => matmul(anomalies(p), anomalies(q), { transposeA: true });

  // The mean far from 0: what is not centred there would show.
  test.each([
    ["of two ensembles", (p: Tensor, q: Tensor, f: typeof plain) => f(p, add(7, q))],
    ["of one with itself", (p: Tensor, _q: Tensor, f: typeof plain) => f(p, p)],
  ])("%s are products of anomalies, and so is the gradient", (_, of) => {
    expectClose(of(P, Q, comoments), of(P, Q, plain), 1e-12);
    const gradient = (f: typeof plain) =>
      grad(([p, q]: [Tensor, Tensor]) => sum(square(of(p, q, f))))([P, Q]);
    const [actual, expected] = [gradient(comoments), gradient(plain)];
    for (const i of [0, 1]) {
      expectClose(actual[i]!, expected[i]!, 1e-11);
    }
  });
});
