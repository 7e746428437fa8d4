/**
 * States and likelihoods do not depend on units: of data, means and standard deviations times c, the states
 * are times c and the log-likelihood is less by n log c, n the number of values observed.
 */
import { expect, test } from "vitest";
import { runFilter } from "../../src/problem/index.js";
import { kinds, methodOf, problem } from "./ring.js";
import { distanceOf, statesOf } from "./runs.js";

const climates = ["climatology", "optimal-interpolation"];

/** Powers of two change no digit, so chaos has nothing to work on in the long run that a climate is. */
const doubled = [2 ** 20, 2 ** -30];

// The weights of a network belong to the unit that they were learned in.
test.each(kinds.filter((kind) => kind !== "dan"))("%s", (kind) => {
  const run = (c: number) => {
    const { system, record } = problem(kind, { unit: c });
    return { ...runFilter(methodOf(kind, c), system, record), values: record.values };
  };
  const one = run(1);
  const n = one.values.flat().filter(Number.isFinite).length;
  for (const c of climates.includes(kind) ? doubled : [...doubled, 1000, 1e-7, 3e9]) {
    const other = run(c);
    const states = statesOf(other).map((row) => row.map((x) => x / c));
    // Eight short cycles: rounding makes 3e-14 at most, a unit of the wrong power as much as it is.
    expect(distanceOf(statesOf(one), states)).toBeLessThan(1e-12);
    const { logLikelihood: l } = other;
    if (one.logLikelihood === null) expect(l).toBeNull();
    else expect(l! + n * Math.log(c)).toBeCloseTo(one.logLikelihood, 10);
  }
});
