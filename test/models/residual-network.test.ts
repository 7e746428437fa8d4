import { expect, test } from "vitest";
import { grad, leavesOf, roll, sum, type Tensor, tensor } from "../../src/engine/index.js";
import {
  bindModel,
  lorenz96,
  lorenz96Tendency,
  type ResidualNetworkParams,
  residualNetwork,
  residualNetworkParams,
  withResidual,
  withResidualTendency,
} from "../../src/models/index.js";
import { key } from "../../src/random/index.js";
import { expectClose } from "../support/close.js";
import { slopeOf } from "../support/differences.js";

const params = residualNetworkParams(key(1));
const G = residualNetwork(params);
const d = 9;
const x = Array.from({ length: d }, (_, i) => Math.sin(1 + 2 * i));

test("9,387 weights", () => {
  expect(leavesOf(params).reduce((n, { size }) => n + size, 0)).toBe(9387);
});

test("weights start uniform on ±1/√fan-in", () => {
  const bounds = [
    [params.features, 5],
    [params.mixing, 240],
    [params.output, 37],
  ] as const;
  for (const [{ weights, bias }, fanIn] of bounds) {
    const bound = 1 / Math.sqrt(fanIn);
    const all = [...weights.data(), ...bias.data()];
    expect(Math.max(...all.map(Math.abs))).toBeLessThanOrEqual(bound);
    // The variance of n draws on ±b is b²/3, with a standard error below b²/√n.
    const variance = all.reduce((t, w) => t + w * w, 0) / all.length;
    expect(Math.abs(variance - bound ** 2 / 3)).toBeLessThan(
      (5 * bound ** 2) / Math.sqrt(all.length),
    );
  }
});

/** The same network in plain loops. */
function plain({ features, mixing, output }: ResidualNetworkParams, x: number[]): number[] {
  const convolve = (W: Tensor, bias: Tensor, input: number[][]) => {
    const [w, beta] = [W.toArray() as number[][][], bias.toArray() as number[]];
    const n = input[0]!.length;
    return w.map((rows, o) =>
      Array.from({ length: n }, (_, t) => {
        const reach = (rows[0]!.length - 1) / 2;
        const terms = rows.flatMap((row, i) =>
          row.map((v, j) => v * input[i]![(t + j - reach + n) % n]!),
        );
        return terms.reduce((a, b) => a + b, beta[o]!);
      }),
    );
  };
  const relu = (rows: number[][]) => rows.map((row) => row.map((v) => Math.max(v, 0)));
  const abc = relu(convolve(features.weights, features.bias, [x]));
  const products = abc.slice(24, 48).map((b, i) => b.map((v, t) => v * abc[48 + i]![t]!));
  const h = [...abc.slice(0, 24), ...products];
  const mixed = relu(convolve(mixing.weights, mixing.bias, h));
  return convolve(output.weights, output.bias, mixed)[0]!;
}

test("equals the network written in loops, for states and for members", () => {
  expectClose(G(tensor(x)), plain(params, x), 1e-14);
  const other = x.map((v) => 2 * v);
  expectClose(G(tensor([[x, other]])), [[plain(params, x), plain(params, other)]], 1e-14);
});

test("commutes with a turn of the ring", () => {
  expectClose(G(roll(tensor(x), 2, 0)), roll(G(tensor(x)), 2, 0), 1e-14);
});

test("gradient in a weight, a bias and the state equals differences", () => {
  const loss = (p: ResidualNetworkParams, at: Tensor) => sum(residualNetwork(p)(at));
  const slopes = grad(loss)(params, tensor(x));
  const pieces = [
    ["features", "weights", 170],
    ["mixing", "weights", 1234],
    ["mixing", "bias", 3],
    ["output", "weights", 5],
  ] as const;
  for (const [layer, part, i] of pieces) {
    const W = params[layer][part];
    const moved = (w: number) => {
      const values = W.data().map((v, j) => (i === j ? w : v));
      const changed = { ...params[layer], [part]: tensor(values, { shape: W.shape }) };
      return loss({ ...params, [layer]: changed }, tensor(x)).item();
    };
    const expected = slopeOf(moved, W.data()[i]!, 1e-4);
    expect(slopes[layer][part].data()[i]!).toBeCloseTo(expected, 8);
  }
  const ofState = grad((at: Tensor) => loss(params, at))(tensor(x)).toArray() as number[];
  const along = (v: number) => loss(params, tensor(x.with(2, v))).item();
  expect(ofState[2]!).toBeCloseTo(slopeOf(along, x[2]!, 1e-4), 8);
});

test("added to the map: F₀ + G, noise and support kept; to the tendency: f₀ + G", () => {
  const base = {
    ...bindModel(lorenz96, { dimension: d, forcing: 8 }).step(0.05),
    noise: 0.3,
    support: "real",
  } as const;
  const both = withResidual(base, G);
  expect(both).toMatchObject({ noise: 0.3, support: "real" });
  const moved = base.map(tensor(x)).toArray() as number[];
  const g = plain(params, x);
  expectClose(
    both.map(tensor(x)),
    moved.map((v, i) => v + g[i]!),
    1e-14,
  );
  const f = lorenz96Tendency({ forcing: 8 });
  const slope = f(tensor(x)).toArray() as number[];
  expectClose(
    withResidualTendency(f, G)(tensor(x)),
    slope.map((v, i) => v + g[i]!),
    1e-14,
  );
});

test("single precision stays single; a short ring is refused", () => {
  const single = residualNetwork(residualNetworkParams(key(1), "f32"));
  const y = single(tensor(x, { dtype: "f32" }));
  expect(y.dtype).toBe("f32");
  expectClose(y, plain(params, x), 1e-6);
  expect(() => G(tensor([1, 2, 3]))).toThrow(/need \[\.\.\., d\] with d ≥ 5/);
});
