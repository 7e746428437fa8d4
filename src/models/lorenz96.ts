/**
 * The Lorenz-96 system: d variables on a ring, each moved by its neighbours,
 *
 *     ẋᵢ = (xᵢ₊₁ − xᵢ₋₂) xᵢ₋₁ − xᵢ + F,      indices modulo d,  x [..., d]
 *
 * The quadratic part keeps the energy ½ Σ xᵢ²; −x damps it and F feeds it. Chaotic at F = 8.
 *
 * @see lorenz1996; adrian2026, 4.2
 */
import { add, mul, roll, sub, type Tensor, UsageError } from "../engine/index.js";
import { expectAxis, type Scalar } from "../prob/index.js";
import type { Model } from "./model.js";
import { rk4, type Tendency } from "./rk4.js";

export interface Lorenz96Params {
  /** F, dimensionless: one number, or [d] for a forcing of each variable. */
  readonly forcing: Scalar;
}

export interface Lorenz96Options {
  /** Runge–Kutta steps inside a model step. @defaultValue 1 */
  readonly substeps?: number;
}

/** d = 4 is the least for which the four neighbours differ. */
const fewest = 4;

export function lorenz96(
  dimension: number,
  { substeps = 1 }: Lorenz96Options = {},
): Model<Lorenz96Params> {
  if (!(Number.isInteger(dimension) && dimension >= fewest)) {
    throw new UsageError(
      `lorenz96: the dimension is ${dimension}; need a whole number, at least ${fewest}.`,
    );
  }
  return {
    name: "lorenz96",
    dimension,
    time: "continuous",
    support: "real",
    step: (params, h) => {
      const tendency = lorenz96Tendency(params);
      const checked = (x: Tensor): Tensor => {
        expectAxis("lorenz96", "the state", x, -1, dimension, "one value per variable");
        return tendency(x);
      };
      return { map: rk4(checked, h, substeps), noise: null };
    },
  };
}

/** (xᵢ₊₁ − xᵢ₋₂) xᵢ₋₁, [..., d]; orthogonal to x. */
export const lorenz96Advection = (x: Tensor): Tensor =>
  mul(sub(roll(x, -1, -1), roll(x, 2, -1)), roll(x, 1, -1));

export const lorenz96Tendency =
  ({ forcing: F }: Lorenz96Params): Tendency =>
  (x) =>
    add(sub(lorenz96Advection(x), x), F);
