/** Runs of a method over a sequence of cycles: forecast to the next observation, then analysis. */
import { add, checkpoint, type Tensor, UsageError, zeros } from "../engine/index.js";
import type { Transition } from "../models/index.js";
import type { Observation } from "../observe/index.js";
import { foldIn, type Key, split } from "../random/index.js";
import type { Cycle, CycleResult, Filter, Method } from "./filter.js";

/** The result of a run over a sequence of cycles. */
export interface Assimilation<S> {
  /** The state after the last cycle. */
  readonly state: S;
  /** Σ ℓ, the sum of the log-evidence over the cycles, [...]. */
  readonly logEvidence: Tensor;
}

/** The same, with the forecast and the analysis of every cycle. */
export interface AssimilationSeries<S> extends Assimilation<S> {
  readonly series: readonly CycleResult<S>[];
}

/**
 * Makes the random keys of the cycles first, first + 1, … first + count − 1 of a record: one key for each
 * cycle, or a batch of keys [B, 2] where `key` is a batch. The key of a cycle depends on its number in the
 * record, so a record that is cut into windows gives the same numbers as one that is not.
 */
export const cycleKeys = (key: Key, first: number, count: number): Key[] =>
  Array.from({ length: count }, (_, i) => foldIn(key, first + i));

/** Runs one cycle of a filter or a smoother, from the analysis of the cycle before. */
export const runCycle = <S>(
  method: Method<S>,
  before: S,
  cycle: Cycle,
  key: Key,
): CycleResult<S> =>
  "cycle" in method ? method.cycle(before, cycle, key) : filterCycle(method, before, cycle, key);

/** Analyses a state that is already at the time of the observation: a cycle without a forecast. */
export const analyseWithoutForecast = <S>(
  method: Method<S>,
  state: S,
  observation: Observation,
  transition: Transition,
  key: Key,
): S =>
  "cycle" in method
    ? method.cycle(state, { transition, steps: 0, observation }, key).analysis
    : method.analyse(state, observation, key).state;

/** Runs one cycle of a filter: forecasts step by step to the observation, then analyses it. */
export function filterCycle<S>(
  filter: Filter<S>,
  before: S,
  cycle: Cycle,
  key: Key,
): CycleResult<S> {
  const [forecastKey, analysisKey] = split(key) as [Key, Key];
  const { transition, steps, observation } = cycle;
  let forecast = before;
  for (let i = 0; i < steps; i++) {
    forecast = filter.forecast(forecast, transition, foldIn(forecastKey, i));
  }
  if (observation === null) return { forecast, analysis: forecast, evidence: null };
  const { state, ...evidence } = filter.analyse(forecast, observation, analysisKey);
  return { forecast, analysis: state, evidence };
}

/** Options of `assimilate`. */
export interface AssimilateOptions {
  /**
   * Keeps only the states between cycles, and computes each cycle again for its derivative: a window then
   * needs the memory of one cycle, and a third more time. @defaultValue false
   */
  readonly recompute?: boolean;
}

/**
 * Runs a method over a sequence of cycles and returns the last state and the log-evidence of the sequence.
 *
 *     S_t, ℓ_t = analyse(forecast(S_{t−1}), y_t),   logEvidence = Σ ℓ_t
 *
 * `keys` holds one random key for each cycle (`cycleKeys`). With a batch of keys [B, 2] every trajectory of
 * a batch gets the numbers that it would get alone.
 *
 * @throws UsageError unless there are as many keys as cycles.
 */
export function assimilate<S>(
  filter: Method<S>,
  initial: S,
  cycles: readonly Cycle[],
  keys: readonly Key[],
  { recompute = false }: AssimilateOptions = {},
): Assimilation<S> {
  const step = recompute ? recomputed : runCycle;
  return run(filter, initial, cycles, keys, step, () => {});
}

/** Runs one cycle without keeping its inner values: its derivative computes them again. */
function recomputed<S>(filter: Method<S>, before: S, cycle: Cycle, key: Key): CycleResult<S> {
  return checkpoint((state: S) => runCycle(filter, state, cycle, key))(before);
}

/**
 * Runs a method over a sequence of cycles as `assimilate` does, and keeps the forecast and the analysis of
 * every cycle.
 *
 * @throws UsageError unless there are as many keys as cycles.
 */
export function assimilateSeries<S>(
  filter: Method<S>,
  initial: S,
  cycles: readonly Cycle[],
  keys: readonly Key[],
): AssimilationSeries<S> {
  const series: CycleResult<S>[] = [];
  const end = run(filter, initial, cycles, keys, runCycle, (result) => series.push(result));
  return { ...end, series };
}

function run<S>(
  filter: Method<S>,
  initial: S,
  cycles: readonly Cycle[],
  keys: readonly Key[],
  step: typeof runCycle<S>,
  visit: (result: CycleResult<S>) => void,
): Assimilation<S> {
  if (cycles.length !== keys.length) {
    throw new UsageError(
      `assimilate: ${cycles.length} cycles and ${keys.length} keys; need one key for each cycle. Make them with cycleKeys(key, first, ${cycles.length}).`,
    );
  }
  let state = initial;
  let total: Tensor | null = null;
  for (const [t, cycle] of cycles.entries()) {
    const result = step(filter, state, cycle, keys[t]!);
    state = result.analysis;
    const gain = result.evidence?.logEvidence ?? null;
    if (gain !== null) total = total === null ? gain : add(total, gain);
    visit(result);
  }
  return { state, logEvidence: total ?? zeros([]) };
}
