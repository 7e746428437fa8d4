/** What another program needs to repeat a trial of Lorenz-96. */
import { concat, type Tensor } from "../../engine/index.js";
import type { Dataset } from "../../learn/index.js";
import {
  lorenz96Coefficients,
  networkArrays,
  perturbedCoefficients,
  residualNetworkParams,
} from "../../models/index.js";
import { dataOf } from "./data.js";
import { forcing, keysOf, lorenz } from "./lorenz.js";
import type { Trial } from "./trial.js";

export interface LorenzData {
  /**
   * Observations of the `training` and `test` trajectories [B, T, m], the `truth` of the latter
   * [B, T, d], `points` on the attractor [points, d], the 18 coefficients `beta` of the initial
   * model, and the first weights of the network.
   */
  readonly arrays: Readonly<Record<string, Tensor>>;
  /** Components observed. */
  readonly observed: readonly number[];
}

export function lorenzData(trial: Trial): LorenzData {
  const { training, test, truth, points, observed } = dataOf(lorenz, trial);
  const values = ({ windows }: Dataset) =>
    concat(
      windows.map((each) => each.trajectories.y!),
      1,
    );
  const [forModel, forNetwork] = keysOf(trial);
  const beta = perturbedCoefficients(lorenz96Coefficients(forcing), trial.modelError, forModel);
  const network = networkArrays(residualNetworkParams(forNetwork, lorenz.dtype));
  return {
    arrays: { training: values(training), test: values(test), truth, points, beta, ...network },
    observed: observed[0]!,
  };
}
