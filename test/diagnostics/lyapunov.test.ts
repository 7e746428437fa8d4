import { expect, test } from "vitest";
import { commonShare, leadingLyapunovExponent, lyapunovStep } from "../../src/diagnostics/index.js";
import { capture, eye, matmul, matvec, mul, type Tensor, tensor } from "../../src/engine/index.js";
import { bindModel, lorenz63 } from "../../src/models/index.js";
import { expectClose } from "../support/close.js";

test("a linear map has the logarithm of its largest eigenvalue", () => {
  const A = tensor([
    [2, 1],
    [0, 0.5],
  ]);
  const options = { step: 0.1, transient: 60, counted: 10 };
  const map = (x: Tensor) => matvec(A, x);
  // After 60 steps the other direction is (½/2)⁶⁰ of it. The state itself stays small.
  const exponent = leadingLyapunovExponent(map, tensor([0, 0]), tensor([0.3, 1]), options);
  expect(exponent).toBeCloseTo(Math.log(2) / 0.1, 12);
});

test("Lorenz-63 has 0.906, the published value", () => {
  const { map } = bindModel(lorenz63).step(0.01);
  const options = { step: 0.01, transient: 500, counted: 50_000 };
  const exponent = leadingLyapunovExponent(map, tensor([1, 1, 20]), tensor([1, 0, 0]), options);
  // 500 time units: rates over one differ by about 1, so 0.05 is more than one standard error.
  expect(Math.abs(exponent - 0.906)).toBeLessThan(0.05);
});

test("numbers of steps that do not fit are refused", () => {
  const call = (options: { step: number; transient: number; counted: number }) =>
    leadingLyapunovExponent((x) => mul(2, x), tensor([1]), tensor([1]), options);
  expect(() => call({ step: 1, transient: 0, counted: 0 })).toThrow(/0 counted; need whole/);
  expect(() => call({ step: 0, transient: 0, counted: 1 })).toThrow(/the step is 0; need more/);
});

test("perturbations of a linear map turn to its Schur vectors, and grow as its eigenvalues", () => {
  // A = V diag(3, 1, ½) V⁻¹: the first p vectors span the first p eigenvectors, whatever V.
  const V = [
    [1, 1, 0],
    [0, 1, 1],
    [0, 0, 1],
  ];
  const inverse = [
    [1, -1, 1],
    [0, 1, -1],
    [0, 0, 1],
  ];
  const A = matmul(
    matmul(
      tensor(V),
      tensor([
        [3, 0, 0],
        [0, 1, 0],
        [0, 0, 0.5],
      ]),
    ),
    tensor(inverse),
  );
  const step = capture((x: Tensor, Q: Tensor) => lyapunovStep((at) => matvec(A, at), x, Q));
  const x = tensor([1, 2, 3]);
  let { vectors, growth } = step(x, eye(3));
  for (let k = 0; k < 80; k++) ({ vectors, growth } = step(x, vectors));
  // The slowest ratio is ½ a step: 2⁻⁸⁰.
  expectClose(growth, [3, 1, 0.5], 1e-13);
  expectClose(step(x, vectors).state, matvec(A, x), 1e-14);
  expectClose(matmul(vectors, vectors, { transposeB: true }), eye(3), 1e-14);
  const rows = vectors.toArray() as number[][];
  expect(commonShare(rows.slice(0, 1), [[1, 0, 0]])).toBeCloseTo(1, 13);
  expect(
    commonShare(rows.slice(0, 2), [
      [1, 0, 0],
      [0, 1, 0],
    ]),
  ).toBeCloseTo(1, 13);
});

test("Lorenz-63 has three exponents: their sum is the mean divergence, −σ − 1 − β, the second is 0", () => {
  const { map } = bindModel(lorenz63).step(0.01);
  const step = capture((x: Tensor, Q: Tensor) => lyapunovStep(map, x, Q));
  let [x, Q] = [tensor([1, 1, 20]), eye(3)];
  const sums = [0, 0, 0];
  const [transient, counted] = [500, 20_000];
  for (let k = 0; k < transient + counted; k++) {
    const next = step(x, Q);
    [x, Q] = [next.state, next.vectors];
    const growth = next.growth.data();
    if (k >= transient)
      sums.forEach((_, i) => {
        sums[i]! += Math.log(growth[i]!) / (0.01 * counted);
      });
  }
  // The steps of RK4 have the relative error λ⁵ h⁵/120 for rates λ of about −20: 3e-4 for λ.
  expect(Math.abs(sums[0]! + sums[1]! + sums[2]! - (-10 - 1 - 8 / 3))).toBeLessThan(5e-4);
  // Over 200 time units the mean growth along the flow is log(|ẋ_end|/|ẋ_start|)/200, at most about 0.03.
  expect(Math.abs(sums[1]!)).toBeLessThan(0.03);
});

test("the common share of subspaces is the mean square cosine", () => {
  const half = Math.SQRT1_2;
  expect(commonShare([[1, 0, 0]], [[half, half, 0]])).toBeCloseTo(0.5, 15);
  expect(
    commonShare(
      [
        [1, 0, 0],
        [0, 1, 0],
      ],
      [
        [0, 1, 0],
        [0, 0, 1],
      ],
    ),
  ).toBe(0.5);
});
