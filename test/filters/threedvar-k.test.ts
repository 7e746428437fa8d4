import { describe, expect, test } from "vitest";
import {
  add,
  capture,
  grad,
  mul,
  neg,
  sum,
  type Tensor,
  tensor,
  transpose,
} from "../../src/engine/index.js";
import {
  assimilate,
  cycleKeys,
  staticGain,
  threedvarAnalysis,
  threedvarK,
  threedvarKAnalysis,
} from "../../src/filters/index.js";
import { linearTransition } from "../../src/models/index.js";
import { type Observation, observeComponents, observeMatrix } from "../../src/observe/index.js";
import { key } from "../../src/random/index.js";
import { expectClose } from "../support/close.js";
import { make, timesVector } from "../support/dense.js";
import { slopeOf } from "../support/differences.js";

const [d, m] = [5, 2];
const operator = observeComponents([0, 3]);
const K = make(d, m, (i, j) => 0.3 * Math.sin(1 + i + 2 * j));
const x = make(3, d, (i, j) => Math.cos(2 + i + 3 * j));
const y = make(3, m, (i, j) => Math.sin(i + j));
const seen: Observation = { y: tensor(y), operator, variance: 0.4, mask: null };

test("state and misfit are the formulas written out", () => {
  const { state, logEvidence } = threedvarKAnalysis(tensor(x), seen, tensor(K));
  x.forEach((row, n) => {
    const r = [0, 3].map((i, k) => y[n]![k]! - row[i]!);
    const moved = timesVector(K, r).map((v, i) => v + row[i]!);
    expectClose((state.toArray() as number[][])[n]!, moved, 1e-15);
    const misfit = r.reduce((t, v) => t + v * v, 0);
    expect((logEvidence.toArray() as number[])[n]).toBeCloseTo(-misfit, 14);
  });
});

test("with the gain of 3DVar-C the states are those of 3DVar-C", () => {
  const factor = tensor(make(d, d, (i, j) => Math.sin(1 + 2 * i + 3 * j)));
  const gain = staticGain({ kind: "dense", factor }, seen);
  const ours = threedvarKAnalysis(tensor(x), seen, transpose(gain.transposed));
  expectClose(ours.state, threedvarAnalysis(tensor(x), seen, gain).state, 1e-14);
});

test("a window: −Σℓ is the sum of eq. 17, and its gradient in K and in F equals differences", () => {
  const F = make(d, d, (i, j) => 0.4 * Math.sin(i - 2 * j) + (i === j ? 0.5 : 0));
  const ys = [0, 1, 2].map((t) => make(3, m, (i, j) => Math.sin(t + i + j)));
  const loss = ({ gain, a }: { gain: Tensor; a: Tensor }) => {
    const transition = linearTransition(add(a, tensor(F)));
    const cycles = ys.map((each) => ({
      ...{ transition, steps: 1 },
      observation: { ...seen, y: tensor(each) },
    }));
    const filter = threedvarK({ gain, operator });
    return neg(sum(assimilate(filter, tensor(x), cycles, cycleKeys(key(0), 0, 3)).logEvidence));
  };
  let states = x;
  let expected = 0;
  for (const each of ys) {
    states = states.map((row) => timesVector(F, row));
    const r = states.map((row, n) => [0, 3].map((i, k) => each[n]![k]! - row[i]!));
    expected += r.flat().reduce((t, v) => t + v * v, 0);
    const moved = r.map((each) => timesVector(K, each));
    states = states.map((row, n) => row.map((v, i) => v + moved[n]![i]!));
  }
  const at = { gain: tensor(K), a: tensor(0) };
  expect(loss(at).item()).toBeCloseTo(expected, 12);
  const gradient = capture(grad(loss))(at);
  K.flat().forEach((v, i) => {
    const along = (w: number) =>
      loss({ ...at, gain: tensor(K.flat().with(i, w), { shape: [d, m] }) }).item();
    expect([...gradient.gain.data()][i]).toBeCloseTo(slopeOf(along, v, 1e-2), 8);
  });
  const along = (w: number) => loss({ ...at, a: tensor(w) }).item();
  expect(gradient.a.item()).toBeCloseTo(slopeOf(along, 0, 1e-3), 7);
});

test("its evidence says that it is a misfit, and its spread is none", () => {
  const filter = threedvarK({ gain: tensor(K), operator });
  expect(filter.evidence).toBe("misfit");
  expectClose(filter.moments(tensor(x)).variance, mul(0, tensor(x)), 0);
});

describe("a changing H is refused with the methods that can", () => {
  const filter = threedvarK({ gain: tensor(K), operator });
  const analyse = (change: Partial<Observation>) => () =>
    filter.analyse(tensor(x), { ...seen, ...change }, key(0));

  test("the same components, made anew, are the same H", () => {
    expect(analyse({ operator: observeComponents([0, 3]) })).not.toThrow();
  });

  test.each([
    ["other components", { operator: observeComponents([0, 2]) }],
    ["a matrix", { operator: observeMatrix(tensor(make(m, d, () => 1))) }],
    ["gaps", { mask: tensor([1, 0]) }],
  ])("%s", (_, change) => {
    expect(analyse(change)).toThrow(/take 3dvar-c, ens3dvar or enkf/);
  });

  test("a gain for another number of observations", () => {
    expect(() => threedvarK({ gain: tensor(K), operator: observeComponents([0]) })).toThrow(
      /need \[d, 1\]/,
    );
  });
});
