import { expect, test } from "vitest";
import { assimilateSeries, cycleKeys, kalman } from "../../src/filters/index.js";
import { key } from "../../src/random/index.js";
import { rts } from "../../src/smoothers/index.js";
import { joint } from "../filters/joint.js";
import { cycles, places, prior, problem, values } from "../filters/linear-case.js";
import { expectClose } from "../support/close.js";

const filter = kalman();
const all = cycles();
const { series } = assimilateSeries(
  filter,
  filter.init(prior, key(0)),
  all,
  cycleKeys(key(0), 0, all.length),
);
const oracle = joint(problem);
const last = problem.steps.length - 1;

test.each(values.map((_, k) => k))("rts at observation %i equals the joint conditional", (k) => {
  const smoothed = rts(series, all)[k]!;
  const { mean, covariance } = oracle.conditional(places[k]!, last);
  // Exact in both; conditions of the matrices are below 10³.
  expectClose(smoothed.mean, mean, 1e-10);
  expectClose(smoothed.covariance, covariance, 1e-10);
});

test("a series and cycles of different lengths are refused", () => {
  expect(() => rts(series, all.slice(1))).toThrow(/series of 6 and 5 cycles/);
});
