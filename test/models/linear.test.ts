import { expect, test } from "vitest";
import { index, jvp, ShapeError, stack, type Tensor, tensor } from "../../src/engine/index.js";
import {
  advance,
  autoregressive,
  bindModel,
  linear,
  linearTransition,
  withNoise,
} from "../../src/models/index.js";
import { sampleMoments } from "../../src/prob/index.js";
import { key } from "../../src/random/index.js";
import { expectClose } from "../support/close.js";

const A = [
  [0.9, 0.2],
  [-0.1, 0.7],
];

test("x′ = A x, for vectors and for members", () => {
  const { map } = bindModel(linear, { transition: A }).step(1);
  expectClose(map(tensor([1, 2])), [1.3, 1.3], 1e-15);
  const E = tensor([
    [
      [1, 2],
      [0, 1],
    ],
  ]);
  expectClose(
    map(E),
    [
      [
        [1.3, 1.3],
        [0.2, 0.7],
      ],
    ],
    1e-15,
  );
});

test("a matrix per trajectory meets vectors [B, d] and members [B, N, d]", () => {
  const B = A.map((row) => row.map((v) => 2 * v));
  const { map } = linearTransition(stack([tensor(A), tensor(B)], 0));
  expectClose(
    map(
      tensor([
        [1, 2],
        [1, 2],
      ]),
    ),
    [
      [1.3, 1.3],
      [2.6, 2.6],
    ],
    1e-15,
  );
  const members = tensor([[[1, 2]], [[1, 2]]]);
  expectClose(map(members), [[[1.3, 1.3]], [[2.6, 2.6]]], 1e-15);
});

test("AR(3) in companion form repeats the recursion", () => {
  const a = [0.5, -0.3, 0.2];
  const { map } = bindModel(linear, autoregressive(a)).step(1);
  let x = tensor([1, 0.5, -1]);
  const past = [-1, 0.5, 1];
  for (let t = 0; t < 5; t++) {
    x = map(x);
    const [c, b, d] = past.slice(-3) as [number, number, number];
    past.push(a[0]! * d + a[1]! * b + a[2]! * c);
  }
  expectClose(x, past.slice(-3).reverse(), 1e-15);
});

test("a learned entry of the transition has its tangent", () => {
  const after = (a: Tensor) =>
    bindModel(linear, {
      transition: [
        [a, 0.2],
        [-0.1, 0.7],
      ],
    })
      .step(1)
      .map(tensor([3, 2]));
  expectClose(jvp(after, tensor(0.9), tensor(1)).tangent, [3, 0], 1e-15);
});

test("noise is added after the map, with its variance", () => {
  const still = withNoise(
    bindModel(linear, {
      transition: [
        [1, 0],
        [0, 1],
      ],
    }).step(1),
    tensor([4, 0.25]),
  );
  const E = advance(
    still,
    stack(
      Array.from({ length: 20000 }, () => tensor([1, 2])),
      0,
    ),
    key(9),
  );
  const { mean, variance } = sampleMoments(E);
  // Standard errors 0.014 and 0.04; five of them.
  expectClose(mean, [1, 2], 0.07);
  expectClose(index(variance, 0, 0), 4, 0.2);
  expectClose(index(variance, 0, 1), 0.25, 0.0125);
});

test("a matrix that does not fit is refused with advice", () => {
  const wide = { transition: [[1, 2, 3], A[0]!.concat(1)] };
  expect(() => bindModel(linear, wide)).toThrow(ShapeError);
  expect(() => bindModel(linear, wide)).toThrow(/\[2,3\]; need .* a square matrix/);
  expect(() => bindModel(linear, { transition: [[1, 2], [3]] })).toThrow(/rows of 2, 1 entries/);
  expect(() => linearTransition(tensor(A)).map(tensor([1, 2, 3]))).toThrow(
    /Check the dimension of the prior/,
  );
});
