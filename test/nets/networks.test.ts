import { expect, test } from "vitest";
import {
  add,
  leavesOf,
  mapTree,
  mul,
  roll,
  sum,
  type Tensor,
  tensor,
  valueAndGrad,
} from "../../src/engine/index.js";
import {
  initialLayers,
  type Layers,
  layerArrays,
  mlp,
  type Network,
  residualCnn,
} from "../../src/nets/index.js";
import { key, normal } from "../../src/random/index.js";
import { expectClose } from "../support/close.js";
import { slopeOf } from "../support/differences.js";

const cnn = residualCnn({ inputs: 2, outputs: 1, filters: 3, blocks: 2, subBlocks: 2, kernel: 3 });
const dense = mlp({ inputs: 4, outputs: 2, hidden: [5, 3] });
/** Weights none of which is 0: the first ones of the last layer of a branch are. */
const weightsOf = ({ layers }: Network): Layers =>
  mapTree(initialLayers(key(1), layers), (x) => add(x, mul(0.3, normal(key(2), x.shape))));
const [C, D] = [weightsOf(cnn), weightsOf(dense)];
const z = normal(key(3), [2, 7]);

type Rows = number[][];
const silu = (x: number) => x / (1 + Math.exp(-x));
const rectified = (rows: Rows) => rows.map((row) => row.map(silu));
const sumOf = (a: Rows, b: Rows) => a.map((row, i) => row.map((v, t) => v + b[i]![t]!));

function convolved(layers: Layers, name: string, x: Rows): Rows {
  const W = layers[name]!.weights.toArray() as number[][][];
  const beta = layers[name]!.bias.toArray() as number[];
  const n = x[0]!.length;
  return W.map((rows, o) =>
    x[0]!.map((_, t) =>
      rows.reduce(
        (total, row, i) => row.reduce((s, w, j) => s + w * x[i]![(t + j - 1 + n) % n]!, total),
        beta[o]!,
      ),
    ),
  );
}

test("the residual network equals the same in loops", () => {
  let h = convolved(C, "input", z.toArray() as Rows);
  for (const b of [1, 2]) {
    const first = convolved(C, `block${b}.1`, rectified(h));
    h = sumOf(h, convolved(C, `block${b}.2`, rectified(first)));
  }
  // Rounding of some 40 terms of size 1.
  expectClose(cnn.apply(C, z), convolved(C, "output", rectified(h)), 1e-13);
});

test("the dense network equals the same in loops, for one vector and for rows", () => {
  const x = [0.3, -1, 2, 0.5];
  const layer = (name: string, v: number[]) =>
    (D[name]!.weights.toArray() as Rows).map((row, o) =>
      row.reduce((s, w, i) => s + w * v[i]!, (D[name]!.bias.toArray() as number[])[o]!),
    );
  const expected = layer("output", layer("hidden2", layer("hidden1", x).map(silu)).map(silu));
  expectClose(dense.apply(D, tensor(x)), expected, 1e-14);
  expectClose(dense.apply(D, tensor([x, x])), [expected, expected], 1e-14);
});

test("the residual network commutes with a turn of the ring, and works on rings of other lengths", () => {
  expectClose(cnn.apply(C, roll(z, 2, -1)), roll(cnn.apply(C, z), 2, -1), 1e-13);
  const twice = tensor((z.toArray() as Rows).map((row) => [...row, ...row]));
  const once = (cnn.apply(C, z).toArray() as Rows)[0]!;
  expectClose(cnn.apply(C, twice), [[...once, ...once]], 1e-13);
  expect(() => cnn.apply(C, normal(key(1), [2, 2]))).toThrow(/need \[\.\.\., 2, d\] with d ≥ 3/);
});

test("at first blocks are the identity, the output is 0, and layers keep the variance", () => {
  const wide = residualCnn({
    ...{ inputs: 2, outputs: 1, filters: 64, blocks: 1, subBlocks: 3, kernel: 5 },
  });
  const layers = initialLayers(key(4), wide.layers);
  expect(Math.max(...wide.apply(layers, z).data())).toBe(0);
  const x = normal(key(5), [64, 200]);
  const silent = mlp({ inputs: 64, outputs: 64, hidden: [64, 64] });
  const first = initialLayers(key(6), silent.layers);
  const through = { ...first, output: { ...first.output!, weights: first.hidden2!.weights } };
  const rows = silent.apply(
    through,
    tensor((x.toArray() as Rows)[0]!.map((_, t) => (x.toArray() as Rows).map((row) => row[t]!))),
  );
  const variance = [...rows.data()].reduce((s, v) => s + v * v, 0) / rows.size;
  // The output layer has the weights of a layer that keeps the variance; 64² random weights leave some 10 %.
  expect(variance).toBeGreaterThan(0.7);
  expect(variance).toBeLessThan(1.4);
});

test("arrays have names of their own", () => {
  expect(Object.keys(layerArrays(D))).toEqual([
    ...["hidden1.weights", "hidden1.bias", "hidden2.weights", "hidden2.bias"],
    ...["output.weights", "output.bias"],
  ]);
});

test.each([
  ["residual", cnn, C, z],
  ["dense", dense, D, normal(key(7), [3, 4])],
] as const)("gradient of the %s network in every array equals differences", (_, net, layers, x) => {
  const loss = (at: Layers): Tensor => sum(mul(net.apply(at, x), net.apply(at, x)));
  const { gradient } = valueAndGrad(loss)(layers);
  const slopes = leavesOf(gradient);
  const all = leavesOf(layers);
  all.forEach((array, a) => {
    const i = array.size >> 1;
    const moved = (w: number): number => {
      let n = 0;
      const values = array.data().map((v, j) => (j === i ? w : v));
      const replaced = mapTree(layers, (leaf) =>
        n++ === a ? tensor(values, { shape: array.shape }) : leaf,
      );
      return loss(replaced).item();
    };
    // Differences of order four with steps of 10⁻³.
    const expected = slopeOf(moved, array.data()[i]!, 1e-3);
    expect(Math.abs(slopes[a]!.data()[i]! - expected)).toBeLessThan(
      1e-7 * (1 + Math.abs(expected)),
    );
  });
});
