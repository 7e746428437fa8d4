import { expect, test } from "vitest";
import { capture, mul, type Tensor, tensor } from "../../src/engine/index.js";
import {
  assimilate,
  assimilateSeries,
  type Cycle,
  cycleKeys,
  enkf,
  kalman,
} from "../../src/filters/index.js";
import { linearTransition, withNoise } from "../../src/models/index.js";
import { observationAt, observeMatrix } from "../../src/observe/index.js";
import { key } from "../../src/random/index.js";
import { distance, expectClose } from "../support/close.js";
import { cycles, F, H, prior, q, R, stepCounts } from "./linear-case.js";

const filter = enkf({ members: 15, covarianceInflation: 0.1 });
const initial = filter.init(prior, key(7));
const all = cycles();

test("windows give the same numbers as the whole", () => {
  const whole = assimilate(filter, initial, all, cycleKeys(key(1), 0, all.length));
  const first = assimilate(filter, initial, all.slice(0, 2), cycleKeys(key(1), 0, 2));
  const second = assimilate(filter, first.state, all.slice(2), cycleKeys(key(1), 2, 4));
  expect(distance(second.state, whole.state)).toBe(0);
  // The sum of ℓ is taken in another order.
  expectClose(first.logEvidence.item() + second.logEvidence.item(), whole.logEvidence, 1e-13);
});

test("a series holds every cycle and ends as the run without it", () => {
  const keys = cycleKeys(key(1), 0, all.length);
  const kept = assimilateSeries(filter, initial, all, keys);
  const end = assimilate(filter, initial, all, keys);
  expect(kept.series.length).toBe(all.length);
  expect(distance(kept.series.at(-1)!.analysis, end.state)).toBe(0);
  expect(distance(kept.logEvidence, end.logEvidence)).toBe(0);
});

test("a cycle without an observation is a forecast", () => {
  const blind: Cycle[] = [{ ...all[1]!, observation: null }];
  const { series, logEvidence } = assimilateSeries(filter, initial, blind, [key(3)]);
  expect(series[0]!.evidence).toBeNull();
  expect(series[0]!.analysis).toBe(series[0]!.forecast);
  expect(logEvidence.item()).toBe(0);
});

test("as many keys as cycles", () => {
  expect(() => assimilate(filter, initial, all, [key(0)])).toThrow(/6 cycles and 1 keys/);
});

test("one captured window serves every pattern of gaps", () => {
  const window = (y: Tensor, mask: Tensor) => {
    const transition = withNoise(linearTransition(tensor(F)), tensor(q));
    const run = stepCounts.slice(0, 3).map((steps, t) => ({
      transition,
      steps,
      observation: observationAt({ y, mask }, t, observeMatrix(tensor(H)), tensor(R)),
    }));
    return assimilate(kalman(), kalman().init(prior, key(0)), run, cycleKeys(key(1), 0, 3));
  };
  const captured = capture(window);
  const y = tensor([
    [0.7, -1.1],
    [1.9, 0],
    [-0.4, 0.3],
  ]);
  const patterns = [
    [
      [1, 1],
      [1, 1],
      [1, 1],
    ],
    [
      [1, 0],
      [0, 0],
      [0, 1],
    ],
  ];
  for (const pattern of patterns) {
    const mask = tensor(pattern);
    const [a, b] = [captured(y, mask), window(y, mask)];
    expectClose(a.logEvidence, b.logEvidence, 1e-13);
    // What stands at a gap does not matter.
    const other = captured(mul(y, mask), mask);
    expectClose(other.state.mean, a.state.mean, 1e-13);
  }
  expect(captured.statistics().programs).toBe(1);
});
