import { list } from "../../parts/index.js";
import { defineOperator } from "../part.js";
import { variablesText } from "./components.js";

/** y_j = x_{i_j}: the variables of a list are observed. */
export const indicesOperator = defineOperator({
  kind: "indices",
  title: "the variables of a list",
  parameters: {
    indices: list({ bounds: { whole: true, min: 0 }, about: "variables, counted from 0" }),
  },
  checkDimension: ({ indices }, d, tell) => {
    const given = indices as readonly number[];
    for (const [i, index] of given.entries()) {
      if (given.indexOf(index) < i) tell(["indices", i], `variable ${index} is observed twice`);
      else if (index >= d) {
        const range = `counted from 0 to ${d - 1}`;
        tell(["indices", i], `got ${index}; the state has ${variablesText(d)}, ${range}`);
      }
    }
  },
  build: ({ indices }) => ({ kind: "components", components: indices }),
});
