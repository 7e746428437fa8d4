/** A filter run as people read it: states, and innovations in independent units. */
import type { Tensor } from "../engine/index.js";
import type { CycleResult, KalmanState } from "../filters/index.js";
import { rts } from "../smoothers/index.js";
import { bandOf, type NaturalState, naturalMoments, naturalState } from "./bands.js";
import type { Trajectory } from "./data.js";
import { inLogarithms } from "./motion.js";
import type { InnovationSeries, StateSeries } from "./output.js";
import { type FilterRun, horizon } from "./series.js";
import type { MethodSpecification, ModelSpecification, Specification } from "./specification.js";
import { spreadOver } from "./twins.js";

/** Names of the state's variables: those of the columns that observe them, where there are any. */
function variableNames(model: ModelSpecification, { plain }: Trajectory, d: number): string[] {
  const standard = model.kind === "clohessy-wiltshire" ? ["x1", "x2", "x3", "v1", "v2", "v3"] : [];
  return Array.from({ length: d }, (_, i) => {
    const column = plain.components.indexOf(i);
    return column >= 0 ? plain.columns[column]! : (standard[i] ?? `x${i}`);
  });
}

export interface DescribedStates {
  readonly states: StateSeries;
  /** The same analyses with their members. */
  readonly analyses: readonly NaturalState[];
}

export function describeStates(
  specification: Specification,
  trajectory: Trajectory,
  run: FilterRun<unknown>,
): DescribedStates {
  const { filter, results } = run;
  const observed = Math.min(results.length, trajectory.series.times.length);
  const logs = inLogarithms(specification.model);
  const natural = (state: unknown) => naturalState(filter, state, logs);
  const forecasts = results.map(({ forecast }) => natural(forecast));
  const analyses = results.map(({ analysis }) => natural(analysis));
  const smoothed = smoothedStates(specification.method, run, logs);
  const d = forecasts[0]?.mean.length ?? 0;
  const last = trajectory.series.times.at(-1)!;
  const beyond = horizon(specification).map((step, i) => last + (i + 1) * step);
  return {
    analyses,
    states: {
      variables: variableNames(specification.model, trajectory, d),
      times: [...trajectory.series.times, ...beyond].slice(0, results.length),
      observed,
      forecast: bandOf(forecasts),
      analysis: bandOf(analyses),
      smoothed: smoothed && bandOf(smoothed),
      truth: trajectory.truth,
    },
  };
}

/** States given observations after them: all, or those within the lag; null: the method is a filter. */
function smoothedStates(
  { kind }: MethodSpecification,
  { filter, results, cycles }: FilterRun<unknown>,
  logs: boolean,
): NaturalState[] | null {
  if (results.length === 0) return null;
  if (kind === "rts") {
    const states = rts(results as CycleResult<KalmanState>[], cycles);
    return states.map((state) => naturalState(filter, state, logs));
  }
  if (!("past" in filter) || filter.lag === 0) return null;
  return results.map((_, k) => {
    const at = Math.min(k + filter.lag, results.length - 1);
    return naturalMoments(() => filter.past(results[at]!.analysis, at - k), logs);
  });
}

/** Of the cycles observed; none where the filter knows no covariance of its innovations. */
export function innovationsOf(
  { filter, results: all }: FilterRun<unknown>,
  { plain, positions }: Trajectory,
): InnovationSeries {
  const results = all.slice(0, plain.times.length);
  const seen = (k: number) => plain.values[k]!.map((v) => !Number.isNaN(v));
  const d = plain.columns.length;
  const places = positions?.data();
  const inColumns = (w: Tensor, k: number): number[] => {
    const values = [...w.data()];
    const m = values.length;
    if (places === undefined) return values.map((v, j) => (seen(k)[j] ? v : Number.NaN));
    return spreadOver(values, places.subarray(k * m, (k + 1) * m), d);
  };
  if (filter.evidence === "misfit") return { standardised: [], chiSquare: [], degrees: [] };
  return {
    standardised: results.map(({ evidence }, k) => inColumns(evidence!.innovation, k)),
    chiSquare: results.map(({ evidence }) => evidence!.chiSquare.item()),
    degrees: results.map((_, k) => seen(k).filter(Boolean).length),
  };
}
