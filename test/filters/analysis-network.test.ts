import { describe, expect, test } from "vitest";
import {
  add,
  cast,
  mapTree,
  matmul,
  mean,
  mul,
  sub,
  type Tensor,
  tensor,
  transpose,
} from "../../src/engine/index.js";
import {
  analysisNetwork,
  analysisNetworkRecord,
  convolutionalIncrement,
  denseIncrement,
  type IncrementNetwork,
  kalman,
  linearIncrement,
  networkAnalysis,
  runCycle,
  stateBlindIncrement,
} from "../../src/filters/index.js";
import { initialLayers, type Layers } from "../../src/nets/index.js";
import {
  observeAll,
  observeComponents,
  observeIndices,
  observeMatrix,
} from "../../src/observe/index.js";
import { use } from "../../src/parts/index.js";
import { key, normal } from "../../src/random/index.js";
import { expectClose } from "../support/close.js";

const F = [
  [0.9, 0.2, -0.1],
  [-0.3, 0.8, 0.1],
  [0.05, -0.1, 0.95],
];
const H = [
  [1, 0, 0.5],
  [0, 1, -1],
];
const R = [0.4, 0.9];
const q = 0.3;

/** Weights none of which is 0. */
const weightsOf = ({ layers }: IncrementNetwork): Layers =>
  mapTree(initialLayers(key(1), layers), (x) => add(x, mul(0.2, normal(key(2), x.shape))));

describe("a linear a_θ with the gain of the steady state is the Kalman filter in its steady state", () => {
  const [A, Ht] = [tensor(F), tensor(H)];
  const transition = { map: (x: Tensor) => matmul(x, A, { transposeB: true }), noise: q };
  const operator = observeMatrix(Ht);
  const exact = kalman();
  const observationOf = (y: Tensor) => ({ y, operator, variance: tensor(R), mask: null });
  const linearStep = { ...transition, matrix: A };
  // The covariance of the analysis converges in a few dozen cycles, whatever is observed.
  const settled = Array.from({ length: 300 }).reduce<{ mean: Tensor; covariance: Tensor }>(
    (state) =>
      runCycle(
        exact,
        state,
        { transition: linearStep, steps: 1, observation: observationOf(tensor([0, 0])) },
        key(1),
      ).analysis,
    {
      mean: tensor([0, 0, 0]),
      covariance: tensor([
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ]),
    },
  );
  const network = linearIncrement(3);
  const first = initialLayers(key(1), network.layers);
  const layers = { ...first, innovation: { ...first.innovation!, weights: settled.covariance } };

  test.each([1, 4])("with %i members", (members) => {
    const filter = analysisNetwork({ members, network, layers });
    const start = tensor([1, -2, 0.5]);
    const spread = normal(key(3), [members, 3]);
    let E = add(start, sub(spread, mean(spread, 0))); // their mean is the start
    let state = { mean: start, covariance: settled.covariance };
    const still = { map: transition.map, noise: null };
    for (let k = 0; k < 50; k++) {
      const observation = observationOf(normal(key(10 + k), [2]));
      state = runCycle(
        exact,
        state,
        { transition: linearStep, steps: 1, observation },
        key(1),
      ).analysis;
      E = runCycle(filter, E, { transition: still, steps: 1, observation }, key(1)).analysis;
      // The covariance has converged to rounding.
      expectClose(filter.moments(E).mean, state.mean, 1e-12);
    }
  });
});

const d = 6;
const size = { filters: 4, blocks: 2, subBlocks: 2, kernel: 3 };
const networks: readonly (readonly [string, IncrementNetwork])[] = [
  ["convolutional", convolutionalIncrement(3, size)],
  ["state-blind", stateBlindIncrement(size)],
  ["dense", denseIncrement(3, d, [5])],
  ["linear", linearIncrement(d)],
];
const E = normal(key(4), [2, 3, d]);

describe.each(networks)("%s", (_, network) => {
  const layers = weightsOf(network);
  const increments = (at: Tensor, zeta: Tensor) => network.apply(layers, at, zeta);
  const analysed = (observation: Parameters<typeof networkAnalysis>[1]) =>
    networkAnalysis(E, observation, increments).state;

  test("changing positions, a matrix and a list of components give one analysis", () => {
    const positions = [4, 1, 3];
    const y = normal(key(5), [2, 3]);
    const variance = tensor([0.5, 1, 2]);
    const listed = observeComponents(positions);
    const given = { y, variance, mask: null };
    const expected = analysed({ ...given, operator: listed });
    const at = tensor(positions, { dtype: "i32" });
    const everywhere = tensor([positions, positions], { dtype: "i32" });
    for (const operator of [
      observeIndices(at, d),
      observeIndices(everywhere, d),
      observeMatrix(listed.matrix(d)!),
    ]) {
      expectClose(analysed({ ...given, operator }), expected, 1e-13);
    }
  });

  test("a gap is an observation that was not made, whatever stands there", () => {
    const y = normal(key(6), [2, d]);
    const seen = [0, 2, 3];
    const mask = tensor(Array.from({ length: d }, (_, i) => Number(seen.includes(i))));
    const some = {
      y: transpose(
        tensor(seen.map((i) => (transpose(y, [1, 0]).toArray() as number[][])[i]!)),
        [1, 0],
      ),
      operator: observeComponents(seen),
    };
    const gaps = { y: add(mul(mask, y), mul(1e3, sub(1, mask))), operator: observeAll(d) };
    expectClose(
      analysed({ ...gaps, variance: 0.7, mask }),
      analysed({ ...some, variance: 0.7, mask: null }),
      1e-12,
    );
  });

  test("each of several trajectories gives what it gives alone; f32 stays f32", () => {
    const y = normal(key(7), [2, d]);
    const operator = observeAll(d);
    const both = analysed({ y, operator, variance: 1, mask: null }).toArray() as number[][][];
    const y1 = tensor((y.toArray() as number[][])[1]!);
    const E1 = tensor((E.toArray() as number[][][])[1]!);
    const alone = networkAnalysis(E1, { y: y1, operator, variance: 1, mask: null }, increments);
    expectClose(alone.state, both[1]!, 1e-13);
    const single = mapTree(layers, (x) => cast(x, "f32"));
    const short = networkAnalysis(
      cast(E1, "f32"),
      { y: cast(y1, "f32"), operator, variance: 1, mask: null },
      (at, zeta) => network.apply(single, at, zeta),
    );
    expect(short.state.dtype).toBe("f32");
    expectClose(short.state, both[1]!, 1e-4);
  });
});

test("what does not go together is refused with its key", () => {
  const given =
    (network: object, members = 1) =>
    () =>
      use(analysisNetworkRecord, { members, network } as never);
  expect(given({ linear: true, filters: 3 })).toThrow(
    /dan\.network\.filters: does not go with linear/,
  );
  expect(given({ hidden: [4], kernel: 3 })).toThrow(
    /dan\.network\.kernel: does not go with hidden/,
  );
  expect(given({ kernel: 4 })).toThrow(/dan\.network\.kernel: got 4; need an odd number/);
  expect(given({}, 0)).toThrow(/dan\.members/);
  const network = linearIncrement(3);
  expect(() => analysisNetwork({ members: 1, network, layers: {} })).toThrow(
    /no weights for the layer "state"; need those of state, innovation/,
  );
});
