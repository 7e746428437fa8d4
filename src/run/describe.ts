/** A run in plain numbers: states in natural units, and innovations in independent units. */
import type { Tensor } from "../engine/index.js";
import type { Method } from "../filters/index.js";
import type { BoundModel } from "../models/index.js";
import {
  type FilterProgram,
  type NaturalMembers,
  type NaturalState,
  naturalMoments,
  naturalState,
  type Observer,
  spreadOver,
  type Trajectory,
} from "../problem/index.js";
import { distributionOf } from "./bands.js";
import { divergenceJudge } from "./divergence.js";
import type { Band, InnovationSeries, StateSeries } from "./output.js";
import type { TimeSpecification } from "./specification.js";

/** A run over one trajectory in plain numbers, up to a divergence. */
export interface Described {
  readonly states: StateSeries;
  /** Innovations of the observed cycles; empty if the method knows no covariance of them. */
  readonly innovations: InnovationSeries;
  /** ℓ of the observed cycles. */
  readonly logEvidence: readonly number[];
  /** Whether the weights of a particle filter degenerated at each observed cycle; empty for other methods. */
  readonly degenerate: readonly boolean[];
  /** CRPS of the analyses of the observed cycles; empty for a record, which has no truth. */
  readonly crps: readonly number[];
  /** y − H x̄ by column after the spin-up, NaN at the gaps; empty where the operator is not linear. */
  readonly residuals: Readonly<Record<"forecast" | "analysis", readonly (readonly number[])[]>>;
  /** Why there are no smoothed states of a smoother; null if nothing failed. */
  readonly smoothingFailure: string | null;
  /** In a twin, samples of the times after the spin-up: all times, or some if members are many. */
  readonly samples: readonly Sample[];
}

/** Truth, mean and members at one time of a twin. */
export interface Sample {
  readonly truth: readonly number[];
  readonly mean: readonly number[];
  readonly members: NaturalMembers | null;
}

/** The largest number of values in the samples of a run. */
const mostSampled = 1e6;

/** A band that is filled row by row. */
interface Rows extends Band {
  readonly mean: (readonly number[])[];
  readonly sd: (readonly number[])[];
  readonly lower: (readonly number[])[];
  readonly upper: (readonly number[])[];
}

const noRows = (): Rows => ({ mean: [], sd: [], lower: [], upper: [] });

/** Adds a state to a band, and returns its CRPS against a truth. */
function add(rows: Rows, state: NaturalState, truth: readonly number[] | null): number | null {
  const { lower, upper, crps } = distributionOf(state, truth);
  rows.mean.push([...state.mean]);
  rows.sd.push([...state.sd]);
  rows.lower.push(lower);
  rows.upper.push(upper);
  return crps;
}

/** Returns the number of model steps after the last observation. */
export const horizonLength = ({ forecast, step }: TimeSpecification): number =>
  Math.round(forecast / step);

/** Returns the intervals of time after the last observation: one model step each. */
export const horizon = (time: TimeSpecification): number[] =>
  new Array<number>(horizonLength(time)).fill(time.step);

