import type { Tensor } from "../engine/index.js";
import { expectAxis, type Support } from "../prob/index.js";
import type { BoundModel } from "./record.js";
import { rk4, type Tendency } from "./rk4.js";

/** Options of the integrator. */
export interface IntegrationOptions {
  /** Number of Runge–Kutta steps in a model step. @defaultValue 1 */
  readonly substeps?: number;
}

/** A tendency, with the properties of a bound model. */
export interface ContinuousSystem extends Omit<BoundModel, "time" | "support" | "step"> {
  /** f: states [..., d] → [..., d]. */
  readonly tendency: Tendency;
  /** The support of the state; positive states are folded after noise is added. @defaultValue "real" */
  readonly support?: Support;
}

/**
 * Makes a bound model from its tendency, ẋ = f(x). A model step moves states [..., d] over a length of time
 * by `substeps` steps of the classical Runge–Kutta method of order four (`rk4`).
 *
 * @throws ShapeError when a state or a tendency has not `dimension` values in its last axis.
 * @see kutta1901
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
