/** Twins: truths drawn from a problem's true system, and observations made of them. */
import {
  capture,
  index,
  NumericError,
  release,
  scope,
  type Tensor,
  tensor,
  UsageError,
} from "../engine/index.js";
import { propagate } from "../models/index.js";
import { drawObservations, observationSeries } from "../observe/index.js";
import {
  checkCount,
  checkOptions,
  describeValue,
  mostCounted,
  trueValues,
} from "../parts/index.js";
import { sampleGaussian } from "../prob/index.js";
import { foldIn, type Key, key as keyOf, split } from "../random/index.js";
import { checkDemand } from "./check-demand.js";
import { SpecificationError } from "./errors.js";
import {
  bindSystem,
  dataKey,
  expectProblem,
  gaussianOf,
  observationVariance,
  type StateSpace,
  trueSystem,
} from "./system.js";
import { expectRootKey, type Trajectory } from "./trajectory.js";
import { operatorAt } from "./view.js";

export interface SimulateOptions {
  /** K, the number of observation times. */
  readonly cycles: number;
  /** Model steps from one observation to the next. @defaultValue 1 */
  readonly every?: number;
  /**
   * The root key; a run with the same key gets other numbers from it. @defaultValue the key of the
   * problem's seed
   */
  readonly key?: Key;
}

export interface SimulateManyOptions extends SimulateOptions {
  /** B; each trajectory has random numbers of its own. */
  readonly trajectories: number;
}

/** A truth and what was observed of it. */
export interface Twin {
  readonly record: Trajectory;
  /** The true states in natural units, [K][d]. */
  readonly truth: readonly (readonly number[])[];
}

/** Purposes of the key of the data; 0 is that of the long run, 2 that of what is observed. */
const purposes = { start: 1, positions: 2, trajectory: 3, trajectories: 4 } as const;

/**
 * Draws a truth from the true system and observes it:
 *
 *     x_t = F(x_{t−1}) + ξ_t,   y_t = h(x_t) + η_t,   x_0 ~ prior
 *
 * The prior holds one interval before the first observation.
 *
 * @throws SpecificationError if the truth overflows.
 */
export function simulate(system: StateSpace, options: SimulateOptions): Twin {
  expectProblem("simulate", system);
  checkOptions("simulate", options, ["cycles", "every", "key"]);
  const { key = keyOf(system.seed) } = options;
  expectRootKey("simulate", key);
  const [record] = simulated(system, options, [dataKey(key)], () => null);
  return { record: record!, truth: record!.truth! };
}

/** The same for several trajectories that go side by side. */
export function simulateMany(system: StateSpace, options: SimulateManyOptions): Trajectory[] {
  expectProblem("simulateMany", system);
  checkOptions("simulateMany", options, ["cycles", "every", "key", "trajectories"]);
  const { key = keyOf(system.seed), trajectories } = options;
  checkCount("simulateMany", "trajectories", trajectories, 1, mostCounted);
  expectRootKey("simulateMany", key);
  const data = foldIn(dataKey(key), purposes.trajectories);
  const keys = Array.from({ length: trajectories }, (_, i) => foldIn(data, i));
  return simulated(system, options, keys, (i) => i);
}

function simulated(
  given: StateSpace,
  { cycles, every = 1 }: Omit<SimulateOptions, "key">,
  keys: readonly Key[],
  numberOf: (i: number) => number | null,
): Trajectory[] {
  checkCount("simulate", "cycles", cycles, 1);
  checkCount("simulate", "every", every, 1);
  checkDemand("simulate", given, {
    ...{ times: cycles, steps: cycles * every, longest: every, trajectories: keys.length },
  });
  const system = trueSystem(given);
  const times = Array.from({ length: cycles }, (_, k) => (k + 1) * system.step * every);
  const interval = system.step * every;
  return statesOf(system, interval, cycles, keys).map((states, i) =>
    observed(system, states, times, interval, keys[i]!, numberOf(i)),
  );
}

