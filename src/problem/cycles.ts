/**
 * A method over a record, cycle by cycle, and on beyond it.
 *
 * One cycle is captured and replayed, so that a run that diverges can say at which cycle, and what
 * came before is kept. Tensors live as long as their cycle: the observer of a run notes what is to be
 * kept, so long runs of large ensembles need the memory of one cycle.
 */
import { capture, NumericError, release, scope, type Tensor, tensor } from "../engine/index.js";
import {
  type Cycle,
  type CycleResult,
  cycleKeys,
  type Method,
  runCycle,
} from "../filters/index.js";
import { innovationOf, isExact, type Observation } from "../observe/index.js";
import { currentValues, type NamedTensors, startValues } from "../parts/index.js";
import type { Key } from "../random/index.js";
import { type AnyMethod, boundMethod } from "./method.js";
import { type BoundSystem, bindSystem, type StateSpace } from "./system.js";
import type { RunKeys, Trajectory } from "./trajectory.js";

/** What is observed at one cycle. */
export interface Seen {
  /** [m] */
  readonly y: Tensor;
  /** [m]; null without gaps. */
  readonly mask: Tensor | null;
  /** The variables observed, i32 [m], where they change. */
  readonly positions: Tensor | null;
}

/** y − h(x̄) of the forecast and of the analysis, [m] each. */
export interface Residuals {
  readonly forecast: Tensor;
  readonly analysis: Tensor;
}

/** One cycle; residuals are null if h is not linear, or nothing was observed. */
export interface PassedCycle {
  readonly result: CycleResult<unknown>;
  readonly residuals: Residuals | null;
}

/** A method for one problem and one set of values; its programs are made once. */
export interface FilterProgram {
  readonly method: Method<unknown>;
  readonly system: BoundSystem;
  /** The state before anything is observed. */
  begin(key: Key): unknown;
  /** One cycle: the forecast over an interval, and the analysis of what is seen. */
  cycle(before: unknown, interval: number, seen: Seen | null, key: Key): PassedCycle;
  /** Gives the programs back. */
  forget(): void;
}

export function filterProgram(
  method: AnyMethod,
  system: StateSpace,
  values: NamedTensors = {},
): FilterProgram {
  const bound = (at: NamedTensors) => {
    const source = Object.keys(at).length === 0 ? startValues : currentValues(at);
    const there = bindSystem(system, source);
    return { there, filter: boundMethod(method, system, there, source) };
  };
  const begin = capture((at: NamedTensors, key: Key) => {
    const { there, filter } = bound(at);
    return filter.init(there.prior, key);
  });
  const cycle = capture(
    (at: NamedTensors, before: unknown, interval: number, seen: Seen | null, key: Key) => {
      const { there, filter } = bound(at);
      const observation = seen && there.observation(seen);
      const [propagation] = there.propagations([interval]);
      const result = runCycle(filter, before, { ...propagation!, observation }, key);
      return { result, residuals: residualsOf(filter, result, observation) };
    },
  );
  const { there, filter } = bound(values);
  return {
    method: filter,
    system: there,
    begin: (key) => begin(values, key),
    cycle: (before, interval, seen, key) => cycle(values, before, interval, seen, key),
    forget: () => {
      begin.forget();
      cycle.forget();
    },
  };
}

function residualsOf(
  { moments }: Method<unknown>,
  { forecast, analysis }: CycleResult<unknown>,
  observation: Observation | null,
): Residuals | null {
  if (observation === null || !observation.operator.linear) return null;
  const { operator } = observation;
  const residual = (state: unknown) =>
    innovationOf(observation, operator.apply(moments(state).mean));
  return { forecast: residual(forecast), analysis: residual(analysis) };
}

/** What observes a run. */
export interface Observer {
  /** Whether the tensors of all cycles are to be there at the end. */
  readonly keeps: boolean;
  /** A cycle that went well; says why the run cannot go on after it, or null. */
  cycle(k: number, passed: PassedCycle): string | null;
  /** The last state, and the results and the cycles themselves if they were kept. */
  end(state: unknown, results: readonly CycleResult<unknown>[], cycles: readonly Cycle[]): void;
}