/** Makes an observer of a run that records it in plain numbers. */
export function describing(
  { method, system: { model } }: FilterProgram,
  time: TimeSpecification,
  trajectory: Trajectory,
): { readonly observer: Observer; described(): Described } {
  const logs = model.coordinates === "log";
  const { series, truth } = trajectory;
  const K = series.times.length;
  const lag = "past" in method ? method.lag : 0;
  const forecast = { mean: [] as (readonly number[])[], sd: [] as (readonly number[])[] };
  const analysis = noRows();
  const smoothed = noRows();
  const columns = byColumn(trajectory);
  const innovations = {
    standardised: [] as number[][],
    chiSquare: [] as number[],
    degrees: [] as number[],
  };
  const logEvidence: number[] = [];
  const degenerate: boolean[] = [];
  const crps: number[] = [];
  const residuals = { forecast: [] as number[][], analysis: [] as number[][] };
  const samples: Sample[] = [];
  const { spinup } = time;
  const judge = divergenceJudge(trajectory);

  const past = (state: unknown, back: number): NaturalState =>
    naturalMoments(() => (method as LagSmoother).past(state, back), logs);
  let smoothingFailure: string | null = null;
  /** Smooths; where that fails, the states of the filter are kept and no more is smoothed. */
  const smooth = (states: () => Iterable<NaturalState>): void => {
    if (smoothingFailure !== null) return;
    try {
      for (const state of states()) add(smoothed, state, null);
    } catch (error) {
      smoothingFailure = error instanceof Error ? error.message : String(error);
    }
  };

  const observer: Observer = {
    keeps: method.smooth !== undefined,
    cycle: (k, { result, residuals: residual }) => {
      const before = naturalState(method, result.forecast, logs);
      const after = naturalState(method, result.analysis, logs);
      const fault = k < K ? judge(k, before, after) : null;
      if (fault !== null) return fault;
      forecast.mean.push([...before.mean]);
      forecast.sd.push([...before.sd]);
      const score = add(analysis, after, truth && k < K ? truth[k]! : null);
      if (k < K) {
        const { logEvidence: l, innovation, chiSquare, degenerate: flag } = result.evidence!;
        logEvidence.push(l.item());
        if (flag !== undefined) degenerate.push(flag.item() > 0);
        if (score !== null) crps.push(score);
        if (method.evidence !== "misfit") {
          const observed = trajectory.record.values[k]!.filter((v) => !Number.isNaN(v));
          innovations.standardised.push(columns(innovation, k));
          innovations.chiSquare.push(chiSquare.item());
          innovations.degrees.push(observed.length);
        }
        if (residual !== null && k >= spinup) {
          residuals.forecast.push(columns(residual.forecast, k));
          residuals.analysis.push(columns(residual.analysis, k));
        }
        const numbers = after.members?.values.length ?? after.mean.length;
        const every = Math.ceil(((K - spinup) * numbers) / mostSampled);
        if (truth !== null && k >= spinup && (k - spinup) % every === 0) {
          samples.push({ truth: truth[k]!, mean: [...after.mean], members: after.members });
        }
      }
      if (lag > 0 && k >= lag) smooth(() => [past(result.analysis, lag)]);
      return null;
    },
    end: (state, results, cycles) => {
      const done = analysis.mean.length;
      if (done > 0 && method.smooth !== undefined) {
        smooth(() =>
          method.smooth!(results, cycles).map((each) => naturalState(method, each, logs)),
        );
      }
      const first = smoothed.mean.length;
      for (let k = first; lag > 0 && k < done; k++) smooth(() => [past(state, done - 1 - k)]);
    },
  };
  const last = series.times.at(-1)!;
  const beyond = horizon(time).map((step, i) => last + (i + 1) * step);
  const described = (): Described => ({
    states: {
      variables: variableNames(model, trajectory),
      times: [...series.times, ...beyond].slice(0, analysis.mean.length),
      observed: Math.min(analysis.mean.length, K),
      forecast,
      analysis,
      smoothed: smoothed.mean.length > 0 && smoothingFailure === null ? smoothed : null,
      truth,
    },
    innovations,
    logEvidence,
    degenerate,
    crps,
    residuals,
    smoothingFailure,
    samples,
  });
  return { observer, described };
}

type LagSmoother = Extract<Method<unknown>, { readonly lag: number }>;

/** Returns the names of the variables: those of the columns that observe them, if there are any. */
const variableNames = ({ variables, dimension: d }: BoundModel, { record }: Trajectory): string[] =>
  Array.from({ length: d }, (_, i) => {
    const column = record.components.indexOf(i);
    return column >= 0 ? record.columns[column]! : (variables?.[i] ?? `x${i}`);
  });

/** Arranges the values observed at cycle k by columns; NaN at the gaps. */
function byColumn({ record, positions }: Trajectory): (values: Tensor, k: number) => number[] {
  const all = positions?.data();
  return (x, k) => {
    const values = [...x.data()];
    const m = values.length;
    if (all === undefined) {
      return values.map((v, j) => (Number.isNaN(record.values[k]![j]!) ? Number.NaN : v));
    }
    return spreadOver(values, all.subarray(k * m, (k + 1) * m), record.columns.length);
  };
}