/** The truths in the state's own variables, [B][K][d]; all go together, each with keys of its own. */
function statesOf(
  system: StateSpace,
  interval: number,
  cycles: number,
  keys: readonly Key[],
): number[][][] {
  const d = system.dimension;
  const step = capture((x: Tensor, key: Key) => {
    const [propagation] = bindSystem(system, trueValues).propagations([interval]);
    return propagate(x, propagation!, key);
  });
  const trajectories = keys.map((): number[][] => []);
  const prior = system.prior();
  try {
    let x = scope(() => {
      const { model } = bindSystem(system, trueValues);
      const starts = keysTogether(keys.map((key) => foldIn(key, purposes.start)));
      return index(sampleGaussian(gaussianOf(prior, model, trueValues), 1, starts), 1, 0); // [B, d]
    });
    const batch = keysTogether(keys.map((key) => trajectoryKeys(key)[0]));
    for (let k = 0; k < cycles; k++) {
      const before = x;
      x = scope(() => step(before, foldIn(batch, k)));
      release(before);
      const states = x.data();
      for (const [b, rows] of trajectories.entries()) {
        rows.push([...states.subarray(b * d, (b + 1) * d)]);
      }
    }
    return trajectories;
  } catch (error) {
    if (!(error instanceof NumericError)) throw error;
    throw new SpecificationError(
      "model",
      `the truth of the twin overflows: ${error.words} Need shorter steps, or parameters and initial values for which it stays finite.`,
    );
  } finally {
    step.forget();
  }
}

/** Several keys as a batch, [B, 2]. */
export const keysTogether = (keys: readonly Key[]): Key =>
  tensor(
    keys.flatMap((key) => [...key.data()]),
    { shape: [keys.length, 2], dtype: "i32" },
  );

/** Keys of the truth's noise and of the errors of its observations. */
const trajectoryKeys = (data: Key): [Key, Key] =>
  split(foldIn(data, purposes.trajectory)) as [Key, Key];

/** One trajectory of states [K][d] as it is observed. */
function observed(
  system: StateSpace,
  states: readonly (readonly number[])[],
  times: readonly number[],
  interval: number,
  data: Key,
  number: number | null,
): Trajectory {
  const { dimension: d, view, observed: what } = system;
  const drawn = what.kind === "changing" ? drawnEachTime(what.draw, times.length, data) : null;
  const positions =
    drawn && tensor(drawn.flat(), { shape: [times.length, drawn[0]!.length], dtype: "i32" });
  const compared = scope(() => {
    const instrument = {
      operator: operatorAt(view, positions, d),
      support: view.support,
      variance: observationVariance(system, trueValues),
    };
    return drawObservations(tensor(states), instrument, trajectoryKeys(data)[1]).toArray();
  }) as number[][];
  const natural = (row: readonly number[], logs: boolean) =>
    row.map((v) => (logs ? Math.exp(v) : v));
  const values = compared.map((row) => natural(row, view.transform === "log"));
  const rows = drawn === null ? values : values.map((row, k) => spreadOver(row, drawn[k]!, d));
  const logs = scope(() => bindSystem(system, trueValues).model.coordinates === "log");
  return {
    series: {
      ...observationSeries({ times, values }, view.transform),
      // The prior holds at time 0, one interval before the first observation.
      intervals: new Array<number>(times.length).fill(interval),
    },
    positions,
    record: { timeName: "time", times, values: rows, ...columnsOf(system, rows[0]!.length) },
    truth: states.map((row) => natural(row, logs)),
    number,
  };
}

/** The names of the m columns of a twin, and the variables that they observe. */
function columnsOf({ observed: what }: StateSpace, m: number) {
  const all = Array.from({ length: m }, (_, j) => j);
  if (what.kind === "operator") {
    return { columns: all.map((j) => what.names?.[j] ?? `y${j}`), components: all.map(() => -1) };
  }
  const components = what.kind === "components" ? what.components : all;
  return { columns: components.map((i) => `x${i}`), components };
}

/** Values at these positions of d, NaN at the others. */
export function spreadOver(
  values: readonly number[],
  positions: ArrayLike<number>,
  d: number,
): number[] {
  checkCount("spreadOver", "the number of variables", d, 1, mostCounted);
  const fits = (i: number | undefined) => Number.isInteger(i) && i! >= 0 && i! < d;
  if (!Array.isArray(values) || !values.every((_, j) => fits(positions?.[j]))) {
    throw new UsageError(
      `spreadOver: got ${describeValue(values)} for the values and ${describeValue(positions)} for the positions; need a list of numbers, and the position of each from 0 to ${d - 1}.`,
    );
  }
  const row = new Array<number>(d).fill(Number.NaN);
  for (const [j, v] of values.entries()) row[positions[j]!] = v;
  return row;
}

/** The variables seen at each time, [K][m]. */
function drawnEachTime(draw: (key: Key) => number[], times: number, data: Key): number[][] {
  const key = foldIn(data, purposes.positions);
  return Array.from({ length: times }, (_, k) => scope(() => draw(foldIn(key, k))));
}
