/** The tendency of the generalised Lotka–Volterra system; its record is in `lotka-volterra.ts`. */
import { add, type FloatType, matvec, sub, Tensor } from "../engine/index.js";
import { checkOptions } from "../parts/index.js";
import { expectAxis, matrixOf, type Rows, type Scalar, scale, vectorOf } from "../prob/index.js";
import { type BlockInteractions, blockProduct } from "./block-interactions.js";
import { type Coordinates, tendencyIn } from "./coordinates.js";
import type { Tendency } from "./rk4.js";

/** Parameters of the system: interactions with growth rates, or with a steady state. */
export type LotkaVolterraParams = LotkaVolterraInteractions &
  (LotkaVolterraGrowth | LotkaVolterraSteadyState);

/** Growth rates. */
export interface LotkaVolterraGrowth {
  /** r [n]: growth rate of each species alone, per unit of time. */
  readonly growth: Tensor | readonly Scalar[];
}

/** The steady state, instead of growth rates. */
export interface LotkaVolterraSteadyState {
  /** x_s [n]: the abundances of the steady state; r = −A x_s. */
  readonly steadyState: Tensor | readonly Scalar[];
}

/** Interactions of the species. */
export interface LotkaVolterraInteractions {
  /**
   * A [n, n]: change of the growth rate of species i for each individual of species j; or by groups of
   * species.
   */
  readonly interactions: Tensor | Rows | BlockInteractions;
}

/** The four rates of a predator and its prey. */
export interface PredatorPreyParams {
  /** α: growth rate of the prey without predators, per unit of time. */
  readonly preyGrowth: Scalar;
  /** β: loss rate of the prey for each predator. */
  readonly predation: Scalar;
  /** γ: death rate of the predators without prey, per unit of time. */
  readonly predatorDeath: Scalar;
  /** δ: growth rate of the predators for each prey. */
  readonly conversion: Scalar;
}

/** Returns the general parameters of predator and prey: r = (α, −γ), A = [0 −β; δ 0]. */
export const predatorPreyAsGeneral = (
  {
    preyGrowth: alpha,
    predation: beta,
    predatorDeath: gamma,
    conversion: delta,
  }: PredatorPreyParams,
  dtype: FloatType = "f64",
): LotkaVolterraParams => ({
  growth: vectorOf([alpha, scale(-1, gamma)], dtype),
  interactions: matrixOf(
    [
      [0, scale(-1, beta)],
      [delta, 0],
    ],
    dtype,
  ),
});

/** Returns the product x ↦ A x for n species. */
function productOf(
  interactions: LotkaVolterraInteractions["interactions"],
  n: number,
): (x: Tensor) => Tensor {
  if ("blocks" in interactions) return blockProduct(interactions, n);
  const A = interactions instanceof Tensor ? interactions : matrixOf(interactions); // [n, n]
  const advice = "one row and one column for each species";
  expectAxis("lotkaVolterra", "interactions", A, -2, A.shape.at(-1)!, advice);
  expectAxis("lotkaVolterra", "interactions", A, -1, n, advice);
  return (x) => matvec(A, x);
}

/** Returns the growth rates ẋ/x of the species at abundances x. */
function ratesOf(params: LotkaVolterraParams): Tendency {
  const rates = "steadyState" in params ? "steadyState" : "growth";
  checkOptions("lotkaVolterraTendency", params, [rates, "interactions"]);
  const given = "growth" in params ? params.growth : params.steadyState;
  const v = given instanceof Tensor ? given : vectorOf(given); // r or x_s, [n]
  const n = v.shape.at(-1)!;
  const product = productOf(params.interactions, n);
  const checked = (x: Tensor): Tensor => {
    expectAxis("lotkaVolterra", "the state", x, -1, n, "one value for each species");
    return x;
  };
  if ("growth" in params) return (x) => add(v, product(checked(x)));
  return (x) => product(sub(checked(x), v));
}

/**
 * Returns the tendency of the generalised Lotka–Volterra system, [..., n] → [..., n], for a state of
 * abundances x or of their logarithms z.
 *
 *     ẋ = x ∘ (r + A x),    ż = r + A eᶻ,    r = −A x_s with a steady state x_s
 *
 * @throws ShapeError when interactions or states do not fit the number of species.
 * @see adrian2026, 4.3
 */
export const lotkaVolterraTendency = (
  params: LotkaVolterraParams,
  coordinates: Coordinates,
): Tendency => tendencyIn(coordinates, ratesOf(params));
