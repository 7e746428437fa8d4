import { tensor } from "../../engine/index.js";
import { matrix } from "../../parts/index.js";
import { observeMatrix } from "../operator.js";
import { defineOperator } from "../part.js";

/** y = H x */
export const matrixOperator = defineOperator({
  kind: "matrix",
  title: "a matrix times the state",
  parameters: { matrix: matrix({ symbol: "H", about: "H of y = H x, by rows" }) },
  checkDimension: ({ matrix: rows }, d, tell) => {
    const given = rows as readonly (readonly number[])[];
    const bad = given.findIndex((row) => row.length !== d);
    if (bad < 0) return;
    const has = `${given[bad]!.length} value${given[bad]!.length === 1 ? "" : "s"}`;
    tell(["matrix", bad], `row ${bad} has ${has}; need ${d}, one for each variable of the state`);
  },
  build: ({ matrix: H }) => ({
    kind: "operator",
    operator: observeMatrix(tensor(H)),
    names: H.map((_, j) => `y${j}`),
  }),
});
