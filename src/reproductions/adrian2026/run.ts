/** A trial from its description to its result: data, learning epoch by epoch, the test. */
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
  scope,
  slice,
  sqrt,
  square,
  sub,
  type Tensor,
} from "../../engine/index.js";
import {
  type EpochReport,
  evaluate,
  type NamedNumbers,
  type NamedTensors,
  type Rates,
  startLatents,
  type TrainState,
  tensorsOf,
  trainer,
  tuneRates,
  valuesOf,
} from "../../learn/index.js";
import type { Json, TrialHost } from "../reproduction.js";
import { community } from "./community.js";
import { dataOf, type TrialData } from "./data.js";
import { lorenz } from "./lorenz.js";
import { orbit } from "./orbit.js";
import { type Analyses, problemOf, type TrialProblem } from "./problem.js";
import type { System } from "./system.js";
import type { EpochResult, SystemName, TestSeries, Trial, TrialResult } from "./trial.js";

const systems: Readonly<Record<SystemName, System>> = { orbit, lorenz, community };

/** ReduceLROnPlateau of the paper: patience 5, PyTorch's factor. */
const plateau = { patience: 5, factor: 0.1 };

interface Checkpoint {
  readonly rates: Rates;
  readonly train: TrainState;
  readonly epochs: readonly EpochResult[];
}

export async function runTrial(trial: Trial, host: TrialHost): Promise<TrialResult> {
  const system = systems[trial.system];
  const data = dataOf(system, trial);
  const problem = problemOf(system, trial, data);
  const { definitions } = problem;
  const valuesAt = (latents: NamedNumbers): NamedTensors =>
    valuesOf(definitions, tensorsOf(definitions, latents, system.dtype));
  const errorsAt = (latents: NamedNumbers): number[] =>
    scope(() => system.errors(valuesAt(latents), trial, data.points));
  const { epochs: most, even = false } = trial;
  const options = { epochs: most, patience: most, plateau, normaliseGradients: even };
  const start = startLatents(definitions);
  const epochResult = (latents: NamedNumbers, report: EpochReport): EpochResult => ({
    ...{ training: report.training, validation: report.validation!, errors: errorsAt(latents) },
    ...{ rate: report.rate, recoveries: report.recoveries },
    filter: scope(() => scalarsOf(valuesAt(latents))),
  });
  let kept = host.resume as Checkpoint | null;
  if (kept === null) {
    const chosen = await tuneRates(problem, options, trial.rates, trial.tuning, start);
    kept = { rates: chosen.rates, train: chosen.state, epochs: [] };
  }
  const { rates } = kept;
  let { train } = kept;
  const epochs = [...kept.epochs];
  const training = trainer(problem, { ...options, rates });
  while (train.epoch < trial.epochs) {
    const { state, report } = training.epoch(train);
    train = state;
    epochs.push(epochResult(train.latents, report));
    const error = epochs.at(-1)!.errors[0]!.toPrecision(3);
    const detail = `${trial.method}, epoch ${train.epoch}: ${system.errorNames[0]} ${error}`;
    host.progress(train.epoch, trial.epochs, detail);
    await host.checkpoint({ rates, train, epochs } as unknown as Json);
  }
  training.forget();
  const latents = train.best?.latents ?? train.latents;
  const test = scope(() => tested(problem, trial, data, valuesAt(latents)));
  return { rates, initial: errorsAt(start), epochs, ...test };
}

/** The learned numbers of the filter. */
const scalarsOf = ({ inflation, mixing, halfWidth }: NamedTensors): Record<string, number> =>
  Object.fromEntries(
    Object.entries({ inflation, mixing, halfWidth }).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value.item()]],
    ),
  );

/** The filter over trajectories that it has not seen. */
function tested(
  problem: TrialProblem,
  trial: Trial,
  { test, truth, observed }: TrialData,
  values: NamedTensors,
): Pick<TrialResult, "test" | "series" | "grid"> {
  const everywhere = Array.from({ length: trial.dimension }, (_, i) => i);
  const grid = trial.grid.map((value) => {
    const name = trial.method === "enkf" ? "inflation" : "mixing";
    const changed = { ...values, [name]: full([], value, values[name]!.dtype as FloatType) };
    const found = followed(problem, changed, test);
    return found && errorOf(found, truth, 0, everywhere);
  });
  const series = followed(problem, values, test);
  if (series === null) return { test: null, series: null, grid };
  const after = Math.floor(trial.cycles / 6);
  const late = (places: readonly number[]): number | null =>
    places.length === 0 ? null : errorOf(series, truth, after, places);
  const places = new Set(trial.changing ? [] : observed[0]!);
  const unseen = trial.changing ? [] : everywhere.filter((i) => !places.has(i));
  return {
    grid,
    test: {
      pooled: errorOf(series, truth, 0, everywhere),
      late: errorOf(series, truth, after, everywhere),
      ...{ seen: late([...places]), unseen: late(unseen) },
    },
    series: trial.series ? seriesOf(series, truth, trial, test.windows, observed) : null,
  };
}

/** null where the filter fails, or leaves its bound. */
function followed(
  problem: TrialProblem,
  values: NamedTensors,
  test: TrialData["test"],
): Analyses | null {
  try {
    const found = evaluate(problem, values, test, problem.through);
    return max(abs(found.analysis)).item() <= problem.bound! ? found : null;
  } catch (error) {
    if (error instanceof NumericError) return null;
    throw error;
  }
}

/** √ of the mean square of analysis − truth from a cycle on, in some components. */
function errorOf(
  { analysis }: Analyses,
  truth: Tensor,
  from: number,
  places: readonly number[],
): number {
  const to = truth.shape[1]!;
  const part = (x: Tensor) => gather(slice(cast(x, "f64"), 1, from, to), indices(places), -1);
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
  const seen = observed.map((places, t) => {
    const row = new Array<number | null>(d).fill(null);
    places.forEach((i, k) => {
      row[i] = y[t * m + k]!;
    });
    return row;
  });
  const terms = method === "3dvar-k" ? null : { volume: first(volume), misfit: first(misfit) };
  return { analysis: rows(analysis), truth: rows(truth), observed: seen, terms };
}
