/** A filter that takes observations as they come. */
import { release, scope, tensor, UsageError } from "../engine/index.js";
import { cycleKeys } from "../filters/index.js";
import { inSteps, intervalBetween } from "../models/index.js";
import { observationSeries } from "../observe/index.js";
import type { NamedTensors } from "../parts/index.js";
import { checkOptions } from "../parts/index.js";
import { type Key, key as keyOf } from "../random/index.js";
import { checkMethod, checkValues } from "./check-method.js";
import { type FilterProgram, filterProgram, type Seen } from "./cycles.js";
import type { AnyMethod } from "./method.js";
import { type NaturalState, naturalState } from "./natural.js";
import { plainRecord } from "./own-record.js";
import { type ForecastStates, forecastFrom } from "./run-filter.js";
import { checkedTensor, type StateData, stateData, stateOf } from "./state-data.js";
import { expectProblem, type StateSpace } from "./system.js";
import { expectRootKey, runKeys } from "./trajectory.js";

/** All that the rest of a run depends on, as plain JSON. */
export interface SavedFilter {
  readonly version: 1;
  /** The name of the method. */
  readonly method: string;
  /** The number of observation times so far. */
  readonly cycle: number;
  /** The time of the state; null before the first observation, if the prior holds at its time. */
  readonly time: number | null;
  readonly logLikelihood: number;
  readonly state: StateData;
}

/** What is known after an observation, in natural units, [d] and [m]. */
export interface Update {
  readonly time: number;
  readonly background: Pick<NaturalState, "mean" | "sd">;
  readonly analysis: Pick<NaturalState, "mean" | "sd">;
  /** ℓ of this observation; 0 where nothing was observed. */
  readonly logEvidence: number;
  /** L⁻¹(y − ȳ), [m]; 0 at the gaps. */
  readonly innovation: Float64Array;
  readonly chiSquare: number;
}

export interface OpenFilter {
  /** One more observation: values [m] in natural units, NaN for a gap; times must increase. */
  update(time: number, values: readonly number[]): Update;
  /** States at so many model steps after the last observation. */
  forecast(steps: number): ForecastStates;
  /** The sum of ℓ so far, of the values as they were recorded. */
  readonly logLikelihood: number;
  /** The state to go on from, as plain JSON. */
  save(): SavedFilter;
  /** Gives memory back; nothing can be asked after it. */
  close(): void;
}

export interface OpenOptions {
  /** The root key, as that of `runFilter`. @defaultValue the key of the problem's seed */
  readonly key?: Key;
  /** Learned values by name, such as those of a fit. @defaultValue the starts */
  readonly values?: NamedTensors;
  /** When the prior holds. @defaultValue the time of the first observation */
  readonly time?: number;
  /** What `save` gave, to go on from. */
  readonly saved?: SavedFilter;
}

/**
 * Opens a method for observations that come one by one. A record fed piece by piece gives the numbers
 * of `runFilter` to the bit, with a memory that does not grow, and so does one that was saved between.
 */