/** How a run ended. */
export interface CyclesRun {
  /** The cycle that failed, and why; null: none did. */
  readonly failure: {
    readonly cycle: number;
    readonly message: string;
    /** The message, and what may help where it does not say so itself. */
    readonly told: string;
  } | null;
  /** Seconds of the method alone, without what observes it. */
  readonly seconds: number;
  /** Seconds of each cycle of the record; the first ones are spent on making programs. */
  readonly cycleSeconds: readonly number[];
}

/**
 * Passes the cycles of a trajectory, and then intervals `beyond` it; yields the number of cycles done
 * after each, so that a caller can let other work have its turn.
 */
export function* passCycles(
  program: FilterProgram,
  trajectory: Pick<Trajectory, "series" | "positions">,
  keys: RunKeys,
  observer: Observer,
  beyond: readonly number[] = [],
): Generator<number, CyclesRun> {
  const { series } = trajectory;
  const intervals = [...series.intervals, ...beyond];
  const cycleSeconds: number[] = [];
  const seenAt = observationsOf(trajectory);
  const timed = (before: unknown, k: number): PassedCycle => {
    const seen = k < series.times.length ? seenAt(k) : null;
    const [key] = cycleKeys(keys.cycles, k, 1);
    const began = performance.now();
    const passed = program.cycle(before, intervals[k]!, seen, key!);
    cycleSeconds.push((performance.now() - began) / 1000);
    return passed;
  };
  const kept: CycleResult<unknown>[] = [];
  let state: unknown = null;
  let done = 0;
  let fault: string | null = null;
  let saysRemedy = false;
  try {
    state = program.begin(keys.initial);
    while (done < intervals.length && fault === null) {
      const before = state;
      const result = scope(() => {
        const passed = timed(before, done);
        fault = observer.cycle(done, passed);
        return observer.keeps
          ? passed.result
          : { ...passed.result, forecast: null, evidence: null };
      });
      if (fault !== null) break;
      state = result.analysis;
      if (observer.keeps) kept.push(result as CycleResult<unknown>);
      else release(before);
      done += 1;
      if (done === series.times.length) {
        fault = undetermined(program, state);
        saysRemedy = fault !== null;
      }
      yield done;
    }
  } catch (error) {
    if (!(error instanceof NumericError)) throw error;
    const known = error.singular && isExact(program.system.variance);
    fault = known ? knownAlready : error.words;
    saysRemedy = known;
  }
  const { system } = program;
  const passed = system.propagations(intervals.slice(0, kept.length)).map((propagation, k) => ({
    ...propagation,
    observation: k < series.times.length ? system.observation(seenAt(k)) : null,
  }));
  observer.end(state, kept, passed);
  return {
    failure: fault === null ? null : { cycle: done, message: fault, told: told(fault, saysRemedy) },
    seconds: cycleSeconds.reduce((sum, t) => sum + t, 0),
    cycleSeconds: cycleSeconds.slice(0, series.times.length),
  };
}

/** A cause with what may help where a filter diverged, unless the cause says it. */
const told = (cause: string, saysRemedy: boolean): string =>
  saysRemedy
    ? cause
    : `${cause} Shorter steps, more process noise or inflation, or another initial state may help.`;

/** What a singular S means where values are observed without error. */
const knownAlready =
  "a value that is observed without error (variance 0) is known already, by what was observed before or beside it, so its likelihood is not defined. Give the errors of the observations a variance above 0, or add process noise, or observe it once.";

/** Says which variable is still diffuse after the record; null: none. */
function undetermined({ method }: FilterProgram, state: unknown): string | null {
  const at = scope(() => method.moments(state).unknown?.data().indexOf(1) ?? -1);
  if (at < 0) return null;
  return `the record does not determine variable ${at}, which has a diffuse start. Give it a mean and a variance, or observe more.`;
}

/** Returns what is observed at cycle k. */
export function observationsOf({
  series: { y, mask },
  positions,
}: Pick<Trajectory, "series" | "positions">): (k: number) => Seen {
  const [rowOfY, rowOfMask, rowOfPositions] = [y, mask, positions].map((x) => x && rowReader(x));
  return (k) => ({
    y: rowOfY!(k),
    mask: rowOfMask?.(k) ?? null,
    positions: rowOfPositions?.(k) ?? null,
  });
}

/** The rows [m] of a tensor [K, m], each made where it is asked for. */
function rowReader(x: Tensor): (k: number) => Tensor {
  const values = x.data();
  const m = x.shape[1]!;
  return (k) => tensor(values.subarray(k * m, (k + 1) * m));
}
