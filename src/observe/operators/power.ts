import { list, setting } from "../../parts/index.js";
import { defineOperator } from "../part.js";
import { observePower } from "../power.js";
import { firstVariables } from "./components.js";
import { indicesOperator } from "./indices.js";

/** y_j = x_{i_j}^p: a power of single variables, of all of them unless a list says which. */
export const powerOperator = defineOperator({
  kind: "power",
  title: "a power of single variables, an instrument that is not linear",
  parameters: {
    power: setting({ bounds: {}, symbol: "p", about: "the exponent, a number other than 0" }),
    indices: list({
      bounds: { whole: true, min: 0 },
      optional: true,
      about: "variables, counted from 0; without it all of them",
    }),
  },
  check: ({ power }, tell) => {
    if (power === 0) tell(["power"], "got 0; need another number, for x⁰ says nothing of x");
  },
  checkDimension: (block, d, tell) => {
    if (block.indices !== undefined) indicesOperator.checkDimension?.(block, d, tell);
  },
  build: ({ power, indices }, { dimension }) => {
    const components = indices ?? firstVariables(dimension);
    return {
      kind: "operator",
      operator: observePower(components, power),
      names: components.map((i) => `x${i}^${power}`),
    };
  },
});
