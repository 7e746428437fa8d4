/** Warnings of a run: what happened, and what may help. */
import type { Learned } from "../learn/index.js";
import type { Divergence, RunResult, StageFailure } from "./output.js";
import type { Scored } from "./scores.js";
import { timeText } from "./time-text.js";

/** Returns where and why a run diverged; null if it did not. */
export function divergenceOf({ trajectory, run: { failure } }: Scored): Divergence | null {
  if (failure === null) return null;
  const { cycle, message } = failure;
  return { cycle: cycle + 1, time: trajectory.series.times[cycle] ?? null, cause: message };
}

/** Returns the warning of a run that diverged; `number` is the index of one of several test trajectories. */
export function ofDivergence(scored: Scored, number: number | null): string[] {
  const found = divergenceOf(scored);
  if (found === null) return [];
  const { cycle, time } = found;
  const { told } = scored.run.failure!;
  const where = time === null ? "beyond the record" : `time ${timeText(time)}`;
  const which = number === null ? "" : ` of test trajectory ${number + 1}`;
  return [`The run diverged at cycle ${cycle}${which} (${where}): ${told}`];
}

/** Returns the warnings of stages that failed after filtering. */
export const ofFailures = (failures: readonly StageFailure[]): string[] =>
  failures.map(({ stage, cause }) => `${failureWords[stage]} The cause: ${cause}`);

const failureWords: Readonly<Record<StageFailure["stage"], string>> = {
  smoothing:
    "Smoothing failed, and there are no smoothed states; those of the filter do not depend on it.",
  diagnostics: "The diagnostics could not be computed; states and scores do not depend on them.",
  inspection: "The look inside the analysis failed; states and scores do not depend on it.",
};

/** A spread below this fraction of the error is far too small; for a good filter it is near 1. */
const leastFraction = 1 / 3;

/** A mean χ² for each observed value above this is far too large, if it is not due to chance. */
const mostChiSquare = 2;

/**
 * Returns the warning of a filter that is far too confident: in a twin by comparing its spread with its
 * error, in a record by comparing its innovations with their expected variance.
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

/** Judges the innovations: χ²/n is 1 ± √(2/n) for a filter that knows its errors. */
function ofInnovations(runs: readonly Scored[]): string | null {
  const chiSquares = runs.flatMap(({ described }) => described.innovations.chiSquare);
  const observed = runs.flatMap(({ trajectory: { record } }) => record.values.flat());
  const n = observed.filter((v) => !Number.isNaN(v)).length;
  const ratio = chiSquares.reduce((sum, chiSquare) => sum + chiSquare, 0) / n;
  if (!(ratio > mostChiSquare && ratio > 1 + 4 * Math.sqrt(2 / n))) return null;
  return `The filter is far too sure of itself: mean χ² for each value observed is ${digits(ratio)} where 1 is expected, so errors are ${digits(Math.sqrt(ratio))} times as large as it believes.`;
}

const digits = (value: number): string => String(Number(value.toPrecision(2)));

/** Returns the warnings of learning: windows that failed, and parameters that the record does not determine. */
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

/** Returns the warning about saved values that are not learned here. */
export const ofSaved = (names: readonly string[]): string[] =>
  names.length === 0
    ? []
    : [
        `The saved model also has ${names.join(", ")}, which this experiment does not learn; they are not used.`,
      ];
