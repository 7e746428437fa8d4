/**
 * The Lorenz-63 system: convection in three numbers,
 *
 *     ẋ = σ (y − x),   ẏ = x (ρ − z) − y,   ż = x y − β z,        state (x, y, z) [..., 3]
 *
 * Volumes shrink at the rate σ + 1 + β, and (x, y, z) ↦ (−x, −y, z) changes nothing. Chaotic at
 * σ = 10, ρ = 28, β = 8/3, about the two fixed points x = y = ±√(β (ρ − 1)), z = ρ − 1.
 *
 * @see lorenz1963
 */
import { concat, mul, slice, sub, type Tensor } from "../engine/index.js";
import type { Scalar } from "../prob/index.js";
import { continuousModel, type IntegrationOptions } from "./continuous.js";
import type { Model } from "./model.js";
import type { Tendency } from "./rk4.js";

export interface Lorenz63Params {
  /** σ: viscosity over conduction, the Prandtl number. */
  readonly sigma: Scalar;
  /** ρ: the heating, in units of that at which convection begins. */
  readonly rho: Scalar;
  /** β: of the shape of the cells. */
  readonly beta: Scalar;
}

/** Those of Lorenz. */
export const lorenz63Defaults = { sigma: 10, rho: 28, beta: 8 / 3 } as const;

export const lorenz63Tendency =
  ({ sigma, rho, beta }: Lorenz63Params): Tendency =>
  (state) => {
    const [x, y, z] = [0, 1, 2].map((i) => slice(state, -1, i, i + 1)) as [Tensor, Tensor, Tensor];
    return concat(
      [mul(sigma, sub(y, x)), sub(mul(x, sub(rho, z)), y), sub(mul(x, y), mul(beta, z))],
      -1,
    );
  };

/** A run starts beside the attractor: from near 0 it would linger about a fixed point. */
export const lorenz63 = (options: IntegrationOptions = {}): Model<Lorenz63Params> => ({
  ...continuousModel("lorenz63", 3, lorenz63Tendency, options),
  start: [1.5, -1.5, 25.5],
  turnover: 1,
});
