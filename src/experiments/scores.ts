/** Scores of a run, against the truth where there is one. */
import { crpsEnsemble, crpsGaussian, rmse, rmsePooled, spread } from "../diagnostics/index.js";
import type { NaturalState } from "./bands.js";
import type { Trajectory } from "./data.js";
import type { DescribedStates } from "./describe.js";
import type { ForecastAnalysis, RunResult } from "./output.js";
import type { FilterRun } from "./series.js";

type Scores = Pick<RunResult, "rmse" | "rmsePooled" | "spread" | "crps" | "logLikelihood">;

/** Those of a run that diverged. */
export const noScores: Scores = {
  rmse: null,
  rmsePooled: null,
  spread: null,
  crps: null,
  logLikelihood: null,
};

/** A trajectory and the filter's run over it. */
export interface Scored {
  readonly trajectory: Trajectory;
  readonly run: FilterRun<unknown>;
  readonly described: DescribedStates;
}

/**
 * Over the cycles of all trajectories; the first `spinup` of each do not count, except in the
 * likelihood. A filter that knows no uncertainty has no spread and no likelihood.
 */
export function scores(spinup: number, runs: readonly Scored[]): Scores {
  const counted = <T>(rowsOf: (scored: Scored) => readonly T[]): T[] =>
    runs.flatMap((scored) => rowsOf(scored).slice(spinup, scored.described.states.observed));
  const both = (score: (which: "forecast" | "analysis") => number): ForecastAnalysis => ({
    forecast: score("forecast"),
    analysis: score("analysis"),
  });
  const known = runs.every(({ trajectory }) => trajectory.truth !== null);
  const truth = known ? counted(({ trajectory }) => trajectory.truth!) : null;
  const against = (score: typeof rmse) =>
    truth &&
    both((which) =>
      score(
        counted(({ described }) => described.states[which].mean),
        truth,
      ),
    );
  const { evidence = "likelihood" } = runs[0]!.run.filter;
  const variances = (which: "forecast" | "analysis") =>
    counted(({ described }) => described.states[which].sd).map((row) => row.map((s) => s * s));
  return {
    rmse: against(rmse),
    rmsePooled: against(rmsePooled),
    spread: evidence !== "misfit" ? both((which) => spread(variances(which))) : null,
    crps:
      truth &&
      meanCrps(
        counted(({ described }) => described.analyses),
        truth,
      ),
    logLikelihood:
      evidence === "likelihood"
        ? runs.reduce((total, scored) => total + logLikelihoodOf(scored), 0)
        : null,
  };
}

const logLikelihoodOf = ({ trajectory: { series }, run: { results } }: Scored): number =>
  results
    .slice(0, series.times.length)
    .reduce((total, { evidence }) => total + evidence!.logEvidence.item(), series.logJacobian);

/** CRPS of the analyses, averaged over components and times. */
function meanCrps(states: readonly NaturalState[], truth: readonly number[][]): number {
  const values = states.flatMap(({ mean, sd, members, weights }, k) =>
    truth[k]!.map((x, i) =>
      members === null
        ? crpsGaussian(mean[i]!, sd[i]!, x)
        : crpsEnsemble(members[i]!, x, weights ?? undefined),
    ),
  );
  return values.reduce((sum, v) => sum + v, 0) / values.length;
}
