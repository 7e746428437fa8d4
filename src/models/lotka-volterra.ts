/**
 * The generalised Lotka–Volterra system of n species, in abundances or in their logarithms:
 *
 *     ẋ = x ∘ (r + A x)                     x [..., n]
 *     ż = r + A eᶻ,   z = log x             z [..., n]
 *
 * In logarithms abundances stay positive whatever noise is added. In abundances noise may push one
 * below zero; the state is folded back there.
 *
 * @see adrian2026, 4.3
 */
import { add, exp, matvec, mul, Tensor } from "../engine/index.js";
import { expectAxis, matrixOf, type Rows, type Scalar, scale, vectorOf } from "../prob/index.js";
import type { Model } from "./model.js";
import { rk4, type Tendency } from "./rk4.js";

export interface LotkaVolterraParams {
  /** r [n]: growth of each species alone, per unit of time. */
  readonly growth: Tensor | readonly Scalar[];
  /** A [n, n]: what one individual of species j adds to the growth rate of species i. */
  readonly interactions: Tensor | Rows;
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

export function lotkaVolterraTendency(
  { growth, interactions }: LotkaVolterraParams,
  coordinates: Coordinates,
): Tendency {
  const r = growth instanceof Tensor ? growth : vectorOf(growth); // [n]
  const A = interactions instanceof Tensor ? interactions : matrixOf(interactions); // [n, n]
  const n = r.shape.at(-1)!;
  expectAxis("lotkaVolterra", "interactions", A, -1, n, "a column per species");
  expectAxis("lotkaVolterra", "interactions", A, -2, n, "a row per species");
  const rate = (x: Tensor): Tensor => {
    expectAxis("lotkaVolterra", "the state", x, -1, n, "one value per species");
    return add(r, matvec(A, x));
  };
  return coordinates === "log" ? (z) => rate(exp(z)) : (x) => mul(x, rate(x));
}
