/** Kalman's analysis of an ensemble's own moments: what a deterministic ensemble filter must give. */
import { index, type Tensor, tensor } from "../../src/engine/index.js";
import { type Analysis, type KalmanState, kalmanAnalysis } from "../../src/filters/index.js";
import type { Observation } from "../../src/observe/index.js";
import { sampleMoments } from "../../src/prob/index.js";
import { flip, type Matrix, make, times } from "../support/dense.js";

/** The members' sample covariance, N − 1 in the denominator. */
export function covarianceOf(E: Tensor): Matrix {
  const rows = E.toArray() as Matrix;
  const mean = rows[0]!.map((_, j) => rows.reduce((t, row) => t + row[j]!, 0) / rows.length);
  const A = rows.map((row) => row.map((v, j) => v - mean[j]!));
  return times(flip(A), A).map((row) => row.map((v) => v / (rows.length - 1)));
}

/** The covariance multiplied by 1 + φ. */
export const ownKalman = (E: Tensor, observation: Observation, phi = 0): Analysis<KalmanState> =>
  kalmanAnalysis(
    {
      mean: sampleMoments(E).mean,
      covariance: tensor(covarianceOf(E).map((row) => row.map((v) => (1 + phi) * v))),
    },
    observation,
  );

/** Members of some shape or other, no two alike. */
export const someMembers = (N: number, d: number, shift = 0): Tensor =>
  tensor(
    make(N, d, (i, j) => Math.sin(1 + 3.1 * i + 2.3 * j * j + i * j + shift) + 0.4 * j + shift),
  );

/** The observation of trajectory b of a batch. */
export const ofTrajectory = (observation: Observation, b: number): Observation => ({
  ...observation,
  y: index(observation.y, 0, b),
  mask: observation.mask && index(observation.mask, 0, b),
});
