/** A method's run as people read it: states, and innovations in independent units. */
import type { Tensor } from "../engine/index.js";
import type { CycleResult, KalmanState, Method } from "../filters/index.js";
import { rts } from "../smoothers/index.js";
import { type NaturalState, naturalMoments, naturalState } from "./bands.js";
import type { Trajectory } from "./data.js";
import { inLogarithms } from "./motion.js";
import type { Band, InnovationSeries, StateSeries } from "./output.js";
import { runawayOf } from "./runaway.js";
import { horizon, type Watcher } from "./series.js";
import type { ModelSpecification, Specification } from "./specification.js";
import { spreadOver } from "./twins.js";

/** A run over one trajectory in plain numbers, of the cycles that went well. */
export interface Described {
  readonly states: StateSeries;
  /** Of the cycles observed; none where the method knows no covariance of its innovations. */
  readonly innovations: InnovationSeries;
  /** ℓ of the cycles observed. */
  readonly logEvidence: readonly number[];
  /** Of the analyses of the cycles observed; none in a record, for it has no truth. */
  readonly crps: readonly number[];
}

/** Mutable, row by row. */
interface Rows extends Band {
  readonly mean: (readonly number[])[];
  readonly sd: (readonly number[])[];
  readonly lower: (readonly number[])[];
  readonly upper: (readonly number[])[];
}

const noRows = (): Rows => ({ mean: [], sd: [], lower: [], upper: [] });

/** Notes a state; gives its score against a truth. */
function add(rows: Rows, state: NaturalState, truth: readonly number[] | null): number | null {
  const { lower, upper, crps } = state.whole(truth);
  rows.mean.push(state.mean);
  rows.sd.push(state.sd);
  rows.lower.push(lower);
  rows.upper.push(upper);
  return crps;
}

/** Watches a run and describes what it saw. */
export function describing(
  specification: Specification,
  trajectory: Trajectory,
  method: Method<unknown>,
): { readonly watcher: Watcher; described(): Described } {
  const logs = inLogarithms(specification.model);
  const { series, truth } = trajectory;
  const K = series.times.length;
  const exact = specification.method.kind === "rts";
  const lag = "past" in method ? method.lag : 0;
  const forecast = { mean: [] as (readonly number[])[], sd: [] as (readonly number[])[] };
  const analysis = noRows();
  const smoothed = noRows();
  const innovations = innovationRows(trajectory);
  const logEvidence: number[] = [];
  const crps: number[] = [];
  const runaway = runawayOf(trajectory);

  const past = (state: unknown, back: number): NaturalState =>
    naturalMoments(() => ("past" in method ? method : never()).past(state, back), logs);

  const watcher: Watcher = {
    keeps: exact,
    cycle: (k, result) => {
      const before = naturalState(method, result.forecast, logs);
      const after = naturalState(method, result.analysis, logs);
      const fault = k < K ? runaway(k, before, after) : null;
      if (fault !== null) return fault;
      forecast.mean.push(before.mean);
      forecast.sd.push(before.sd);
      const score = add(analysis, after, truth && k < K ? truth[k]! : null);
      if (k < K) {
        const { logEvidence: l, innovation, chiSquare } = result.evidence!;
        logEvidence.push(l.item());
        if (score !== null) crps.push(score);
        if (method.evidence !== "misfit") innovations.add(k, innovation, chiSquare.item());
      }
      if (lag > 0 && k >= lag) add(smoothed, past(result.analysis, lag), null);
      return null;
    },
    end: (state, results, cycles) => {
      const done = analysis.mean.length;
      if (exact && done > 0) {
        for (const each of rts(results as CycleResult<KalmanState>[], cycles)) {
          add(smoothed, naturalState(method, each, logs), null);
        }
      }
      for (let k = smoothed.mean.length; lag > 0 && k < done; k++) {
        add(smoothed, past(state, done - 1 - k), null);
      }
    },
  };
  const last = series.times.at(-1)!;
  const beyond = horizon(specification).map((step, i) => last + (i + 1) * step);
  const described = (): Described => ({
    states: {
      variables: variableNames(specification.model, trajectory, analysis.mean[0]?.length ?? 0),
      times: [...series.times, ...beyond].slice(0, analysis.mean.length),
      observed: Math.min(analysis.mean.length, K),
      forecast,
      analysis,
      smoothed: smoothed.mean.length > 0 ? smoothed : null,
      truth,
    },
    innovations: innovations.rows,
    logEvidence,
    crps,
  });
  return { watcher, described };
}

function never(): never {
  throw new TypeError("describing: a filter has no past");
}

/** Names of the state's variables: those of the columns that observe them, where there are any. */
function variableNames(model: ModelSpecification, { plain }: Trajectory, d: number): string[] {
  const standard = model.kind === "clohessy-wiltshire" ? ["x1", "x2", "x3", "v1", "v2", "v3"] : [];
  return Array.from({ length: d }, (_, i) => {
    const column = plain.components.indexOf(i);
    return column >= 0 ? plain.columns[column]! : (standard[i] ?? `x${i}`);
  });
}

/** Innovations by columns; NaN at the gaps. */
function innovationRows({ plain, positions }: Trajectory) {
  const rows = {
    standardised: [] as number[][],
    chiSquare: [] as number[],
    degrees: [] as number[],
  };
  const columns = plain.columns.length;
  const places = positions?.data();
  const inColumns = (values: number[], k: number, seen: readonly boolean[]): number[] => {
    const m = values.length;
    if (places === undefined) return values.map((v, j) => (seen[j] ? v : Number.NaN));
    return spreadOver(values, places.subarray(k * m, (k + 1) * m), columns);
  };
  const add = (k: number, innovation: Tensor, chiSquare: number): void => {
    const seen = plain.values[k]!.map((v) => !Number.isNaN(v));
    rows.standardised.push(inColumns([...innovation.data()], k, seen));
    rows.chiSquare.push(chiSquare);
    rows.degrees.push(seen.filter(Boolean).length);
  };
  return { rows, add };
}
