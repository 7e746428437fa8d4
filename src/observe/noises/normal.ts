import { spread } from "../../parts/index.js";
import { defineNoise } from "../part.js";
import { squareText } from "./square-text.js";

/** y = h(x) + η,  η ~ N(0, diag(R)) */
export const normalNoise = defineNoise({
  kind: "normal",
  title: "normal errors, added to what is observed",
  parameters: {
    variance: spread({
      symbol: "R",
      about: "variance of the error, in squared units of the column",
    }),
  },
  hints: {
    sd: (sd) =>
      `normal noise takes "variance", in squared units of the column: the square of sd${squareText(sd)}`,
  },
  transform: "identity",
  variance: ({ variance }) => variance,
  formula: "observed: value + N(0, variance)",
});
