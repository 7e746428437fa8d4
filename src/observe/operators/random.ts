import { flag, setting } from "../../parts/index.js";
import { defineOperator } from "../part.js";
import { drawComponents, fractionOf } from "./components.js";

/** A fraction of the variables is observed, drawn once for the run or anew at every time. */
export const randomOperator = defineOperator({
  kind: "random",
  title: "a fraction of the variables, drawn at random",
  parameters: {
    random: setting({ bounds: { above: 0, max: 1 }, about: "fraction of the variables, drawn" }),
    everyStep: flag({
      only: true,
      optional: true,
      about: "true: drawn anew at every time, not once for the run",
    }),
  },
  drawn: () => true,
  build: ({ random, everyStep }, { dimension: d, key }) =>
    everyStep
      ? {
          kind: "changing",
          size: fractionOf(random, d),
          draw: (at) => drawComponents(random, d, at),
        }
      : { kind: "components", components: drawComponents(random, d, key) },
});
