/** Models given by a tendency ẋ = f(x), stepped by the classical Runge–Kutta method. */
import type { Tensor } from "../engine/index.js";
import { expectAxis } from "../prob/index.js";
import type { Model } from "./model.js";
import { rk4, type Tendency } from "./rk4.js";

export interface IntegrationOptions {
  /** Runge–Kutta steps inside a model step. @defaultValue 1 */
  readonly substeps?: number;
}

/** A tendency of real states of this dimension, as a model. */
export const continuousModel = <Params>(
  name: string,
  dimension: number,
  tendencyOf: (params: Params) => Tendency,
  { substeps = 1 }: IntegrationOptions,
): Model<Params> => ({
  name,
  dimension,
  time: "continuous",
  support: "real",
  step: (params, h) => {
    const tendency = tendencyOf(params);
    const checked = (x: Tensor): Tensor => {
      expectAxis(name, "the state", x, -1, dimension, "one value per variable");
      return tendency(x);
    };
    return { map: rk4(checked, h, substeps), noise: null };
  },
});
