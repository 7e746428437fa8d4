import { expect, test } from "vitest";
import { tensor } from "../../src/engine/index.js";
import { kalmanAnalysis } from "../../src/filters/index.js";
import {
  atObserved,
  type Observation,
  observeComponents,
  observedCount,
  variances,
} from "../../src/observe/index.js";
import { asTensor } from "../../src/prob/index.js";
import { expectClose } from "../support/close.js";

const state = {
  mean: tensor([1, 2, 3]),
  covariance: tensor([
    [2, 0.5, 0.1],
    [0.5, 1, 0.2],
    [0.1, 0.2, 3],
  ]),
};
const full: Observation = {
  y: tensor([1.5, -999, 2]),
  operator: observeComponents([0, 1, 2]),
  variance: tensor([0.1, 0.2, 0.3]),
  mask: tensor([1, 0, 1]),
};

test("a masked entry is exactly a dropped row", () => {
  const dropped: Observation = {
    y: tensor([1.5, 2]),
    operator: observeComponents([0, 2]),
    variance: tensor([0.1, 0.3]),
    mask: null,
  };
  const [a, b] = [kalmanAnalysis(state, full), kalmanAnalysis(state, dropped)];
  expectClose(a.state.mean, b.state.mean, 1e-14);
  expectClose(a.state.covariance, b.state.covariance, 1e-14);
  expectClose(a.logEvidence, b.logEvidence, 1e-14);
  expectClose(a.chiSquare, b.chiSquare, 1e-14);
  const [first, , third] = a.innovation.toArray() as number[];
  expectClose([first!, third!], b.innovation, 1e-14);
});

test("at a gap R is 1 and the innovation 0; the count is of what was observed", () => {
  expectClose(asTensor(variances(full)), [0.1, 1, 0.3], 0);
  expectClose(asTensor(variances({ ...full, variance: 0.4 })), [0.4, 1, 0.4], 0);
  expectClose(atObserved(full.y, full), [1.5, 0, 2], 0);
  expectClose(asTensor(observedCount(full)), 2, 0);
  expect(observedCount({ ...full, mask: null })).toBe(3);
});

test("without a gap nothing is added to the program", () => {
  const whole = { ...full, mask: null };
  expect(variances(whole)).toBe(full.variance);
  expect(atObserved(full.y, whole)).toBe(full.y);
});

test("a mask that does not fit is refused", () => {
  expect(() => kalmanAnalysis(state, { ...full, mask: tensor([1, 0]) })).toThrow(
    /mask is \[2\]; need 3/,
  );
});
