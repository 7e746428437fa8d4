/**
 * Positive variables, such as abundances, and the two ways for a state to hold them.
 *
 *     ẋ = x ∘ g(x)      the variables themselves, [..., n]
 *     ż = g(eᶻ)         their logarithms z = log x, [..., n]
 *
 * Logarithms stay finite, and the variables positive, whatever noise is added. Noise may push a
 * variable itself below zero; the state is then folded back.
 */
import { exp, mul } from "../engine/index.js";
import { choice } from "../parts/index.js";
import type { BoundModel } from "./record.js";
import type { Tendency } from "./rk4.js";

/** The variables that the state holds. */
export type Coordinates = "abundance" | "log";

/** The key of models that offer both. */
export const coordinatesKey = choice(["abundance", "log"], {
  default: "log",
  about: "the state: abundances, or their logarithms",
});

/** What a bound model says of positive variables in these coordinates. */
export const positiveVariables = (
  coordinates: Coordinates,
): Required<Pick<BoundModel, "coordinates" | "support" | "positive">> =>
  coordinates === "log"
    ? { coordinates: "log", support: "real", positive: true }
    : { coordinates: "natural", support: "positive", positive: true };

/** The tendency of the state from the growth rates g(x) = ẋ/x of its variables. */
export const tendencyIn = (coordinates: Coordinates, growthRates: Tendency): Tendency =>
  coordinates === "log" ? (z) => growthRates(exp(z)) : (x) => mul(x, growthRates(x));
