/**
 * The generalised Lotka–Volterra system of n species, in abundances or in their logarithms:
 *
 *     ẋ = x ∘ (r + A x)                     x [..., n]
 *     ż = r + A eᶻ,   z = log x             z [..., n]
 *
 * The growth rates r may be given through the abundances x_s at which nothing changes, r = −A x_s;
 * the system is then ẋ = x ∘ A (x − x_s).
 *
 * In logarithms abundances stay positive whatever noise is added. In abundances noise may push one
 * below zero; the state is folded back there.
 *
 * @see adrian2026, 4.3
 */
import { add, exp, matvec, mul, sub, Tensor } from "../engine/index.js";
import { expectAxis, matrixOf, type Rows, type Scalar, scale, vectorOf } from "../prob/index.js";
import { type BlockInteractions, blockProduct } from "./block-interactions.js";
import type { Model } from "./model.js";
import { rk4, type Tendency } from "./rk4.js";

/** What stands still of the system: its rates of growth, or its steady state. */
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

/** The variables that the state holds. */
export type Coordinates = "abundance" | "log";

export interface LotkaVolterraOptions {
  readonly coordinates: Coordinates;
  /** Runge–Kutta steps inside a model step. @defaultValue 1 */
  readonly substeps?: number;
}

export function lotkaVolterra(
  species: number,
  { coordinates, substeps = 1 }: LotkaVolterraOptions,
): Model<LotkaVolterraParams> {
  return {
    name: "lotka-volterra",
    dimension: species,
    time: "continuous",
    support: supportOf(coordinates),
    step: (params, h) => ({
      map: rk4(lotkaVolterraTendency(params, coordinates), h, substeps),
      noise: null,
      support: supportOf(coordinates),
    }),
  };
}

/** Prey u and predators v: u̇ = (α − βv) u,  v̇ = (δu − γ) v. */
export function predatorPrey(options: LotkaVolterraOptions): Model<PredatorPreyParams> {
  const model = lotkaVolterra(2, options);
  return { ...model, step: (params, h) => model.step(predatorPreyAsGeneral(params), h) };
}

/** r = (α, −γ),  A = [0 −β; δ 0] */
export const predatorPreyAsGeneral = ({
  preyGrowth: alpha,
  predation: beta,
  predatorDeath: gamma,
  conversion: delta,
}: PredatorPreyParams): LotkaVolterraParams => ({
  growth: vectorOf([alpha, scale(-1, gamma)]),
  interactions: matrixOf([
    [0, scale(-1, beta)],
    [delta, 0],
  ]),
});

const supportOf = (coordinates: Coordinates) => (coordinates === "abundance" ? "positive" : "real");

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

export function lotkaVolterraTendency(
  params: LotkaVolterraParams,
  coordinates: Coordinates,
): Tendency {
  const rates = ratesOf(params);
  return coordinates === "log" ? (z) => rates(exp(z)) : (x) => mul(x, rates(x));
}
