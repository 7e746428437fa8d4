import { setting } from "../../parts/index.js";
import { defineOperator } from "../part.js";
import { fractionOf } from "./components.js";

/** A fraction of the variables is observed, as evenly spaced as whole numbers allow. */
export const ratioOperator = defineOperator({
  kind: "ratio",
  title: "a fraction of the variables, evenly spaced",
  parameters: {
    ratio: setting({
      bounds: { above: 0, max: 1 },
      about: "fraction of the variables, evenly spaced",
    }),
  },
  build: ({ ratio }, { dimension: d }) => {
    const m = fractionOf(ratio, d);
    const components = Array.from({ length: m }, (_, j) => Math.floor((j * d) / m));
    return { kind: "components", components };
  },
});
