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
import type { Scalar } from "../prob/index.js";
import { continuousModel, type IntegrationOptions } from "./continuous.js";
import type { Model } from "./model.js";
import type { Tendency } from "./rk4.js";

export interface Lorenz96Params {
  /** F, dimensionless: one number, or [d] for a forcing of each variable. */
  readonly forcing: Scalar;
}

/** d = 4 is the least for which the four neighbours differ. */
const fewest = 4;

export const lorenz96 = (
  dimension: number,
  options: IntegrationOptions = {},
): Model<Lorenz96Params> => ringModel("lorenz96", dimension, lorenz96Tendency, fewest, options);

/** A tendency on a ring of d variables, `fewest` at least, as a model. */
export function ringModel<Params>(
  name: string,
  dimension: number,
  tendencyOf: (params: Params) => Tendency,
  fewest: number,
  options: IntegrationOptions,
): Model<Params> {
  if (!(Number.isInteger(dimension) && dimension >= fewest)) {
    throw new UsageError(
      `${name}: the dimension is ${dimension}; need a whole number, at least ${fewest}.`,
    );
  }
  const start = lorenz96Start(dimension);
  return { ...continuousModel(name, dimension, tendencyOf, options), start, turnover: 1 };
}

/** Where a run may begin: equal variables would stay equal. */
export const lorenz96Start = (dimension: number): number[] =>
  Array.from({ length: dimension }, (_, i) => (i === 0 ? 1.01 : 1));

/** (xᵢ₊₁ − xᵢ₋₂) xᵢ₋₁, [..., d]; orthogonal to x. */
export const lorenz96Advection = (x: Tensor): Tensor =>
  mul(sub(roll(x, -1, -1), roll(x, 2, -1)), roll(x, 1, -1));

export const lorenz96Tendency =
  ({ forcing: F }: Lorenz96Params): Tendency =>
  (x) =>
    add(sub(lorenz96Advection(x), x), F);
