/** What a person must know before relying on a result: what happened, and what to try. */
import type { Learned } from "../learn/index.js";
import type { Divergence, RunResult } from "./output.js";
import type { Scored } from "./scores.js";

/** Where and why a run diverged; null if it did not. */
export function divergenceOf({ trajectory, run: { failure } }: Scored): Divergence | null {
  if (failure === null) return null;
  const { cycle, message } = failure;
  return { cycle: cycle + 1, time: trajectory.series.times[cycle] ?? null, cause: message };
}

/** `number` is that of one of several test trajectories. */
export function ofDivergence(scored: Scored, number: number | null): string[] {
  const found = divergenceOf(scored);
  if (found === null) return [];
  const { cycle, time, cause } = found;
  const where = time === null ? "beyond the record" : `time ${time}`;
  const which = number === null ? "" : ` of test trajectory ${number + 1}`;
  return [
    `The run diverged at cycle ${cycle}${which} (${where}): ${cause} Shorter steps, more process noise or inflation, or another initial state may help.`,
  ];
}

/** A spread below this fraction of the error is far too small; by chance alone it is near 1. */
const leastFraction = 1 / 3;

/** A mean χ² for each value observed above this is far too large, where chance does not make it. */
const mostChiSquare = 2;

/**
 * Of a filter that is far too sure of itself: in a twin by its spread beside its error, in a record
 * by its innovations beside what it expected of them.
 */
export function overconfidence(
  remedy: string,
  { rmse, spread }: Pick<RunResult, "rmse" | "spread">,
  runs: readonly Scored[],
): string[] {
  if (spread === null) return [];
  const found = rmse === null ? ofInnovations(runs) : ofSpread(rmse.analysis, spread.analysis);
  return found === null ? [] : [`${found} ${remedy}`];
}

function ofSpread(error: number, spread: number): string | null {
  if (spread >= leastFraction * error) return null;
  return `The filter is far too sure of itself: the spread of its analyses is ${digits(spread)}, their error ${digits(error)}.`;
}

/** χ²/n is 1 ± √(2/n) of a filter that knows its errors. */
function ofInnovations(runs: readonly Scored[]): string | null {
  const chiSquares = runs.flatMap(({ described }) => described.innovations.chiSquare);
  const seen = runs.flatMap(({ trajectory: { record } }) => record.values.flat());
  const n = seen.filter((v) => !Number.isNaN(v)).length;
  const ratio = chiSquares.reduce((sum, chiSquare) => sum + chiSquare, 0) / n;
  if (!(ratio > mostChiSquare && ratio > 1 + 4 * Math.sqrt(2 / n))) return null;
  return `The filter is far too sure of itself: mean χ² for each value observed is ${digits(ratio)} where 1 is expected, so errors are ${digits(Math.sqrt(ratio))} times as large as it believes.`;
}

const digits = (value: number): string => String(Number(value.toPrecision(2)));

/** Of learning: windows that failed, and what keeps the learned values from being known. */
export function ofLearning(learned: Learned | null): string[] {
  const recoveries = learned?.reports.reduce((n, report) => n + report.recoveries, 0) ?? 0;
  const warnings =
    recoveries === 0
      ? []
      : [
          `While learning the filter failed numerically ${recoveries} times and was restarted from the observations, over shorter windows. Shorter steps, more process noise or inflation, or other start values may help.`,
        ];
  return [...warnings, ...(learned?.uncertainty?.concerns ?? [])];
}

/** Of what a saved model holds and nothing here learns. */
export const ofSaved = (names: readonly string[]): string[] =>
  names.length === 0
    ? []
    : [
        `The saved model also has ${names.join(", ")}, which this experiment does not learn: not used.`,
      ];
