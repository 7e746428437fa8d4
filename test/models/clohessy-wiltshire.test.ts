import { expect, test } from "vitest";
import { grad, jvp, mul, softplus, sum, type Tensor, tensor } from "../../src/engine/index.js";
import { bindModel, clohessyWiltshire, clohessyWiltshireMatrix } from "../../src/models/index.js";
import { positive } from "../../src/prob/index.js";
import { expectClose } from "../support/close.js";
import { slopeOf } from "../support/differences.js";

const n = 0.0013;
const x0 = [1, 0.5, 1, -0.001375, -0.000275, -0.001375];

test("A(n) is the paper's", () => {
  expectClose(
    clohessyWiltshireMatrix({ meanMotion: 2 }),
    [
      [0, 0, 0, 1, 0, 0],
      [0, 0, 0, 0, 1, 0],
      [0, 0, 0, 0, 0, 1],
      [12, 0, 0, 0, 4, 0],
      [0, 0, 0, -4, 0, 0],
      [0, 0, -4, 0, 0, 0],
    ],
    0,
  );
});

/** The closed form of the motion (clohessy1960). */
function closedForm([x, y, z, vx, vy, vz]: number[], t: number): number[] {
  const [c, s] = [Math.cos(n * t), Math.sin(n * t)];
  return [
    (4 - 3 * c) * x! + (s / n) * vx! + (2 / n) * (1 - c) * vy!,
    6 * (s - n * t) * x! + y! - (2 / n) * (1 - c) * vx! + ((4 * s - 3 * n * t) / n) * vy!,
    c * z! + (s / n) * vz!,
    3 * n * s * x! + c * vx! + 2 * s * vy!,
    -6 * n * (1 - c) * x! - 2 * s * vx! + (4 * c - 3) * vy!,
    -n * s * z! + c * vz!,
  ];
}

test.each([10, 800, 4833])("a step of %d s equals the closed form", (h) => {
  const moved = bindModel(clohessyWiltshire, { meanMotion: n }).step(h).map(tensor(x0));
  // Entries of exp(A h) reach 10⁴ in the longest step; rounding of its squarings is 10⁻¹³ of that.
  expectClose(moved, closedForm(x0, h), 1e-9);
});

test("members [B, N, 6] and vectors are moved alike", () => {
  const { map } = bindModel(clohessyWiltshire, { meanMotion: n }).step(10);
  expectClose(map(tensor([[x0, x0]])), [[closedForm(x0, 10), closedForm(x0, 10)]], 1e-12);
});

test("tangent in the mean motion equals the difference", () => {
  const after = (m: Tensor) =>
    bindModel(clohessyWiltshire, { meanMotion: m }).step(100).map(tensor(x0));
  const { tangent } = jvp(after, tensor(n), tensor(1));
  [0, 3].forEach((i) => {
    const along = (m: number) => (after(tensor(m)).toArray() as number[])[i]!;
    const expected = slopeOf(along, n, 1e-3 * n);
    // Differences over 10⁻⁶ of numbers of order one lose ten digits; twelve are left of them here.
    expect((tangent.toArray() as number[])[i]!).toBeCloseTo(expected, 7);
  });
});

test("single precision stays single", () => {
  const { map } = bindModel(clohessyWiltshire, { meanMotion: tensor(n, { dtype: "f32" }) }).step(
    10,
  );
  const moved = map(tensor(x0, { dtype: "f32" }));
  expect(moved.dtype).toBe("f32");
  // Twenty roundings of 6·10⁻⁸, of numbers of order one.
  expectClose(moved, closedForm(x0, 10), 1e-5);
});

test("a mean motion behind a softplus: one step, and its slope in the latent", () => {
  const scale = positive(0.0013);
  const x = tensor(x0);
  const weights = tensor([1, -2, 0.5, 100, -50, 20]);
  for (const n of [softplus, scale.forward]) {
    const loss = (latent: Tensor) =>
      sum(
        mul(
          weights,
          bindModel(clohessyWiltshire, { meanMotion: n(latent) })
            .step(10)
            .map(x),
        ),
      );
    const at = n === softplus ? -6.64 : 0.5;
    const along = (v: number) => loss(tensor(v)).item();
    const slope = slopeOf(along, at, 1e-2);
    expect(Math.abs(grad(loss)(tensor(at)).item() - slope)).toBeLessThan(1e-6 * Math.abs(slope));
  }
});
