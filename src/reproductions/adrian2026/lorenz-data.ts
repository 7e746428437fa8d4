/** The data with which another program repeats a trial of Lorenz-96. */
import { concat, type Tensor } from "../../engine/index.js";
import type { Dataset } from "../../learn/index.js";
import { dataOf } from "./data.js";
import { initialCoefficients, initialNetwork, lorenz } from "./lorenz.js";
import { spaceOf } from "./space.js";
import type { Trial } from "./trial.js";

export interface LorenzData {
  /**
   * Observations of the `training` and `test` trajectories [B, T, m], the `truth` of the latter
   * [B, T, d], `points` on the attractor [points, d], the 18 coefficients `beta` of the initial
   * model, and the first weights of the network.
   */
  readonly arrays: Readonly<Record<string, Tensor>>;
  /** The components observed. */
  readonly observed: readonly number[];
}

export function lorenzData(trial: Trial): LorenzData {
  const { training, test, truth, points, observed } = dataOf(lorenz, trial, spaceOf(lorenz, trial));
  const values = ({ windows }: Dataset) =>
    concat(
      windows.map((each) => each.trajectories.y!),
      1,
    );
  const beta = initialCoefficients(trial);
  const arrays = { training: values(training), test: values(test), truth, points, beta };
  return {
    arrays: { ...arrays, ...initialNetwork(trial) },
    observed: observed[0]!,
  };
}
