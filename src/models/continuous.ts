/** Models given by a tendency ẋ = f(x), stepped by the classical Runge–Kutta method. */
import type { Tensor } from "../engine/index.js";
import { expectAxis, type Support } from "../prob/index.js";
import type { BoundModel } from "./record.js";
import { rk4, type Tendency } from "./rk4.js";

export interface IntegrationOptions {
  /** Runge–Kutta steps inside a model step. @defaultValue 1 */
  readonly substeps?: number;
}

/** A tendency, and what a bound model says of its variables. */
export interface ContinuousSystem extends Omit<BoundModel, "time" | "support" | "step"> {
  /** f: states [..., d] → [..., d]. */
  readonly tendency: Tendency;
  /** Positive states are folded after noise was added. @defaultValue "real" */
  readonly support?: Support;
}

/**
 * The model ẋ = f(x) with its parameters in place: a step takes states [..., d] over a length of
 * time by `substeps` steps of the Runge–Kutta method of order four.
 *
 * @throws ShapeError for a state or a tendency that has not `dimension` values in its last axis.
 */
export function continuousModel(
  { tendency, support = "real", ...facts }: ContinuousSystem,
  { substeps = 1 }: IntegrationOptions = {},
): BoundModel {
  const { name, dimension } = facts;
  const checked = (x: Tensor): Tensor => {
    expectAxis(name, "the state", x, -1, dimension, "one value per variable");
    const rate = tendency(x);
    expectAxis(name, "the tendency", rate, -1, dimension, "one value per variable");
    return rate;
  };
  return {
    ...facts,
    ...{ time: "continuous", support },
    step: (length) => ({ map: rk4(checked, length, substeps), noise: null, support }),
  };
}