export function openFilter(
  method: AnyMethod,
  system: StateSpace,
  options: OpenOptions = {},
): OpenFilter {
  checkOptions("openFilter", options, ["key", "values", "time", "saved"]);
  expectProblem("openFilter", system);
  const { key = keyOf(system.seed), values, time: from, saved } = options;
  checkMethod("openFilter", method, system);
  checkValues("openFilter", values);
  expectRootKey("openFilter", key);
  if (from !== undefined && !Number.isFinite(from)) {
    throw new UsageError(`openFilter: time is ${from}; need the time at which the prior holds.`);
  }
  if (system.view.operator === null) {
    throw new UsageError(
      "openFilter: other variables are observed at each time; need the same ones, with NaN for those that are missing.",
    );
  }
  const keys = runKeys(key, { number: null });
  const program = filterProgram(method, system, values);
  if (program.method.smooth !== undefined) {
    throw new UsageError(
      `openFilter: ${program.method.name} smooths the whole record when it has ended; need a filter here. Take runFilter for the smoothed states.`,
    );
  }
  const first = program.begin(keys.initial);
  if (saved !== undefined) checkSaved(saved, program, first);
  const { model } = program.system;
  const logs = model.coordinates === "log";
  let { cycle, time, logLikelihood } = saved ?? { cycle: 0, time: from ?? null, logLikelihood: 0 };
  let state = saved === undefined ? first : stateOf(saved.state);
  if (saved !== undefined) release(first);

  /** y and mask [m] as a filter compares them, and the change of ℓ to the recorded values. */
  const seenOf = (
    at: number,
    row: readonly number[],
  ): { seen: Seen | null; logJacobian: number } => {
    if (!(Number.isFinite(at) && (time === null || at > time || (cycle === 0 && at === time)))) {
      throw new UsageError(
        `openFilter: time ${at} after ${time ?? "the start"}; need finite times that strictly increase.`,
      );
    }
    const record = plainRecord({ times: [at], values: [row] }, system, "openFilter");
    const { y, mask, logJacobian } = observationSeries(record, system.view.transform);
    const vector = (x: typeof y) => tensor([...x.data()]);
    return { seen: { y: vector(y), mask: mask && vector(mask), positions: null }, logJacobian };
  };

  let closed = false;
  const checkOpen = (): void => {
    if (!closed) return;
    throw new UsageError(
      "openFilter: the filter is closed; open another one, with what save() gave before to go on from there.",
    );
  };

  return {
    get logLikelihood() {
      return logLikelihood;
    },
    update(at, row) {
      checkOpen();
      const interval = time === null ? 0 : inSteps(intervalBetween(time, at), system.step);
      const before = state;
      const [cycleKey] = cycleKeys(keys.cycles, cycle, 1);
      let known: { update: Update; logJacobian: number } | null = null;
      const after = scope(() => {
        const { seen, logJacobian } = seenOf(at, row);
        const { result } = program.cycle(before, interval, seen, cycleKey!);
        const evidence = result.evidence!;
        const states = [result.forecast, result.analysis].map((each) => {
          const { mean, sd } = naturalState(program.method, each, logs);
          return { mean, sd };
        });
        const update: Update = {
          time: at,
          background: states[0]!,
          analysis: states[1]!,
          logEvidence: evidence.logEvidence.item(),
          innovation: Float64Array.from(evidence.innovation.data()),
          chiSquare: evidence.chiSquare.item(),
        };
        known = { update, logJacobian };
        return result.analysis;
      });
      release(before);
      state = after;
      [time, cycle] = [at, cycle + 1];
      const { update, logJacobian } = known!;
      logLikelihood += update.logEvidence + logJacobian;
      return update;
    },
    forecast: (steps) => {
      checkOpen();
      const from = { from: stateData(state), at: time ?? 0, cycle, steps };
      return forecastFrom(program, keys, system, from);
    },
    save: () => {
      checkOpen();
      return {
        version: 1,
        method: program.method.name,
        cycle,
        time,
        logLikelihood,
        state: stateData(state),
      };
    },
    close: () => {
      if (closed) return;
      closed = true;
      release(state);
      program.forget();
    },
  };
}

/** @throws UsageError for what is no saved state, or that of another method or another size. */
function checkSaved(saved: SavedFilter, { method }: FilterProgram, first: unknown): void {
  if (saved?.version !== 1 || typeof saved.method !== "string") {
    throw new UsageError(
      `openFilter: what was given as saved is ${saved === null ? "null" : "no saved state"}; need what filter.save() gave.`,
    );
  }
  const isPlace = Number.isInteger(saved.cycle) && saved.cycle >= 0;
  const isTime = saved.time === null || Number.isFinite(saved.time);
  if (!(isPlace && isTime && Number.isFinite(saved.logLikelihood))) {
    throw new UsageError(
      "openFilter: cycle, time or logLikelihood of the saved state is no number; need what filter.save() gave.",
    );
  }
  const given = stateSize(saved.state);
  const own = stateSize(stateData(first));
  if (saved.method === method.name && (given === own || "past" in method)) return;
  throw new UsageError(
    `openFilter: the saved state is that of ${saved.method}, [${given}]; need one of ${method.name}, [${own}]. Open it with the method and the problem that saved it.`,
  );
}

/** The shape of the first tensor of a state: variables, and members where there are any. */
function stateSize(data: StateData): string {
  if (typeof data !== "object" || data === null) return "";
  if ("tensor" in data) return checkedTensor(data).tensor.shape.join();
  return (
    Object.values(data)
      .map(stateSize)
      .find((shape) => shape !== "") ?? ""
  );
}
