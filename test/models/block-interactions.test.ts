import { describe, expect, test } from "vitest";
import {
  abs,
  capture,
  cast,
  grad,
  index,
  matmul,
  mul,
  softplus,
  sum,
  type Tensor,
  tensor,
} from "../../src/engine/index.js";
import {
  advance,
  bindModel,
  blockMatrix,
  blockProduct,
  lotkaVolterra,
  lotkaVolterraTendency,
  withNoise,
} from "../../src/models/index.js";
import { key, normal } from "../../src/random/index.js";
import { distance, expectClose } from "../support/close.js";
import { make } from "../support/dense.js";
import { slopeOf } from "../support/differences.js";

/** a₁…a₁₀ of the paper, appendix F.3. */
const blocks = [0.1, 0.05, 0.01, -0.04, 0.1, 0.05, 0.01, 0.1, 0.05, 0.1];

test("four species: the matrix of figure 6 with one species a group", () => {
  expectClose(
    blockMatrix({ blocks }, 4),
    [
      [0, 0.05, 0.01, -0.04],
      [-0.05, 0, 0.05, 0.01],
      [-0.01, -0.05, 0, 0.05],
      [0.04, -0.01, -0.05, 0],
    ],
    0,
  );
});

test("eight species: values within a group stand above and below the diagonal", () => {
  const A = blockMatrix({ blocks, selfLimitation: 0.3 }, 8).toArray() as number[][];
  expect(A[0]).toEqual([-0.3, 0.1, 0.05, 0.05, 0.01, 0.01, -0.04, -0.04]);
  expect(A[3]).toEqual([-0.05, -0.05, -0.1, -0.3, 0.05, 0.05, 0.01, 0.01]);
  expect(A).toEqual(make(8, 8, (i, j) => (i === j ? -0.3 : -A[j]![i]!)));
});

describe.each([4, 7, 16, 50])("%d species", (d) => {
  const E = normal(key(2), [2, 3, d]);
  const a = normal(key(3), [10]);

  test("the product by running sums is that with the matrix", () => {
    for (const selfLimitation of [undefined, 0.4, tensor(0.4)]) {
      const given = selfLimitation === undefined ? { blocks: a } : { blocks: a, selfLimitation };
      const dense = matmul(E, blockMatrix(given, d), { transposeB: true });
      // Sums of up to 50 numbers of order one, in another order.
      expectClose(blockProduct(given, d)(E), dense, 1e-12);
    }
  });

  test("and so are its derivatives in the values and in the state", () => {
    const weights = normal(key(4), [2, 3, d]);
    const fast = (p: { a: Tensor; x: Tensor }) =>
      sum(mul(weights, blockProduct({ blocks: p.a, selfLimitation: 0.2 }, d)(p.x)));
    const plain = (p: { a: Tensor; x: Tensor }) => {
      const A = blockMatrix({ blocks: p.a, selfLimitation: 0.2 }, d);
      return sum(mul(weights, matmul(p.x, A, { transposeB: true })));
    };
    const [g, h] = [grad(fast)({ a, x: E }), grad(plain)({ a, x: E })];
    expectClose(g.a, h.a, 1e-11);
    expectClose(g.x, h.x, 1e-12);
  });
});

test("f32: running sums are carried in f64, so the product is good to the rounding of its parts", () => {
  const d = 300;
  const x = normal(key(5), [4, d]);
  const a = tensor(blocks);
  const coarse = blockProduct({ blocks: cast(a, "f32") }, d)(cast(x, "f32"));
  // Sums of 300 numbers: about 20, rounded to 10⁻⁶; eight of them times 0.1.
  expect(distance(cast(coarse, "f64"), blockProduct({ blocks: a }, d)(x))).toBeLessThan(1e-5);
});

describe("as the interactions of a model", () => {
  const d = 12;
  const latents = normal(key(6), [d]);
  const steadyState = softplus(latents);
  const interactions = { blocks };

  test("one step and its gradient are those with the matrix", () => {
    const E = abs(normal(key(7), [5, d]));
    const loss = (dense: boolean) => (p: { a: Tensor; xs: Tensor }) => {
      const given = { blocks: p.a };
      const A = dense ? { interactions: blockMatrix(given, d) } : given;
      const steadyState = softplus(p.xs);
      const model = bindModel(lotkaVolterra, { coordinates: "abundance", steadyState, ...A });
      return sum(mul(E, model.step(0.05).map(E)));
    };
    const at = { a: tensor(blocks), xs: latents };
    expectClose(loss(false)(at), loss(true)(at), 1e-12);
    const [g, h] = [false, true].map((dense) => capture(grad(loss(dense)))(at));
    expectClose(g!.a, h!.a, 1e-12);
    expectClose(g!.xs, h!.xs, 1e-13);
    const along = (i: number) => (v: number) =>
      loss(false)({ ...at, a: tensor(blocks.map((w, j) => (i === j ? v : w))) }).item();
    [0, 3, 6, 9].forEach((i) => {
      const slope = slopeOf(along(i), blocks[i]!, 1e-3);
      expect(index(g!.a, 0, i).item()).toBeCloseTo(slope, 8);
    });
  });

  test("abundances turn about the steady state: Σ x − x_s log x stays as it is", () => {
    // ẋ = x ∘ A (x − x_s), A antisymmetric: (1 − x_s/x) · ẋ = (x − x_s)ᵀ A (x − x_s) = 0.
    const { map } = bindModel(
      lotkaVolterra,
      { coordinates: "abundance", blocks, steadyState },
      { substeps: 200 },
    ).step(5);
    const invariant = (x: Tensor) => {
      const xs = steadyState.toArray() as number[];
      return (x.toArray() as number[]).reduce((t, v, i) => t + v - xs[i]! * Math.log(v), 0);
    };
    const x = tensor(make(1, d, (_, j) => 1 + 0.5 * Math.sin(j))[0]!);
    // Steps of 1/40 of a method of order four over rates below one.
    expect(invariant(map(x))).toBeCloseTo(invariant(x), 8);
  });

  test("it stands still at x_s, by steady state and by r = −A x_s", () => {
    const xs = steadyState;
    const growth = mul(-1, blockProduct(interactions, d)(xs));
    for (const params of [
      { interactions, steadyState },
      { interactions, growth },
    ]) {
      const still = lotkaVolterraTendency(params, "abundance")(xs);
      expectClose(still, new Array(d).fill(0), 1e-15);
    }
  });

  test("noise is folded onto the positive", () => {
    const model = bindModel(lotkaVolterra, { coordinates: "abundance", blocks, steadyState });
    const step = model.step(0.05);
    const E = advance(withNoise(step, 4), abs(normal(key(8), [20, d])), key(9));
    expect(Math.min(...E.data())).toBeGreaterThan(0);
  });
});

test("a wrong number of values is refused with advice", () => {
  expect(() => blockProduct({ blocks: [1, 2] }, 8)).toThrow(/10 for four groups/);
  expect(() => blockProduct({ blocks }, 3)).toThrow(/for k ≤ 3 groups/);
});
