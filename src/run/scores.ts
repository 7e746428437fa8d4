/** Scores of a run. */
import { rmse, rmsePooled, spread, timeMean } from "../diagnostics/index.js";
import type { Method } from "../filters/index.js";
import type { CyclesRun, Trajectory } from "../problem/index.js";
import type { Described } from "./describe.js";
import type { Errors, ForecastAnalysis, RunResult } from "./output.js";

type Scores = Pick<
  RunResult,
  "rmse" | "rmseError" | "rmsePooled" | "spread" | "crps" | "logLikelihood"
>;

/** The scores of a run that diverged. */
export const noScores: Scores = {
  rmse: null,
  rmseError: null,
  rmsePooled: null,
  spread: null,
  crps: null,
  logLikelihood: null,
};

/** A trajectory and the run of the method over it. */
export interface Scored {
  readonly trajectory: Trajectory;
  readonly run: CyclesRun;
  readonly described: Described;
}

type Estimate = "forecast" | "analysis" | "smoothed";

type Rows = readonly (readonly number[])[];

/**
 * Computes the scores over the cycles of all trajectories, against the truth if there is one. The first
 * `spinup` cycles of each do not count, except in the likelihood. The spread is null for a method that knows
 * no uncertainty, the log-likelihood for one whose evidence is not a likelihood.
 */
export function scores(
  spinup: number,
  evidence: NonNullable<Method<unknown>["evidence"]>,
  runs: readonly Scored[],
): Scores {
  const counted = <T>(rows: readonly T[], { described }: Scored): readonly T[] =>
    rows.slice(spinup, described.states.observed);
  const all = <T>(rowsOf: (scored: Scored) => readonly T[]): T[] =>
    runs.flatMap((scored) => counted(rowsOf(scored), scored));
  const both = (score: (which: "forecast" | "analysis") => number): ForecastAnalysis => ({
    forecast: score("forecast"),
    analysis: score("analysis"),
  });
  const known = runs.every(({ trajectory }) => trajectory.truth !== null);
  // A series of one value has no variance.
  const long = runs.every(({ described }) => described.states.observed >= spinup + 2);
  const smooths = runs.every(({ described }) => described.states.smoothed !== null);
  const errors = (score: (which: Estimate) => number): Errors => ({
    ...both(score),
    ...(smooths && { smoothed: score("smoothed") }),
  });
  const against = (score: (estimates: Rows, truth: Rows) => number) => (which: Estimate) =>
    score(
      all(({ described }) => described.states[which]!.mean),
      all(({ trajectory }) => trajectory.truth!),
    );
  const variances = (which: "forecast" | "analysis") =>
    all(({ described }) => described.states[which].sd).map((row) => row.map((s) => s * s));
  const inTime = (which: Estimate): number =>
    errorOfMean(
      runs.map((scored) => {
        const truth = counted(scored.trajectory.truth!, scored);
        const means = counted(scored.described.states[which]!.mean, scored);
        return means.map((row, k) => rmse([row], [truth[k]!]));
      }),
    );
  return {
    rmse: known ? errors(against(rmse)) : null,
    rmseError: known && long ? errors(inTime) : null,
    rmsePooled: known ? both(against(rmsePooled)) : null,
    spread: evidence !== "misfit" ? both((which) => spread(variances(which))) : null,
    crps: known ? average(all(({ described }) => described.crps)) : null,
    logLikelihood:
      evidence === "likelihood"
        ? runs.reduce((total, scored) => total + logLikelihoodOf(scored), 0)
        : null,
  };
}

/** Returns the standard error of the mean over independent series. */
function errorOfMean(series: readonly (readonly number[])[]): number {
  const total = series.reduce((n, values) => n + values.length, 0);
  const parts = series.map((values) => (values.length / total) * timeMean(values).standardError);
  return Math.hypot(...parts);
}

const logLikelihoodOf = ({ trajectory: { series }, described: { logEvidence } }: Scored): number =>
  logEvidence.reduce((total, l) => total + l, series.logJacobian);

const average = (values: readonly number[]): number =>
  values.reduce((sum, v) => sum + v, 0) / values.length;
