/** The learned filter over test trajectories: its errors, and series for pictures. */
import {
  abs,
  cast,
  type FloatType,
  full,
  gather,
  indices,
  max,
  mean,
  NumericError,
  slice,
  sqrt,
  square,
  stack,
  sub,
  type Tensor,
} from "../../engine/index.js";
import { evidenceTerms } from "../../filters/index.js";
import { type Evaluated, evaluate, type NamedTensors, type Window } from "../../learn/index.js";
import type { TrialData } from "./data.js";
import type { TrialProblem } from "./problem.js";
import type { TestSeries, Trial, TrialResult } from "./trial.js";

/** Analyses and the terms of the evidence, [B, L, ...]. */
interface Analyses {
  readonly analysis: Tensor;
  readonly volume: Tensor;
  readonly misfit: Tensor;
}

/** The filter over trajectories that it has not seen. */
export function tested(
  problem: TrialProblem,
  trial: Trial,
  { test, truth, observed }: TrialData,
  values: NamedTensors,
): Pick<TrialResult, "test" | "series" | "grid"> {
  const everywhere = Array.from({ length: trial.dimension }, (_, i) => i);
  const grid = trial.grid.map((value) => {
    const name = trial.method === "enkf" ? "covarianceInflation" : "mixing";
    const changed = { ...values, [name]: full([], value, values[name]!.dtype as FloatType) };
    const found = analysesOf(problem, changed, test);
    return found && errorOf(found, truth, 0, everywhere);
  });
  const series = analysesOf(problem, values, test);
  if (series === null) return { test: null, series: null, grid };
  const after = Math.floor(trial.cycles / 6);
  const late = (components: readonly number[]): number | null =>
    components.length === 0 ? null : errorOf(series, truth, after, components);
  const seen = new Set(trial.changing ? [] : observed[0]!);
  const unseen = trial.changing ? [] : everywhere.filter((i) => !seen.has(i));
  return {
    grid,
    test: {
      pooled: errorOf(series, truth, 0, everywhere),
      late: errorOf(series, truth, after, everywhere),
      ...{ seen: late([...seen]), unseen: late(unseen) },
    },
    series: trial.series ? seriesOf(series, truth, trial, test.windows, observed) : null,
  };
}

/** What the filter makes of the test trajectories; null where it fails, or leaves its bound. */
function analysesOf(
  problem: TrialProblem,
  values: NamedTensors,
  test: TrialData["test"],
): Analyses | null {
  try {
    const found = evaluate(problem, values, test, (...given) => windowAnalyses(problem, ...given));
    return max(abs(found.analysis)).item() <= problem.bound! ? found : null;
  } catch (error) {
    if (error instanceof NumericError) return null;
    throw error;
  }
}

function windowAnalyses(
  problem: TrialProblem,
  values: NamedTensors,
  before: unknown,
  window: Window,
): Evaluated<unknown, Analyses> {
  const { state, series, method, observations } = problem.series(values, before, window);
  const terms = series.map(({ evidence }, t) => evidenceTerms(evidence!, observations[t]!));
  const together = (each: readonly Tensor[]) => stack(each, 1);
  return {
    state,
    series: {
      analysis: together(series.map(({ analysis }) => method.moments(analysis).mean)),
      volume: together(terms.map(({ volume }) => volume)),
      misfit: together(terms.map(({ misfit }) => misfit)),
    },
  };
}

/** √ of the mean square of analysis − truth from a cycle on, in some components. */
function errorOf(
  { analysis }: Analyses,
  truth: Tensor,
  from: number,
  components: readonly number[],
): number {
  const to = truth.shape[1]!;
  const part = (x: Tensor) => gather(slice(cast(x, "f64"), 1, from, to), indices(components), -1);
  return sqrt(mean(square(sub(part(analysis), part(truth))))).item();
}

/** Digits of numbers in pictures. */
const rounded = (x: number): number => Number(x.toPrecision(5));

/** The first of the test trajectories, for pictures. */
function seriesOf(
  { analysis, volume, misfit }: Analyses,
  truth: Tensor,
  { method, dimension: d, cycles: T }: Trial,
  windows: TrialData["test"]["windows"],
  observed: TrialData["observed"],
): TestSeries {
  const first = (x: Tensor): number[] =>
    Array.from(x.data().subarray(0, x.size / x.shape[0]!), rounded);
  const rows = (x: Tensor): number[][] => {
    const flat = first(x);
    return Array.from({ length: T }, (_, t) => flat.slice(t * d, (t + 1) * d));
  };
  const y = windows.flatMap(({ trajectories }) => first(trajectories.y));
  const m = observed[0]!.length;
  const seen = observed.map((components, t) => {
    const row = new Array<number | null>(d).fill(null);
    components.forEach((i, k) => {
      row[i] = y[t * m + k]!;
    });
    return row;
  });
  const terms = method === "3dvar-k" ? null : { volume: first(volume), misfit: first(misfit) };
  return { analysis: rows(analysis), truth: rows(truth), observed: seen, terms };
}
