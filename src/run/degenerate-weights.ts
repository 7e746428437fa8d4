import type { DegenerateWeights } from "./output.js";
import type { Scored } from "./scores.js";
import { timeText } from "./time-text.js";

/** The largest number of times in the result. */
const mostTimes = 10;

/**
 * Counts the cycles after the spin-up at which the weights of a particle filter degenerated, over all test
 * trajectories, and makes a warning; null and no warning if there are none.
 */
export function degenerateWeightsIn(
  remedy: string,
  runs: readonly Scored[],
  spinup: number,
): { readonly degenerateWeights: DegenerateWeights | null; readonly warnings: readonly string[] } {
  const happened = runs.flatMap(({ described: { degenerate, states } }) =>
    degenerate.flatMap((is, k) => (is && k >= spinup ? [states.times[k]!] : [])),
  );
  const [first] = happened;
  if (first === undefined) return { degenerateWeights: null, warnings: [] };
  const cycles = runs.reduce(
    (sum, { described: { degenerate } }) => sum + Math.max(0, degenerate.length - spinup),
    0,
  );
  return {
    degenerateWeights: { cycles: happened.length, times: happened.slice(0, mostTimes) },
    warnings: [
      `The weights of the particles degenerated at ${happened.length} of ${cycles} cycles, first at time ${timeText(first)}: the observation was far from nearly all of them. ${remedy}`,
    ],
  };
}
