/** Diagnostics of a run beside its scores: over all test trajectories, after the spin-up. */
import {
  desroziers,
  powerSpectrum,
  rankHistogram,
  type Series,
  timeMean,
} from "../diagnostics/index.js";
import { index, scope } from "../engine/index.js";
import type { Scalar } from "../prob/index.js";
import type { Key } from "../random/index.js";
import { operatorAt, type View } from "./assembly.js";
import type { NaturalState } from "./bands.js";
import { placesOf } from "./motion.js";
import type {
  DiagnosticsOutput,
  ForecastAnalysis,
  ResidualsOutput,
  SpectraOutput,
} from "./output.js";
import type { Scored } from "./scores.js";
import type { ModelSpecification, Specification } from "./specification.js";
import { spreadOver } from "./twins.js";

/** Of a run that diverged. */
export const noDiagnostics: DiagnosticsOutput = {
  rmseErrors: null,
  ranks: null,
  residuals: null,
  spectra: null,
};

/** What is known at one time after the spin-up, in a twin. */
interface Known {
  readonly truth: readonly number[];
  readonly forecast: readonly number[];
  readonly analysis: NaturalState;
}

/** `variance` is R; `key` breaks ties of ranks. */
export function diagnosticsOf(
  { model, time: { spinup } }: Specification,
  view: View,
  variance: Scalar,
  runs: readonly Scored[],
  key: Key,
): DiagnosticsOutput {
  const known = runs.flatMap((run) => knownOf(run, spinup));
  const residuals = residualsOf(spinup, view, variance, runs);
  if (known.length < 2) return { ...noDiagnostics, residuals };
  return {
    rmseErrors: errorsOf(known),
    ranks: ranksOf(known, key),
    residuals,
    spectra: onRing(model, known[0]!.truth.length) ? spectraOf(known) : null,
  };
}

/** Whether all variables lie side by side on one ring. */
function onRing(model: ModelSpecification, d: number): boolean {
  const domain = placesOf(model)?.domain;
  return domain?.kind === "ring" && domain.length === d;
}

function knownOf({ trajectory: { truth }, described }: Scored, spinup: number): Known[] {
  if (truth === null) return [];
  const { states, analyses } = described;
  return truth.slice(spinup, states.observed).map((row, i) => ({
    truth: row,
    forecast: states.forecast.mean[spinup + i]!,
    analysis: analyses[spinup + i]!,
  }));
}

function errorsOf(known: readonly Known[]): ForecastAnalysis {
  const size = (a: readonly number[], b: readonly number[]) =>
    Math.sqrt(a.reduce((sum, v, i) => sum + (v - b[i]!) ** 2, 0) / a.length);
  const error = (estimate: (at: Known) => readonly number[]) =>
    timeMean(known.map((at) => size(estimate(at), at.truth))).standardError;
  return {
    forecast: error(({ forecast }) => forecast),
    analysis: error(({ analysis }) => analysis.mean),
  };
}

/** More ranks than these have too few cases each: bins then join them. */
const mostRanks = 50;
const joinedBins = 20;

function ranksOf(known: readonly Known[], key: Key): DiagnosticsOutput["ranks"] {
  const [first] = known as [Known];
  if (first.analysis.members === null) return null;
  const weights = known.map(({ analysis }) => analysis.weights);
  const N = first.analysis.members[0]!.length;
  return rankHistogram(
    {
      members: known.map(({ analysis }) => analysis.members!),
      values: known.map(({ truth }) => truth),
      ...(weights[0] !== null && { weights: weights as Series }),
    },
    key,
    N < mostRanks ? N + 1 : joinedBins,
  );
}

/** Products that the spectra may cost: of long runs of many members some of the times are taken. */
const most = 1e8;

function spectraOf(known: readonly Known[]): SpectraOutput {
  const [{ truth, analysis }] = known as [Known];
  const each = truth.length ** 2 * (3 + (analysis.members?.[0]?.length ?? 0));
  const every = Math.ceil(known.length / Math.max(4, Math.floor(most / each)));
  const some = known.filter((_, k) => k % every === 0);
  const of = (field: (at: Known) => readonly number[]) => powerSpectrum(some.map(field));
  return {
    truth: of((at) => at.truth),
    analysis: of((at) => at.analysis.mean),
    error: of((at) => at.analysis.mean.map((v, i) => v - at.truth[i]!)),
    spread:
      analysis.members === null
        ? null
        : powerSpectrum(some.flatMap((at) => anomalies(at.analysis))),
  };
}

/** √(N wₙ/(1 − Σ w²)) (Eₙ − x̄), a row per member: the mean of their squares is the variance. */
function anomalies({ members, mean, weights }: NaturalState): number[][] {
  const N = members![0]!.length;
  const w = weights ?? new Array<number>(N).fill(1 / N);
  const free = Math.max(1e-10, 1 - w.reduce((sum, v) => sum + v * v, 0));
  return w.map((v, n) => {
    const size = Math.sqrt((N * v) / free);
    return members!.map((row, i) => size * (row[n]! - mean[i]!));
  });
}

/** null where what is seen is not linear in the state, or there is too little of it. */
function residualsOf(
  spinup: number,
  view: View,
  variance: Scalar,
  runs: readonly Scored[],
): ResidualsOutput | null {
  const rows = runs.flatMap((run) => residualRows(spinup, view, run));
  const m = rows[0]?.forecast.length ?? 0;
  if (m === 0) return null;
  const R = typeof variance === "number" ? [variance] : [...variance.data()];
  return {
    ...desroziers(
      rows.map(({ forecast }) => forecast),
      rows.map(({ analysis }) => analysis),
    ),
    assumed: Array.from({ length: m }, (_, j) => (R.length === m ? R[j]! : R[0]!)),
  };
}

interface ResidualRow {
  readonly forecast: number[];
  readonly analysis: number[];
}

/** y − H x of forecasts and analyses by column, NaN at the gaps; none if H is not linear. */
function residualRows(spinup: number, view: View, { run, trajectory }: Scored): ResidualRow[] {
  const { series, positions, plain, truth } = trajectory;
  const columns = plain.columns.length;
  const last = Math.min(run.results.length, series.times.length);
  const rows: ResidualRow[] = [];
  for (let k = spinup; k < last; k++) {
    const row = scope(() => {
      const places = positions && index(positions, 0, k);
      const { linear, apply } = operatorAt(view, places, truth?.[0]?.length ?? columns);
      if (!linear) return null;
      const y = index(series.y, 0, k).data();
      const seen = series.mask && index(series.mask, 0, k).data();
      const residual = (state: unknown): number[] => {
        const Hx = apply(run.filter.moments(state).mean).data();
        const values = Array.from(y, (v, j) => (seen?.[j] === 0 ? Number.NaN : v - Hx[j]!));
        return places === null ? values : spreadOver(values, places.data(), columns);
      };
      const { forecast, analysis } = run.results[k]!;
      return { forecast: residual(forecast), analysis: residual(analysis) };
    });
    if (row === null) return [];
    rows.push(row);
  }
  return rows;
}
