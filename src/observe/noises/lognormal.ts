import { mul } from "../../engine/index.js";
import { spread } from "../../parts/index.js";
import { defineNoise } from "../part.js";

/** y = h(x) exp(η),  η ~ N(0, sd²): values are compared by their logarithms. */
export const lognormalNoise = defineNoise({
  kind: "lognormal",
  title: "lognormal errors, factors exp(error) on what is observed",
  parameters: {
    sd: spread({
      symbol: "√R",
      about: "standard deviation of the logarithm, near to the relative error",
    }),
  },
  hints: {
    variance: () =>
      `lognormal noise takes "sd", the standard deviation of the logarithm (near to the relative ` +
      `error: 0.2 is about 20 %): the square root of the logarithm's variance`,
  },
  transform: "log",
  variance: ({ sd }) => (typeof sd === "number" ? sd * sd : mul(sd, sd)),
  formula: "observed: value · exp(N(0, sd²))",
});
