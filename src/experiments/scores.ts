/** Scores of a run, against the truth where there is one. */
import { crpsEnsemble, crpsGaussian, rmse, rmsePooled, spread } from "../diagnostics/index.js";
import type { CycleResult } from "../filters/index.js";
import type { NaturalState } from "./bands.js";
import type { Data } from "./data.js";
import type { ForecastAnalysis, RunResult, StateSeries } from "./output.js";

type Scores = Pick<RunResult, "rmse" | "rmsePooled" | "spread" | "crps" | "logLikelihood">;

/** Those of a run that diverged. */
export const noScores: Scores = {
  rmse: null,
  rmsePooled: null,
  spread: null,
  crps: null,
  logLikelihood: null,
};

/** The first `spinup` cycles do not count, except in the likelihood. */
export function scores(
  spinup: number,
  { states, analyses }: { states: StateSeries; analyses: readonly NaturalState[] },
  results: readonly CycleResult<unknown>[],
  { truth, series }: Data,
): Scores {
  const counted = <T>(rows: readonly T[]): T[] => rows.slice(spinup, states.observed);
  const both = (score: (which: "forecast" | "analysis") => number): ForecastAnalysis => ({
    forecast: score("forecast"),
    analysis: score("analysis"),
  });
  const against = (score: typeof rmse) =>
    truth && both((which) => score(counted(states[which].mean), counted(truth)));
  return {
    rmse: against(rmse),
    rmsePooled: against(rmsePooled),
    spread: both((which) => spread(counted(states[which].sd).map((row) => row.map((s) => s * s)))),
    crps: truth && meanCrps(counted(analyses), counted(truth)),
    logLikelihood: results.reduce(
      (total, { evidence }) => total + evidence!.logEvidence.item(),
      series.logJacobian,
    ),
  };
}

/** CRPS of the analyses, averaged over components and times. */
function meanCrps(states: readonly NaturalState[], truth: readonly number[][]): number {
  const values = states.flatMap(({ mean, sd, members }, k) =>
    truth[k]!.map((x, i) =>
      members === null ? crpsGaussian(mean[i]!, sd[i]!, x) : crpsEnsemble(members[i]!, x),
    ),
  );
  return values.reduce((sum, v) => sum + v, 0) / values.length;
}
