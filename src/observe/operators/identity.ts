import { defineOperator } from "../part.js";
import { firstVariables } from "./components.js";

/** y = x: every variable is observed. */
export const identityOperator = defineOperator({
  kind: "identity",
  title: "every variable",
  parameters: {},
  build: (_, { dimension }) => ({ kind: "components", components: firstVariables(dimension) }),
});
