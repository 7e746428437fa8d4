/** The linear record of the filters without noise, and an ensemble's own exact answers to it. */
import { matmul, mean, mul, sub, type Tensor, tensor } from "../../src/engine/index.js";
import {
  assimilateSeries,
  cycleKeys,
  type KalmanState,
  kalman,
  type Moments,
} from "../../src/filters/index.js";
import { linearTransition } from "../../src/models/index.js";
import { sampleGaussian } from "../../src/prob/index.js";
import { key } from "../../src/random/index.js";
import { rts } from "../../src/smoothers/index.js";
import { cyclesWith, F, prior, stepCounts } from "../filters/linear-case.js";

/** More members than components: their covariance is of full rank. */
export const N = 7;

export const transition = linearTransition(tensor(F));
export const cycles = cyclesWith((k) => ({ transition, steps: stepCounts[k]! }));
export const keys = cycleKeys(key(3), 0, cycles.length);

/** Mean and covariance of members [..., N, d]. */
export function momentsOf(E: Tensor): KalmanState {
  const A = sub(E, mean(E, -2, { keepDims: true }));
  return {
    mean: mean(E, -2),
    covariance: mul(1 / (E.shape.at(-2)! - 1), matmul(A, A, { transposeA: true })),
  };
}

/** The Kalman filter that begins with the members' own moments. */
export const exact = assimilateSeries(
  kalman(),
  momentsOf(sampleGaussian(prior, N, key(1))),
  cycles,
  keys,
);

/** The state of cycle k given the observations up to and with `last`. */
export const given = (k: number, last: number): KalmanState =>
  rts(exact.series.slice(0, last + 1), cycles.slice(0, last + 1))[k]!;

export const variancesOf = ({ mean: m, covariance: P }: KalmanState): Moments => ({
  mean: m,
  variance: tensor((P.toArray() as number[][]).map((row, i) => row[i]!)),
});
