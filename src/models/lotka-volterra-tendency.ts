/** The mathematics of the generalised Lotka–Volterra system; its record is in `lotka-volterra.ts`. */
import { add, type FloatType, matvec, sub, Tensor } from "../engine/index.js";
import { expectAxis, matrixOf, type Rows, type Scalar, scale, vectorOf } from "../prob/index.js";
import { type BlockInteractions, blockProduct } from "./block-interactions.js";
import { type Coordinates, tendencyIn } from "./coordinates.js";
import type { Tendency } from "./rk4.js";

/** The system by its rates of growth, or by its steady state. */
export type LotkaVolterraParams = LotkaVolterraInteractions &
  (LotkaVolterraGrowth | LotkaVolterraSteadyState);

export interface LotkaVolterraGrowth {
  /** r [n]: growth of each species alone, per unit of time. */
  readonly growth: Tensor | readonly Scalar[];
}

export interface LotkaVolterraSteadyState {
  /** x_s [n]: the abundances that stay as they are; r = −A x_s. */
  readonly steadyState: Tensor | readonly Scalar[];
}

export interface LotkaVolterraInteractions {
  /** A [n, n]: what one individual of species j adds to the growth rate of species i; or by groups. */
  readonly interactions: Tensor | Rows | BlockInteractions;
}

export interface PredatorPreyParams {
  /** α: growth of the prey alone. */
  readonly preyGrowth: Scalar;
  /** β: loss of prey per predator. */
  readonly predation: Scalar;
  /** γ: death of predators without prey. */
  readonly predatorDeath: Scalar;
  /** δ: gain of predators per prey. */
  readonly conversion: Scalar;
}

/** r = (α, −γ),  A = [0 −β; δ 0] */
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

/** x ↦ A x for a state of n species. */
function productOf(
  interactions: LotkaVolterraInteractions["interactions"],
  n: number,
): (x: Tensor) => Tensor {
  if ("blocks" in interactions) return blockProduct(interactions, n);
  const A = interactions instanceof Tensor ? interactions : matrixOf(interactions); // [n, n]
  const advice = "a row and a column per species";
  expectAxis("lotkaVolterra", "interactions", A, -2, A.shape.at(-1)!, advice);
  expectAxis("lotkaVolterra", "interactions", A, -1, n, advice);
  return (x) => matvec(A, x);
}

/** The rates ẋ/x of the species at abundances x. */
function ratesOf(params: LotkaVolterraParams): Tendency {
  const given = "growth" in params ? params.growth : params.steadyState;
  const v = given instanceof Tensor ? given : vectorOf(given); // r or x_s, [n]
  const n = v.shape.at(-1)!;
  const product = productOf(params.interactions, n);
  const checked = (x: Tensor): Tensor => {
    expectAxis("lotkaVolterra", "the state", x, -1, n, "one value per species");
    return x;
  };
  if ("growth" in params) return (x) => add(v, product(checked(x)));
  return (x) => product(sub(checked(x), v));
}

/**
 * The tendency of the system, [..., n] → [..., n], for a state of abundances or of their logarithms.
 *
 * @throws ShapeError for interactions or states that do not fit the number of species.
 */
export const lotkaVolterraTendency = (
  params: LotkaVolterraParams,
  coordinates: Coordinates,
): Tendency => tendencyIn(coordinates, ratesOf(params));
