/** A linear record with three components, two instruments, gaps and irregular times. */
import { tensor } from "../../src/engine/index.js";
import type { Cycle } from "../../src/filters/index.js";
import { linearTransition, type Propagation, withNoise } from "../../src/models/index.js";
import { observationAt, observationSeries, observeMatrix } from "../../src/observe/index.js";
import type { Gaussian } from "../../src/prob/index.js";
import { factor } from "../support/dense.js";
import { type JointProblem, type JointStep, noNoise } from "./joint.js";

export const F = [
  [0.9, 0.2, -0.1],
  [-0.3, 0.8, 0.1],
  [0.05, -0.1, 1.02],
];
export const q = [0.3, 0.1, 0.2];
export const H = [
  [1, 0, 0.5],
  [0, 1, -1],
];
export const R = [0.4, 0.9];
export const m0 = [1, -2, 0.5];
export const P0 = [
  [2, 0.3, 0.1],
  [0.3, 1.5, -0.4],
  [0.1, -0.4, 1],
];
/** Steps before each observation: an irregular record of a discrete model. */
export const stepCounts = [0, 1, 3, 1, 2, 1];
export const values = [
  [0.7, -1.1],
  [1.9, Number.NaN],
  [-0.4, 0.3],
  [Number.NaN, Number.NaN],
  [Number.NaN, 1.2],
  [2.1, -0.6],
];

export const prior: Gaussian = {
  mean: tensor(m0),
  covariance: { kind: "dense", factor: tensor(factor(P0)) },
};

export const series = observationSeries({ times: values.map((_, k) => k), values });

export const cyclesWith = (
  propagation: (k: number) => Propagation,
  variance: number | ReturnType<typeof tensor> = tensor(R),
): Cycle[] =>
  values.map((_, k) => ({
    ...propagation(k),
    observation: observationAt(series, k, observeMatrix(tensor(H)), variance),
  }));

export const cycles = (): Cycle[] => {
  const transition = withNoise(linearTransition(tensor(F)), tensor(q));
  return cyclesWith((k) => ({ transition, steps: stepCounts[k]! }));
};

const Q = q.map((v, i) => q.map((_, j) => (i === j ? v : 0)));

/** The same for the oracle: every model step is a state, some of them observed. */
export const problem: JointProblem = {
  mean: m0,
  covariance: P0,
  H,
  R,
  steps: stepCounts.flatMap((n, k): JointStep[] =>
    k === 0
      ? [{ F: null, Q: noNoise(3), y: values[0]! }]
      : Array.from({ length: n }, (_, i) => ({ F, Q, y: i === n - 1 ? values[k]! : null })),
  ),
};

/** Place of each observation among the steps of the problem. */
export const places = stepCounts.map((_, k) =>
  stepCounts.slice(0, k + 1).reduce((total, n) => total + n, 0),
);
