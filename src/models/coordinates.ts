/**
 * The two coordinates of positive variables such as abundances.
 *
 *     ẋ = x ∘ g(x)      the variables themselves, [..., n]
 *     ż = g(eᶻ)         their logarithms z = log x, [..., n]
 *
 * With logarithms the variables stay positive whatever noise is added. Without them noise may make a variable
 * negative; the state is then folded back to positive values.
 */
import { exp, mul } from "../engine/index.js";
import { choice } from "../parts/index.js";
import type { BoundModel } from "./record.js";
import type { Tendency } from "./rk4.js";

/** Whether the state holds abundances or their logarithms. */
export type Coordinates = "abundance" | "log";

/** The key `coordinates` of models that offer both. */
export const coordinatesKey = choice(["abundance", "log"], {
  default: "log",
  about: "variables of the state: abundances, or their logarithms",
});

/** Returns the properties of a bound model with positive variables in these coordinates. */
export const positiveVariables = (
  coordinates: Coordinates,
): Required<Pick<BoundModel, "coordinates" | "support" | "positive">> =>
  coordinates === "log"
    ? { coordinates: "log", support: "real", positive: true }
    : { coordinates: "natural", support: "positive", positive: true };

/** Returns the tendency of the state from the growth rates g(x) = ẋ/x of its variables. */
export const tendencyIn = (coordinates: Coordinates, growthRates: Tendency): Tendency =>
  coordinates === "log" ? (z) => growthRates(exp(z)) : (x) => mul(x, growthRates(x));
