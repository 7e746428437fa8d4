/** With a key for each trajectory a window does not depend on which trajectories go together. */
import { describe, expect, test } from "vitest";
import {
  concat,
  index,
  neg,
  parallel,
  slice,
  softplus,
  sum,
  type Tensor,
  tensor,
  valueAndGradWithAux,
} from "../../src/engine/index.js";
import {
  assimilate,
  type Cycle,
  cycleKeys,
  denkf,
  eakf,
  enkf,
  enkfN,
  etkf,
  type Filter,
} from "../../src/filters/index.js";
import { bindModel, lorenz96, withNoise } from "../../src/models/index.js";
import { observeComponents } from "../../src/observe/index.js";
import { type Gaussian, sampleGaussian } from "../../src/prob/index.js";
import { foldIn, type Key, key, keyBatch, normal } from "../../src/random/index.js";
import { expectClose } from "../support/close.js";

const [B, N, d, K] = [7, 9, 5, 3];
const components = [0, 2, 4];
const prior: Gaussian = {
  mean: tensor([8, 8, 8.1, 8, 8]),
  covariance: { kind: "diagonal", variance: 2 },
};

interface Trajectories {
  readonly keys: Key;
  /** [B, K, m] */
  readonly y: Tensor;
}

/** A window from the prior on: ensemble, evidence and the gradient of its sum in the forcing. */
function windowOf(
  forcing: Tensor,
  { keys, y }: Trajectories,
  filter: Filter<Tensor> = enkf({ members: N, covarianceInflation: 0.1 }),
) {
  const loss = (F: Tensor) => {
    const transition = withNoise(
      bindModel(lorenz96, { dimension: d, forcing: F }).step(0.05),
      softplus(F),
    );
    const cycles = Array.from(
      { length: K },
      (_, t): Cycle => ({
        ...{ transition, steps: 2 },
        observation: {
          ...{ y: index(y, -2, t), mask: null, variance: 0.5 },
          operator: observeComponents(components),
        },
      }),
    );
    const initial = filter.init(prior, foldIn(keys, 1));
    const end = assimilate(filter, initial, cycles, cycleKeys(foldIn(keys, 2), 0, K));
    return { value: neg(sum(end.logEvidence)), aux: end };
  };
  const { value, gradient, aux } = valueAndGradWithAux(loss, forcing);
  return { total: { value, gradient }, each: { E: aux.state, logEvidence: aux.logEvidence } };
}

const trajectories: Trajectories = {
  keys: keyBatch(key(3), B),
  y: normal(key(4), [B, K, components.length]),
};
const rows = (from: number, to: number): Trajectories => ({
  keys: slice(trajectories.keys, 0, from, to),
  y: slice(trajectories.y, 0, from, to),
});
const forcing = tensor(8);
const all = windowOf(forcing, trajectories);

describe("a window over trajectories is", () => {
  test("the windows of each, to the bit: every product is small enough to be summed alike", () => {
    const each = Array.from({ length: B }, (_, b) => windowOf(forcing, rows(b, b + 1)).each);
    expect(
      concat(
        each.map(({ E }) => E),
        0,
      ).data(),
    ).toEqual(all.each.E.data());
    const evidence = concat(
      each.map(({ logEvidence }) => logEvidence),
      0,
    );
    expect(evidence.data()).toEqual(all.each.logEvidence.data());
  });

  test("the windows without the axis of trajectories, but for rounding", () => {
    for (let b = 0; b < B; b++) {
      const alone = { keys: index(trajectories.keys, 0, b), y: index(trajectories.y, 0, b) };
      const { E } = windowOf(forcing, alone).each;
      // 6 steps of Lorenz 96, |x| < 20; rounding grows by less than 10³
      expectClose(E, index(all.each.E, 0, b), 1e-12);
    }
  });

  test.each([1, 2, 4])("what %d slices give", (slices) => {
    const { total, each } = parallel(windowOf, { slices })(forcing, trajectories);
    expect(each.E.data()).toEqual(all.each.E.data());
    expect(each.logEvidence.data()).toEqual(all.each.logEvidence.data());
    // Sums over trajectories are taken slice by slice.
    const { value, gradient } = all.total;
    expect(Math.abs(total.value.item() / value.item() - 1)).toBeLessThan(1e-13);
    expect(Math.abs(total.gradient.item() / gradient.item() - 1)).toBeLessThan(1e-11);
  });
});

test("one prior and a batch of keys: an ensemble for each", () => {
  const E = sampleGaussian(prior, N, trajectories.keys);
  expect(E.shape).toEqual([B, N, d]);
  const one = sampleGaussian(prior, N, index(trajectories.keys, 0, 4));
  expect(index(E, 0, 4).data()).toEqual(one.data());
});

const after = { members: N, inflation: 1.02, additiveInflation: 0.01, rotate: true };
test.each([
  ["enkf", enkf({ ...after, centredPerturbations: true })],
  ["etkf", etkf(after)],
  ["denkf", denkf(after)],
  ["eakf", eakf(after)],
  ["enkf-n", enkfN(after)],
])(
  "%s, with noise and rotations after the analysis: each trajectory is what it is alone",
  (_, filter) => {
    const together = windowOf(forcing, rows(0, 2), filter).each;
    for (const b of [0, 1]) {
      const alone = windowOf(forcing, rows(b, b + 1), filter).each;
      // rounding of the analysis, grown by six steps of a chaotic model
      expectClose(index(together.E, 0, b), index(alone.E, 0, 0), 1e-11);
      expectClose(index(together.logEvidence, 0, b), index(alone.logEvidence, 0, 0), 1e-11);
    }
  },
);
