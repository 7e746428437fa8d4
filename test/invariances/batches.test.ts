/**
 * Trajectories side by side are each what they are alone, for every method that goes forward: with a key for
 * each, [B, 2], and gaps of their own. But for rounding: products of other sizes are summed in another order.
 */
import { expect, test } from "vitest";
import { index, type Tensor, tensor } from "../../src/engine/index.js";
import { assimilateSeries, type Cycle, cycleKeys, type Moments } from "../../src/filters/index.js";
import { startValues } from "../../src/parts/index.js";
import { bindSystem, boundMethod } from "../../src/problem/index.js";
import { foldIn, key, keyBatch } from "../../src/random/index.js";
import { distance } from "../support/close.js";
import { kinds, methodOf, problem } from "./ring.js";

const B = 3;

test.each(kinds.filter((kind) => kind !== "rts"))("%s", (kind) => {
  const { system, record } = problem(kind);
  const there = bindSystem(system, startValues);
  const method = boundMethod(methodOf(kind), system, there, startValues);
  const [propagation] = there.propagations([0.1]);
  const roots = keyBatch(key(5), B);
  // Each trajectory has the values of another place in the record, with the gaps that are there.
  const rowsAt = (k: number) =>
    Array.from({ length: B }, (_, b) => record.values[(k + 2 * b) % 8]!);
  const run = (of: (x: Tensor) => Tensor): [Moments, Tensor] => {
    const cycles = Array.from({ length: 5 }, (_, k): Cycle => {
      const y = tensor(rowsAt(k).map((row) => row.map((v) => (Number.isNaN(v) ? 0 : v))));
      const mask = tensor(rowsAt(k).map((row) => row.map((v) => Number(!Number.isNaN(v)))));
      const gaps = kind === "3dvar-k" ? null : of(mask);
      const observation = there.observation({ y: of(y), mask: gaps, positions: null });
      return { ...propagation!, observation };
    });
    const keys = of(roots);
    const initial = method.init(there.prior, foldIn(keys, 1));
    const end = assimilateSeries(method, initial, cycles, cycleKeys(foldIn(keys, 2), 0, 5));
    return [method.moments(end.state), end.logEvidence];
  };
  const [together, evidence] = run((x) => x);
  for (let b = 0; b < B; b++) {
    const of = (x: Tensor) => index(x, 0, b);
    // What no observation changes, as a climate, is one for all trajectories.
    const ofOne = (x: Tensor) => (x.shape.length > 1 ? of(x) : x);
    const [alone, own] = run(of);
    expect(distance(own, of(evidence))).toBeLessThan(1e-9);
    expect(distance(alone.mean, ofOne(together.mean))).toBeLessThan(1e-10);
    expect(distance(alone.variance, ofOne(together.variance))).toBeLessThan(1e-10);
  }
});
