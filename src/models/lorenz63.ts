import { concat, mul, slice, sub, type Tensor } from "../engine/index.js";
import { real } from "../parts/index.js";
import type { Scalar } from "../prob/index.js";
import { checkScalars } from "./check-scalars.js";
import { continuousModel } from "./continuous.js";
import { defineModel } from "./record.js";
import type { Tendency } from "./rk4.js";

/** Parameters of the Lorenz-63 system. */
export interface Lorenz63Params {
  /** σ: the Prandtl number. */
  readonly sigma: Scalar;
  /** ρ: the Rayleigh number, in units of that at which convection begins. */
  readonly rho: Scalar;
  /** β: a geometric factor of the convection cells. */
  readonly beta: Scalar;
}

/** The parameters of Lorenz. @see lorenz1963 */
export const lorenz63Defaults = { sigma: 10, rho: 28, beta: 8 / 3 } as const;

/** Returns the tendency of the Lorenz-63 system, [..., 3] → [..., 3]. @see lorenz1963 */
export function lorenz63Tendency(params: Lorenz63Params): Tendency {
  checkScalars("lorenz63Tendency", params, ["sigma", "rho", "beta"]);
  const { sigma, rho, beta } = params;
  return (state) => {
    const [x, y, z] = [0, 1, 2].map((i) => slice(state, -1, i, i + 1)) as [Tensor, Tensor, Tensor];
    return concat(
      [mul(sigma, sub(y, x)), sub(mul(x, sub(rho, z)), y), sub(mul(x, y), mul(beta, z))],
      -1,
    );
  };
}

/**
 * The Lorenz-63 system: convection in three variables,
 *
 *     ẋ = σ (y − x),   ẏ = x (ρ − z) − y,   ż = x y − β z,        state (x, y, z) [..., 3]
 *
 * Volumes shrink at the rate σ + 1 + β, and (x, y, z) ↦ (−x, −y, z) is a symmetry. The system is chaotic at
 * σ = 10, ρ = 28, β = 8/3, about the two fixed points x = y = ±√(β (ρ − 1)), z = ρ − 1.
 *
 * @see lorenz1963
 */
export const lorenz63 = defineModel({
  kind: "lorenz63",
  title: "Lorenz-63: chaotic; three variables x, y, z",
  parameters: {
    sigma: real({ default: lorenz63Defaults.sigma, symbol: "σ", about: "Prandtl number" }),
    rho: real({
      default: lorenz63Defaults.rho,
      symbol: "ρ",
      about: "Rayleigh number, in units of that at which convection begins",
    }),
    beta: real({
      default: lorenz63Defaults.beta,
      symbol: "β",
      about: "geometric factor of the convection cells",
    }),
  },
  build: (parameters, options) =>
    continuousModel(
      {
        name: "lorenz63",
        dimension: 3,
        tendency: lorenz63Tendency(parameters),
        // Near the attractor; from a state near 0 a run would stay near a fixed point for long.
        start: [1.5, -1.5, 25.5],
        decorrelationTime: 1,
      },
      options,
    ),
  phrase: () => "the Lorenz-63 model",
  formula: (_, [x, y, z]) => [
    `d {${x}} / dt = sigma · ({${y}} − {${x}})`,
    `d {${y}} / dt = {${x}} · (rho − {${z}}) − {${y}}`,
    `d {${z}} / dt = {${x}} {${y}} − beta · {${z}}`,
  ],
});
