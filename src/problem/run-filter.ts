/** A method run over observations, with its results as plain arrays. */
import { NumericError, release, scope } from "../engine/index.js";
import { cycleKeys, type Method } from "../filters/index.js";
import type { NamedTensors } from "../parts/index.js";
import { checkCount, checkOptions } from "../parts/index.js";
import { type Key, key as keyOf } from "../random/index.js";
import { checkDemand } from "./check-demand.js";
import { checkMethod, checkValues } from "./check-method.js";
import { type FilterProgram, filterProgram, type Observer, passCycles } from "./cycles.js";
import type { AnyMethod } from "./method.js";
import { momentsReader, type NaturalState, naturalMoments, naturalState } from "./natural.js";
import { type StateData, stateData, stateOf } from "./state-data.js";
import { expectProblem, type StateSpace } from "./system.js";
import { growingTable, type Table } from "./table.js";
import {
  asTrajectory,
  expectRootKey,
  type Observations,
  type RunKeys,
  runKeys,
} from "./trajectory.js";

/** Mean and standard deviation of every variable in natural units, [K, d] each. */
export interface States {
  readonly mean: Table;
  readonly sd: Table;
}

/** States at times after the last observation. */
export interface ForecastStates extends States {
  readonly times: readonly number[];
}

export interface Run {
  /** The times of the observations, [K]. */
  readonly times: readonly number[];
  /** Before each observation. */
  readonly background: States;
  /** After each observation. */
  readonly analysis: States;
  /** Knowing later observations, too; null if the method is no smoother. */
  readonly smoothed: States | null;
  /** Natural logarithm, all constants included; null where the method knows no likelihood. */
  readonly logLikelihood: number | null;
  /** ℓ of each observation, [K]; the method's `evidence` says what it is. */
  readonly logEvidence: Float64Array;
  /** L⁻¹(y − ȳ), S = LLᵀ, [K, m]: N(0, I) if the filter is right; 0 at the gaps. */
  readonly innovations: Table;
  /** The sum of squares of each innovation, [K]; its mean is the number of values observed. */
  readonly chiSquare: Float64Array;
  /** The true states in natural units, [K][d], in a twin. */
  readonly truth: readonly (readonly number[])[] | null;
  /** States at so many model steps after the last observation. */
  forecast(steps: number): ForecastStates;
}

export interface RunOptions {
  /** The root key, as that of a twin. @defaultValue the key of the problem's seed */
  readonly key?: Key;
  /** Learned values by name, such as those of a fit. @defaultValue the starts */
  readonly values?: NamedTensors;
}

/**
 * Runs a method over observations.
 *
 *     S₀ = init(p₀);   for each time: S⁻ = forecast(S),  S, ℓ = analyse(S⁻, y)
 *
 * One cycle is captured and replayed, so that a run costs what `kalmia run` costs.
 *
 * @throws UsageError for observations or a method that do not fit the problem.
 * @throws NumericError if the run fails; the message names the cycle, its time and the cause.
 */
export function runFilter(
  method: AnyMethod,
  system: StateSpace,
  observations: Observations,
  options: RunOptions = {},
): Run {
  checkOptions("runFilter", options, ["key", "values"]);
  expectProblem("runFilter", system);
  const { key = keyOf(system.seed), values } = options;
  checkMethod("runFilter", method, system);
  checkValues("runFilter", values);
  expectRootKey("runFilter", key);
  const trajectory = asTrajectory(system, observations, "runFilter");
  const { times, logJacobian } = trajectory.series;
  const program = filterProgram(method, system, values);
  const keys = runKeys(key, trajectory);
  const collected = collect(program, times.length);
  const cycles = passCycles(program, trajectory, keys, collected.observer);
  let next = cycles.next();
  while (!next.done) next = cycles.next();
  program.forget();
  const { failure } = next.value;
  if (failure !== null) {
    throw new NumericError(
      `runFilter: the run diverged at cycle ${failure.cycle + 1} (time ${times[failure.cycle]}): ${failure.told}`,
    );
  }
  const { last, ...results } = collected.results();
  const total = results.logEvidence.reduce((sum, l) => sum + l, logJacobian);
  const { evidence = "likelihood" } = program.method;
  return {
    times,
    ...results,
    logLikelihood: evidence === "likelihood" ? total : null,
    truth: trajectory.truth,
    forecast: (steps) => {
      const again = filterProgram(method, system, values);
      const forecast = { from: last, at: times.at(-1)!, cycle: times.length, steps };
      const states = forecastFrom(again, keys, system, forecast);
      again.forget();
      return states;
    },
  };
}

