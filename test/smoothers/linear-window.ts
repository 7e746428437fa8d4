/** A record of a linear model without noise, with gaps and a time at which nothing was seen. */
import { tensor } from "../../src/engine/index.js";
import type { Cycle } from "../../src/filters/index.js";
import { linearTransition } from "../../src/models/index.js";
import { observeMatrix } from "../../src/observe/index.js";
import type { Gaussian } from "../../src/prob/index.js";
import { F, H, R } from "../filters/linear-case.js";

export { prior } from "../filters/linear-case.js";

const values: readonly (readonly number[] | null)[] = [
  [0.7, -1.1],
  [1.9, Number.NaN],
  [-0.4, 0.3],
  null,
  [Number.NaN, 1.2],
  [2.1, -0.6],
];

/** One to three steps of the model a cycle; the first observation after `before` steps. */
export const windowCycles = (before: number, variance = tensor(R)): Cycle[] =>
  values.map((row, k) => ({
    transition: linearTransition(tensor(F)),
    steps: k === 0 ? before : 1 + (k % 3),
    observation: row && {
      operator: observeMatrix(tensor(H)),
      y: tensor(row.map((v) => (Number.isNaN(v) ? 0 : v))),
      mask: row.some(Number.isNaN) ? tensor(row.map((v) => Number(!Number.isNaN(v)))) : null,
      variance,
    },
  }));

/** Two trajectories of it, from other means. */
export const pairOf = (prior: Gaussian): Gaussian => ({
  ...prior,
  mean: tensor([prior.mean.toArray() as number[], [0.5, 1, -1]]),
});
