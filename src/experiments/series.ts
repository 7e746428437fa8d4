/**
 * A filter run over a whole record with given values, cycle by cycle, and on beyond it.
 *
 * One cycle is captured and replayed, so that a run that diverges can say at which cycle, and
 * what came before is kept.
 */
import { capture, NumericError, slice } from "../engine/index.js";
import {
  type Cycle,
  type CycleResult,
  cycleKeys,
  type Filter,
  runCycle,
} from "../filters/index.js";
import type { NamedTensors } from "../learn/index.js";
import { type ObservationSeries, observationAt } from "../observe/index.js";
import type { Key } from "../random/index.js";
import { filterOf, motionOf, observationVariance, priorOf } from "./assembly.js";
import type { Data } from "./data.js";
import type { Specification } from "./specification.js";
import { lookingUp } from "./values.js";

export interface FilterRun<S> {
  readonly filter: Filter<S>;
  /** Results of the cycles that went well: those of the record, then those beyond it. */
  readonly results: readonly CycleResult<S>[];
  /** The cycles that they belong to, without observations. */
  readonly cycles: readonly Omit<Cycle, "observation">[];
  /** The cycle that failed, and why. */
  readonly failure: { readonly cycle: number; readonly message: string } | null;
}

/** The steps of time after the last observation. */
export function horizon({ time }: Specification): number[] {
  const whole = Math.round(time.forecast / time.step);
  return new Array<number>(whole).fill(time.step);
}

/** The parts of one cycle, with the values in place. */
function parts(specification: Specification, { initial }: Data, values: NamedTensors) {
  const read = lookingUp(values);
  const motion = motionOf(specification, read);
  return {
    motion,
    filter: filterOf(specification, read),
    prior: priorOf(initial, specification.model, motion, read),
    variance: observationVariance(specification.observations.noise, read),
  };
}

export function runFilter(
  specification: Specification,
  data: Data,
  values: NamedTensors,
  initialKey: Key,
  key: Key,
): FilterRun<unknown> {
  const { series, view } = data;
  const beyond = horizon(specification);
  const intervals = [...series.intervals, ...beyond];
  const keys = cycleKeys(key, 0, intervals.length);

  const begin = capture((at: NamedTensors, startKey: Key) => {
    const { filter, prior } = parts(specification, data, at);
    return filter.init(prior, startKey);
  });
  const advance = capture(
    (
      at: NamedTensors,
      before: unknown,
      interval: number,
      observed: Pick<ObservationSeries, "y" | "mask"> | null,
      cycleKey: Key,
    ) => {
      const { filter, motion, variance } = parts(specification, data, at);
      const observation =
        observed && observationAt(observed, 0, view.operator, variance, view.support);
      return runCycle(
        filter,
        before,
        { ...motion.crossing([interval])[0]!, observation },
        cycleKey,
      );
    },
  );

  const { filter, motion } = parts(specification, data, values);
  const results: CycleResult<unknown>[] = [];
  const finished = (failure: FilterRun<unknown>["failure"]): FilterRun<unknown> => ({
    filter,
    results,
    cycles: motion.crossing(intervals).slice(0, results.length),
    failure,
  });
  try {
    let state = begin(values, initialKey);
    for (const [k, interval] of intervals.entries()) {
      const observed = k < series.times.length ? rowOf(series, k) : null;
      const result = advance(values, state, interval, observed, keys[k]!);
      state = result.analysis;
      results.push(result);
    }
    return finished(null);
  } catch (error) {
    if (!(error instanceof NumericError)) throw error;
    return finished({ cycle: results.length, message: error.message });
  }
}

const rowOf = ({ y, mask }: ObservationSeries, k: number) => ({
  y: slice(y, 0, k, k + 1),
  mask: mask && slice(mask, 0, k, k + 1),
});
