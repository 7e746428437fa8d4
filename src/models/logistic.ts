import { div, mul, sub } from "../engine/index.js";
import { positiveNumber, real } from "../parts/index.js";
import { continuousModel } from "./continuous.js";
import { coordinatesKey, positiveVariables, tendencyIn } from "./coordinates.js";
import { defineModel } from "./record.js";

/**
 * Logistic growth of a population towards the carrying capacity K,
 *
 *     ẋ = r x (1 − x/K),      x(t) = K / (1 + (K/x(0) − 1) e^{−rt}),      x [..., 1]
 *
 * @see verhulst1838
 */
export const logistic = defineModel({
  kind: "logistic",
  title: "logistic growth: one population that approaches a capacity",
  parameters: {
    growth: real({ symbol: "r", unit: "1/time", about: "growth rate of a small population" }),
    capacity: positiveNumber({
      ...{ symbol: "K", unit: "abundance" },
      about: "carrying capacity, the population that neither grows nor shrinks",
    }),
    coordinates: coordinatesKey,
  },
  build: ({ growth: r, capacity: K, coordinates }, options) =>
    continuousModel(
      {
        ...{ name: "logistic", dimension: 1 },
        ...positiveVariables(coordinates),
        tendency: tendencyIn(coordinates, (x) => mul(r, sub(1, div(x, K)))),
      },
      options,
    ),
  phrase: () => "the logistic model of a growing population",
  formula: (_, [x]) => [`d {${x}} / dt = growth · {${x}} · (1 − {${x}} / capacity)`],
});
