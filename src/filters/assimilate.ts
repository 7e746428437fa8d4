/**
 * A filter over a sequence of cycles: forecast to the next observation, analyse it, and so on.
 *
 * Every cycle has a key of its own, made from its place in the whole record, so a record that is
 * cut into windows gives the same numbers as in one piece. From a batch of keys [B, 2], a key for each
 * trajectory, every trajectory gets the same numbers as alone.
 */
import { add, checkpoint, type Tensor, UsageError, zeros } from "../engine/index.js";
import type { Transition } from "../models/index.js";
import type { Observation } from "../observe/index.js";
import { foldIn, type Key, split } from "../random/index.js";
import type { Cycle, CycleResult, Filter, Method } from "./filter.js";

export interface Assimilation<S> {
  /** The state after the last cycle. */
  readonly state: S;
  /** Σ ℓ over the cycles, [...]. */
  readonly logEvidence: Tensor;
}

export interface AssimilationSeries<S> extends Assimilation<S> {
  readonly series: readonly CycleResult<S>[];
}

/** The keys of the cycles first, first + 1, … of a record; of a batch of keys, batches. */
export const cycleKeys = (key: Key, first: number, count: number): Key[] =>
  Array.from({ length: count }, (_, i) => foldIn(key, first + i));

/** One cycle from the analysis before it. */
export const runCycle = <S>(
  method: Method<S>,
  before: S,
  cycle: Cycle,
  key: Key,
): CycleResult<S> =>
  "cycle" in method ? method.cycle(before, cycle, key) : filterCycle(method, before, cycle, key);

/** The analysis of a state that is at the time of the observation already. */
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

/** Forecast, step by step, and analysis. */
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

export interface AssimilateOptions {
  /**
   * Keep only what goes from cycle to cycle, and compute each cycle again for its derivative: a
   * window then needs the memory of one cycle, and a third more time. @defaultValue false
   */
  readonly recompute?: boolean;
}

/** The last state and the evidence of the whole sequence; `keys` holds one key per cycle. */
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

/** One cycle whose inner values are not kept. */
function recomputed<S>(filter: Method<S>, before: S, cycle: Cycle, key: Key): CycleResult<S> {
  return checkpoint((state: S) => runCycle(filter, state, cycle, key))(before);
}

/** The same, keeping the forecast and the analysis of every cycle. */
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
      `assimilate: ${cycles.length} cycles and ${keys.length} keys; need one each. Make them with cycleKeys(key, first, ${cycles.length}).`,
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
