import { describe, test } from "vitest";
import { forSeeds } from "./draws.js";
import { cases, epsilon, exactly, expectClose, input, output, runOne, twin } from "./harness.js";

const sizes = [0, 1, 2, 3, 4, 5, 7, 8, 16, 33, 67];

describe.each(cases)("$name", ({ build, dtype }) => {
  test.each(["sum", "maxAlong"])("%s", (name) => {
    forSeeds(100, (draws) => {
      const pick = () => sizes[draws.integer(0, sizes.length - 1)]!;
      const long = draws.chance(0.1);
      const [outer, n, inner] = [draws.integer(0, 4), long ? 5000 : pick(), long ? 1 : pick()];
      const values = draws.normals(outer * n * inner, dtype);
      if (draws.chance(0.2) && values.length > 0) {
        values[draws.integer(0, values.length - 1)] = draws.chance(0.5) ? NaN : -Infinity;
      }
      const x = input(dtype, values);
      const run = (b: typeof build) =>
        runOne(b, `${name}_${dtype}`, output(dtype, outer * inner), x, outer, n, inner);
      // any order of summation is within n ε Σ|x|; the twin's own error is as large at f64
      const magnitude = (at: number) => {
        const [o, i] = [Math.floor(at / inner), at % inner];
        let total = 0;
        for (let j = 0; j < n; j++) total += Math.abs(values[(o * n + j) * inner + i]!);
        return total;
      };
      const tolerance =
        name === "sum" ? (_: number, at: number) => n * epsilon[dtype] * magnitude(at) : exactly;
      expectClose(run(build), run(twin), tolerance);
    });
  });
});
