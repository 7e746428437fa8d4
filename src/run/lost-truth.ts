/**
 * Loss of the truth in a run on a twin whose numbers are all finite.
 *
 * With sᵢ the standard deviation of variable i of the truth over the run, the error and the spread of
 * an analysis in units of the system's own variation are
 *
 *     e = √(meanᵢ ((x̄ᵢ − xᵢ)/sᵢ)²),     σ = √(meanᵢ (sdᵢ/sᵢ)²).
 *
 * The mean over all times has e = 1, the state of another time e = √2. An analysis is off where
 *
 *     e² ≥ ½  and  σ < e/3;     for a method without a spread (σ = 0) where  e ≥ 1:
 *
 * its squared error is at least half of the variance of the system, and its spread does not show it.
 *
 * A chaotic system sometimes comes near the estimate by chance, and a good filter may be off for a single
 * cycle. So the truth counts as lost at those cycles that are off and belong to ten consecutive cycles of
 * which at least six are off. Cycles of the spin-up and variables with a constant truth do not count.
 * Climatology and optimal interpolation do not lose the truth: their spread is as large as their error.
 */
import { variation } from "./divergence.js";
import type { LostTruth, StateSeries } from "./output.js";
import type { Scored } from "./scores.js";
import { timeText } from "./time-text.js";

/** The least e of an analysis that is off. */
const leastError = { withSpread: Math.SQRT1_2, withoutSpread: 1 } as const;

/** The largest σ/e of an analysis that is off. */
const mostSpread = 1 / 3;

/** The number of consecutive cycles, and how many of them must be off. */
const stretch = { cycles: 10, off: 6 } as const;

/**
 * Finds where a run lost the truth of its twin: the first cycle, counted from 1, and the number of cycles;
 * null if it did not, and for a record, which has no truth.
 */
export function lostTruthOf(
  { analysis: { mean, sd }, truth, observed }: Pick<StateSeries, "analysis" | "truth" | "observed">,
  spinup: number,
): LostTruth | null {
  if (truth === null || observed === 0) return null;
  const { scales } = variation(truth, truth[0]!.length);
  const size = (row: readonly number[]): number => {
    const varying = row.flatMap((v, i) => (scales[i]! > 0 ? [(v / scales[i]!) ** 2] : []));
    return Math.sqrt(varying.reduce((sum, v) => sum + v, 0) / Math.max(1, varying.length));
  };
  const off = Array.from({ length: observed }, (_, k) => {
    if (k < spinup) return false;
    const error = size(mean[k]!.map((v, i) => v - truth[k]![i]!));
    const spread = size(sd[k]!);
    const least = spread > 0 ? leastError.withSpread : leastError.withoutSpread;
    return error >= least && spread < mostSpread * error;
  });
  const lost = off.map(() => false);
  for (let first = spinup; first < observed; first++) {
    const together = off.slice(first, first + stretch.cycles);
    if (together.filter((is) => is).length < stretch.off) continue;
    for (const [i, is] of together.entries()) if (is) lost[first + i] = true;
  }
  const cycles = lost.filter((is) => is).length;
  return cycles === 0 ? null : { from: lost.indexOf(true) + 1, cycles };
}

/**
 * Finds where the truth was lost over all test trajectories: the first cycle in the first of them, the number
 * of cycles in all, and a warning for each.
 */
export function lostTruthIn(
  remedy: string,
  runs: readonly Scored[],
  spinup: number,
): { readonly lostTruth: LostTruth | null; readonly warnings: readonly string[] } {
  const found = runs.map(({ described: { states } }) => lostTruthOf(states, spinup));
  const [first] = found.filter((each) => each !== null);
  if (first === undefined) return { lostTruth: null, warnings: [] };
  const warnings = found.flatMap((each, i) => {
    if (each === null) return [];
    const which = runs.length === 1 ? "" : ` of test trajectory ${i + 1}`;
    const time = runs[i]!.described.states.times[each.from - 1]!;
    return [
      `The run lost the truth at cycle ${each.from}${which} (time ${timeText(time)}): at ${each.cycles} cycles the error of the analysis is as large as the variation of the system, and the spread far smaller. ${remedy}`,
    ];
  });
  const cycles = found.reduce((sum, each) => sum + (each?.cycles ?? 0), 0);
  return { lostTruth: { from: first.from, cycles }, warnings };
}