/** Forecasts by model steps from a saved state. */
export function forecastFrom(
  program: FilterProgram,
  keys: RunKeys,
  problem: StateSpace,
  given: {
    readonly from: StateData;
    /** The time of the state, and the number of the next cycle. */
    readonly at: number;
    readonly cycle: number;
    readonly steps: number;
  },
): ForecastStates {
  checkCount("forecast", "steps", given.steps, 0);
  checkDemand("forecast", problem, { beyond: given.steps });
  const { coordinates, dimension: d } = program.system.model;
  const logs = coordinates === "log";
  const [mean, sd] = [growingTable(d, given.steps), growingTable(d, given.steps)];
  let state: unknown = stateOf(given.from);
  for (let i = 0; i < given.steps; i++) {
    const [key] = cycleKeys(keys.cycles, given.cycle + i, 1);
    const before = state;
    state = scope(() => program.cycle(before, problem.step, null, key!).result.analysis);
    release(before);
    const now = naturalState(program.method, state, logs);
    mean.push(now.mean);
    sd.push(now.sd);
  }
  release(state);
  const times = Array.from({ length: given.steps }, (_, i) => given.at + (i + 1) * problem.step);
  return { times, mean: mean.table(), sd: sd.table() };
}

interface Results
  extends Pick<
    Run,
    "background" | "analysis" | "smoothed" | "logEvidence" | "innovations" | "chiSquare"
  > {
  /** The last state. */
  readonly last: StateData;
}

/** Notes the results of a run of K cycles. */
function collect(
  { method, system: { model } }: FilterProgram,
  K: number,
): { readonly observer: Observer; results(): Results } {
  const d = model.dimension;
  const logs = model.coordinates === "log";
  const states = () => ({ mean: growingTable(d, K), sd: growingTable(d, K) });
  const [background, analysis, smoothed] = [states(), states(), states()];
  const write = momentsReader(method, logs);
  const noteState = (into: ReturnType<typeof states>, state: unknown): void =>
    write(state, { mean: into.mean.next(), sd: into.sd.next() });
  const note = (into: ReturnType<typeof states>, { mean, sd }: NaturalState): void => {
    into.mean.push(mean);
    into.sd.push(sd);
  };
  const tables = ({ mean, sd }: ReturnType<typeof states>): States => ({
    mean: mean.table(),
    sd: sd.table(),
  });
  const logEvidence: number[] = [];
  const chiSquare: number[] = [];
  let innovations: ReturnType<typeof growingTable> | null = null;
  let last: StateData = null;
  const lag = "past" in method ? method.lag : 0;
  const past = (state: unknown, back: number): NaturalState =>
    naturalMoments(() => (method as LagSmoother).past(state, back), logs);

  const observer: Observer = {
    keeps: method.smooth !== undefined,
    cycle: (k, { result }) => {
      noteState(background, result.forecast);
      noteState(analysis, result.analysis);
      const { logEvidence: l, innovation, chiSquare: square } = result.evidence!;
      logEvidence.push(l.item());
      chiSquare.push(square.item());
      innovations ??= growingTable(innovation.size, K);
      innovations.push(innovation.data());
      if (lag > 0 && k >= lag) note(smoothed, past(result.analysis, lag));
      return null;
    },
    end: (state, results, cycles) => {
      last = stateData(state);
      for (const each of method.smooth?.(results, cycles) ?? []) {
        scope(() => noteState(smoothed, each));
      }
      for (let k = Math.max(0, K - lag); lag > 0 && k < K; k++)
        note(smoothed, past(state, K - 1 - k));
    },
  };
  return {
    observer,
    results: () => ({
      background: tables(background),
      analysis: tables(analysis),
      smoothed: lag > 0 || method.smooth !== undefined ? tables(smoothed) : null,
      logEvidence: Float64Array.from(logEvidence),
      chiSquare: Float64Array.from(chiSquare),
      innovations: innovations!.table(),
      last,
    }),
  };
}

type LagSmoother = Extract<Method<unknown>, { readonly lag: number }>;
