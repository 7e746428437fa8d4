/** Components that change from step to step, as positions in a tensor: the same as fixed ones. */
import { describe, expect, test } from "vitest";
import {
  capture,
  grad,
  index,
  indices,
  mul,
  neg,
  stack,
  sum,
  type Tensor,
  tensor,
} from "../../src/engine/index.js";
import {
  assimilate,
  type Cycle,
  cycleKeys,
  enkf,
  ens3dvar,
  type Filter,
  gridPositions,
  kalman,
  observedTaper,
  stateTaper,
  threedvarC,
} from "../../src/filters/index.js";
import { linearTransition, withNoise } from "../../src/models/index.js";
import {
  type Operator,
  observeComponents,
  observeIndices,
  observeMatrix,
} from "../../src/observe/index.js";
import { type Covariance, formCovariance, type Gaussian } from "../../src/prob/index.js";
import { key, normal } from "../../src/random/index.js";
import { distance, expectClose } from "../support/close.js";
import { make } from "../support/dense.js";
import { slopeOf } from "../support/differences.js";

const [d, m, N] = [8, 3, 6];
const chosen = [
  [1, 4, 5],
  [0, 2, 7],
  [6, 3, 1],
];
const F = tensor(make(d, d, (i, j) => 0.3 * Math.sin(i - 2 * j) + (i === j ? 0.5 : 0)));
const ys = normal(key(1), [3, m]);
const prior: Gaussian = {
  mean: normal(key(2), [d]),
  covariance: { kind: "diagonal", variance: 2 },
};
const ring = { domain: { kind: "ring", length: d }, halfWidth: 2.2 } as const;
const places = Array.from({ length: d }, (_, i) => i);
const B = tensor(make(d, 2, (i, j) => Math.sin(1 + i + 2 * j)));
const C: Covariance = {
  ...{ kind: "update", base: { kind: "diagonal", variance: 0.5 }, factor: B },
};
const ensemble = { members: N, covarianceInflation: 0.1 };
const taper = () => ({ taper: stateTaper(places, ring) });

const filters: readonly { readonly name: string; readonly make: () => Filter<unknown> }[] = [
  { name: "kalman", make: () => kalman() as Filter<unknown> },
  { name: "3dvar-c", make: () => threedvarC({ covariance: C }) as Filter<unknown> },
  {
    name: "3dvar-c with C formed",
    make: () =>
      threedvarC({
        covariance: { kind: "matrix", matrix: formCovariance(C, d) },
      }) as Filter<unknown>,
  },
  { name: "enkf", make: () => enkf({ ...ensemble, ...taper() }) as Filter<unknown> },
  {
    name: "ens3dvar",
    make: () =>
      ens3dvar({ ...ensemble, ...taper(), covariance: C, mixing: 0.4 }) as Filter<unknown>,
  },
];

const cyclesOf = (operatorAt: (t: number) => Operator, mask: Tensor | null, scale: Tensor) =>
  chosen.map(
    (_, t): Cycle => ({
      ...{ transition: withNoise(linearTransition(mul(scale, F)), 0.1), steps: 1 },
      observation: { y: index(ys, 0, t), operator: operatorAt(t), variance: 0.4, mask },
    }),
  );

describe.each(filters)("$name", ({ make: filter }) => {
  const run = (operatorAt: (t: number) => Operator, mask: Tensor | null, scale = tensor(1)) => {
    const used = filter();
    const start = used.init(prior, key(3));
    const keys = cycleKeys(key(4), 0, 3);
    const end = assimilate(used, start, cyclesOf(operatorAt, mask, scale), keys);
    return { mean: used.moments(end.state).mean, loss: neg(sum(end.logEvidence)) };
  };
  const byTensor = (positions: Tensor) => (t: number) => observeIndices(index(positions, 0, t), d);
  const all = stack(chosen.map((i) => indices(i)));

  test.each([
    ["all seen", null],
    ["with a gap", tensor([1, 0, 1])],
  ])("is what fixed components give: %s", (_, mask) => {
    const ours = run(byTensor(all), mask);
    const plain = run((t) => observeComponents(chosen[t]!), mask);
    expectClose(ours.mean, plain.mean, 1e-14);
    expectClose(ours.loss, plain.loss, 1e-13);
  });

  test("a captured window takes the positions as its input", () => {
    const captured = capture((positions: Tensor) => run(byTensor(positions), null));
    captured(all);
    const other = chosen.toReversed();
    const ours = captured(stack(other.map((i) => indices(i))));
    const plain = run((t) => observeComponents(other[t]!), null);
    expectClose(ours.mean, plain.mean, 1e-14);
    expectClose(ours.loss, plain.loss, 1e-13);
    expect(captured.statistics().programs).toBe(1);
  });

  test("the gradient through it equals differences", () => {
    const loss = (scale: Tensor) => run(byTensor(all), null, scale).loss;
    const along = (v: number) => loss(tensor(v)).item();
    const slope = slopeOf(along, 1, 1e-3);
    expect(Math.abs(grad(loss)(tensor(1)).item() - slope)).toBeLessThan(1e-7 * Math.abs(slope));
  });
});

test("trajectories that observe other components each are analysed as if alone", () => {
  const each = [chosen[0]!, chosen[1]!];
  const E = normal(key(5), [2, N, d]);
  const y = normal(key(6), [2, m]);
  const seen = { y, variance: 0.4, mask: null };
  const filter = ens3dvar({ ...ensemble, ...taper(), covariance: C, mixing: 0.4 });
  const operator = observeIndices(stack(each.map((i) => indices(i))), d);
  const together = filter.analyse(E, { ...seen, operator }, key(7));
  // The noise of a trajectory depends on its place in the batch: both are run twice over.
  each.forEach((components, b) => {
    const alone = filter.analyse(E, { ...seen, operator: observeComponents(components) }, key(7));
    expectClose(index(together.state, 0, b), index(alone.state, 0, b), 1e-14);
    expectClose(index(together.logEvidence, 0, b), index(alone.logEvidence, 0, b), 1e-13);
  });
});

test("a taper between components serves every choice of them, and no matrix", () => {
  const rows = stateTaper(places, ring);
  const E = normal(key(8), [N, d]);
  const seen = { y: tensor([0.1, 0.2, 0.3]), variance: 0.4, mask: null };
  chosen.forEach((components) => {
    const operator = observeComponents(components);
    const [a, b] = [rows, observedTaper(gridPositions(d, components), ring)].map((taper) =>
      enkf({ ...ensemble, taper }).analyse(E, { ...seen, operator }, key(9)),
    );
    expect(distance(a!.state, b!.state)).toBe(0);
  });
  const operator = observeMatrix(tensor(make(m, d, () => 1)));
  const analyse = () =>
    enkf({ ...ensemble, taper: rows }).analyse(E, { ...seen, operator }, key(9));
  expect(analyse).toThrow(/from the observed positions with observedTaper/);
});
