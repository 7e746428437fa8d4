/**
 * A filter run over a whole record with given values, cycle by cycle, and on beyond it.
 *
 * One cycle is captured and replayed, so that a run that diverges can say at which cycle, and
 * what came before is kept.
 */
import { capture, index, NumericError } from "../engine/index.js";
import {
  type Cycle,
  type CycleResult,
  cycleKeys,
  type Method,
  runCycle,
} from "../filters/index.js";
import type { NamedTensors, Seen } from "../learn/index.js";
import type { Key } from "../random/index.js";
import { operatorAt } from "./assembly.js";
import type { Data, Trajectory } from "./data.js";
import { partsOf } from "./parts.js";
import type { Specification } from "./specification.js";
import { lookingUp } from "./values.js";

export interface FilterRun<S> {
  readonly filter: Method<S>;
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

/** Runs of the filter over trajectories, all with the same values; its programs are made once. */
export function filterRuns(
  specification: Specification,
  data: Data,
  values: NamedTensors,
): (trajectory: Trajectory) => FilterRun<unknown> {
  const { view } = data;
  const parts = (at: NamedTensors) => partsOf(specification, data, lookingUp(at));
  const begin = capture((at: NamedTensors, startKey: Key) => {
    const { filter, prior } = parts(at);
    return filter.init(prior, startKey);
  });
  const advance = capture(
    (at: NamedTensors, before: unknown, interval: number, seen: Seen | null, cycleKey: Key) => {
      const { filter, motion, variance } = parts(at);
      const observation = seen && {
        y: seen.y,
        mask: seen.mask,
        operator: operatorAt(view, seen.positions, motion.dimension),
        variance,
        support: view.support,
      };
      const [crossing] = motion.crossing([interval]);
      return runCycle(filter, before, { ...crossing!, observation }, cycleKey);
    },
  );
  const { filter, motion } = parts(values);

  return (trajectory) => {
    const { series, keys } = trajectory;
    const intervals = [...series.intervals, ...horizon(specification)];
    const all = cycleKeys(keys.cycles, 0, intervals.length);
    const results: CycleResult<unknown>[] = [];
    const finished = (failure: FilterRun<unknown>["failure"]): FilterRun<unknown> => ({
      filter,
      results,
      cycles: motion.crossing(intervals).slice(0, results.length),
      failure,
    });
    try {
      let state = begin(values, keys.initial);
      for (const [k, interval] of intervals.entries()) {
        const seen = k < series.times.length ? seenAt(trajectory, k) : null;
        const result = advance(values, state, interval, seen, all[k]!);
        state = result.analysis;
        results.push(result);
      }
      return finished(null);
    } catch (error) {
      if (!(error instanceof NumericError)) throw error;
      return finished({ cycle: results.length, message: error.message });
    }
  };
}

const seenAt = ({ series: { y, mask }, positions }: Trajectory, k: number): Seen => ({
  y: index(y, 0, k),
  mask: mask && index(mask, 0, k),
  positions: positions && index(positions, 0, k),
});
