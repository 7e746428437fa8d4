/**
 * Variables in another order give the states in that order and the same likelihood: methods that draw nothing,
 * over whole records. The unscented filter is left out: its points follow the order, through Cholesky's factor.
 * What draws takes other numbers for other places; `members.test.ts` has these methods with the same draws.
 */
import { expect, test } from "vitest";
import { runFilter } from "../../src/problem/index.js";
import { methodOf, problem, size } from "./ring.js";
import { distanceOf, statesOf } from "./runs.js";

const kinds = ["kalman", "rts", "extended-kalman", "iterated-extended-kalman"];

test.each([...kinds, "3dvar", "3dvar-c", "3dvar-k", "4dvar"])("%s", (kind) => {
  const run = (turn: number) => {
    const { system, record } = problem(kind, { turn });
    return runFilter(methodOf(kind), system, record);
  };
  const one = run(0);
  for (const turn of [1, 4]) {
    const other = run(turn);
    const back = statesOf(other).map((row) => row.map((_, i) => row[(i + turn) % size]!));
    // Sums are taken in another order: rounding alone.
    expect(distanceOf(statesOf(one), back)).toBeLessThan(1e-11);
    if (one.logLikelihood === null) expect(other.logLikelihood).toBeNull();
    else expect(other.logLikelihood!).toBeCloseTo(one.logLikelihood, 9);
  }
});
