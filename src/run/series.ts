/**
 * A filter run over a whole record with given values, cycle by cycle, and on beyond it.
 *
 * One cycle is captured and replayed, so that a run that diverges can say at which cycle, and what
 * came before is kept. Tensors live as long as their cycle: who watches notes what is to be kept, so
 * long runs of large ensembles need the memory of one cycle.
 */
import { capture, index, NumericError, release, scope, sub, type Tensor } from "../engine/index.js";
import {
  type Cycle,
  type CycleResult,
  cycleKeys,
  type Method,
  runCycle,
} from "../filters/index.js";
import type { NamedTensors, ObservedTensors } from "../learn/index.js";
import type { Observation } from "../observe/index.js";
import type { Key } from "../random/index.js";
import { operatorAt } from "./assembly.js";
import type { Data, Trajectory } from "./data.js";
import { partsOf } from "./parts.js";
import type { Specification } from "./specification.js";
import { lookingUp } from "./values.js";

/** The cycle that failed, and why. */
export interface Failure {
  readonly cycle: number;
  readonly message: string;
}

/** One cycle, and y − H x̄ of its forecast and its analysis, [m]; null if H is not linear, or nothing seen. */
interface Followed {
  readonly result: CycleResult<unknown>;
  readonly residuals: Residuals | null;
}

export interface Residuals {
  readonly forecast: Tensor;
  readonly analysis: Tensor;
}

/** What watches a run. */
export interface Watcher {
  /** Whether the tensors of all cycles are to be there at the end. */
  readonly keeps: boolean;
  /** A cycle that went well; says why the run cannot go on after it, or null. */
  cycle(k: number, result: CycleResult<unknown>, residuals: Residuals | null): string | null;
  /** The last state, and the results and the ways of the cycles if they were kept. */
  end(
    state: unknown,
    results: readonly CycleResult<unknown>[],
    cycles: readonly Omit<Cycle, "observation">[],
  ): void;
}

export interface FilterRun {
  readonly failure: Failure | null;
  /** Of the method alone, without what watches it. */
  readonly seconds: number;
  /** Of each cycle of the record; the first ones are spent on making programs. */
  readonly cycleSeconds: readonly number[];
}

/** The steps of time after the last observation. */
export function horizon({ time }: Specification): number[] {
  const whole = Math.round(time.forecast / time.step);
  return new Array<number>(whole).fill(time.step);
}

/** Runs of a method over trajectories, all with the same values; its programs are made once. */
export function filterRuns(
  specification: Specification,
  data: Data,
  values: NamedTensors,
): {
  readonly method: Method<unknown>;
  /** `rest` is waited for now and then, with the number of cycles done. */
  run(
    trajectory: Trajectory,
    watcher: Watcher,
    rest: (done: number) => Promise<void>,
  ): Promise<FilterRun>;
} {
  const { view } = data;
  const parts = (at: NamedTensors) => partsOf(specification, data, lookingUp(at));
  const begin = capture((at: NamedTensors, startKey: Key) => {
    const { filter, prior } = parts(at);
    return filter.init(prior, startKey);
  });
  const advance = capture(
    (
      at: NamedTensors,
      before: unknown,
      interval: number,
      seen: ObservedTensors | null,
      cycleKey: Key,
    ) => {
      const { filter, motion, variance } = parts(at);
      const observation = seen && {
        y: seen.y,
        mask: seen.mask,
        operator: operatorAt(view, seen.positions, motion.dimension),
        variance,
        support: view.support,
      };
      const [crossing] = motion.crossing([interval]);
      const result = runCycle(filter, before, { ...crossing!, observation }, cycleKey);
      return { result, residuals: residualsOf(filter, result, observation) };
    },
  );
  const { filter, motion } = parts(values);

  const run = async (
    trajectory: Trajectory,
    watcher: Watcher,
    rest: (done: number) => Promise<void>,
  ): Promise<FilterRun> => {
    const { series, keys } = trajectory;
    const intervals = [...series.intervals, ...horizon(specification)];
    const cycleSeconds: number[] = [];
    const cycle = (before: unknown, k: number): Followed => {
      const seen = k < series.times.length ? seenAt(trajectory, k) : null;
      const [cycleKey] = cycleKeys(keys.cycles, k, 1);
      const began = performance.now();
      const followed = advance(values, before, intervals[k]!, seen, cycleKey!);
      cycleSeconds.push((performance.now() - began) / 1000);
      return followed;
    };
    const kept: CycleResult<unknown>[] = [];
    let state: unknown = null;
    let done = 0;
    let rested = Date.now();
    let fault: string | null = null;
    try {
      state = begin(values, keys.initial);
      while (done < intervals.length && fault === null) {
        const before = state;
        const result = scope(() => {
          const { result: all, residuals } = cycle(before, done);
          fault = watcher.cycle(done, all, residuals);
          return watcher.keeps ? all : { ...all, forecast: null, evidence: null };
        });
        if (fault !== null) break;
        state = result.analysis;
        if (watcher.keeps) kept.push(result as CycleResult<unknown>);
        else release(before);
        done += 1;
        if (Date.now() - rested > restEvery) {
          await rest(done);
          rested = Date.now();
        }
      }
    } catch (error) {
      if (!(error instanceof NumericError)) throw error;
      fault = error.message;
    }
    watcher.end(state, kept, motion.crossing(intervals.slice(0, kept.length)));
    return {
      failure: fault === null ? null : { cycle: done, message: fault },
      seconds: cycleSeconds.reduce((sum, t) => sum + t, 0),
      cycleSeconds: cycleSeconds.slice(0, series.times.length),
    };
  };
  return { method: filter, run };
}

function residualsOf(
  { moments }: Method<unknown>,
  { forecast, analysis }: CycleResult<unknown>,
  observation: Observation | null,
): Residuals | null {
  if (observation === null || !observation.operator.linear) return null;
  const { y, operator } = observation;
  const residual = (state: unknown) => sub(y, operator.apply(moments(state).mean));
  return { forecast: residual(forecast), analysis: residual(analysis) };
}

/** Milliseconds. */
const restEvery = 100;

const seenAt = ({ series: { y, mask }, positions }: Trajectory, k: number): ObservedTensors => ({
  y: index(y, 0, k),
  mask: mask && index(mask, 0, k),
  positions: positions && index(positions, 0, k),
});
