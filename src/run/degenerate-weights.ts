/** When and how often the weights of a particle filter degenerated in a run. */
import type { DegenerateWeights } from "./output.js";
import type { Scored } from "./scores.js";

/** Times that the result names, at most. */
const mostTimes = 10;

/** Over the cycles of all test trajectories after the spin-up; null and no warning if it never happened. */
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
      `The weights of the particles degenerated at ${happened.length} of ${cycles} cycles, first at time ${first}: the observation was far from nearly all of them. ${remedy}`,
    ],
  };
}
