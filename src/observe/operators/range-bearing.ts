import { list, points } from "../../parts/index.js";
import { defineOperator } from "../part.js";
import { observeRangeBearing } from "../range-bearing.js";
import { indicesOperator } from "./indices.js";

/** The distance and the direction of a position in the plane from each of several sites. */
export const rangeBearingOperator = defineOperator({
  kind: "range-bearing",
  title: "distance and direction of a position from each of several sites; angles in radians",
  parameters: {
    sites: points(2, { about: "positions of the sensors: two values are observed from each" }),
    indices: list({
      bounds: { whole: true, min: 0 },
      default: [0, 1],
      about: "the variables of the state that are the position (x, y)",
    }),
  },
  check: ({ indices }, tell) => {
    const { length } = indices as readonly number[];
    if (length !== 2) tell(["indices"], `has ${length} variables; need two, those of x and y`);
  },
  checkDimension: (block, d, tell) => indicesOperator.checkDimension?.(block, d, tell),
  build: ({ sites, indices: [x, y] }) => ({
    kind: "operator",
    operator: observeRangeBearing([x!, y!], sites as readonly (readonly [number, number])[]),
    names:
      sites.length === 1
        ? ["range", "bearing"]
        : sites.flatMap((_, s) => [`range${s}`, `bearing${s}`]),
  }),
});
