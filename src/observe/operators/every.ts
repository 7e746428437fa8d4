import { count } from "../../parts/index.js";
import { defineOperator } from "../part.js";
import { firstVariables, variablesText } from "./components.js";

/** y_j = x_{jn}: every n-th variable is observed, from the first. */
export const everyOperator = defineOperator({
  kind: "every",
  title: "every n-th variable, from the first",
  parameters: { every: count(1, { symbol: "n", about: "every n-th variable, from the first" }) },
  checkDimension: ({ every }, d, tell) => {
    if ((every as number) <= d) return;
    tell(["every"], `got ${every}; the state has ${variablesText(d)}`);
  },
  build: ({ every }, { dimension }) => ({
    kind: "components",
    components: firstVariables(dimension).filter((i) => i % every === 0),
  }),
});
