/**
 * What a run demands, counted from sizes before anything is made: the steps between two observations, the
 * numbers that it holds at once, and the numbers that it moves a step. Runs beyond a limit are refused
 * with the figure and the key to change, so that none hangs or exhausts the memory.
 *
 * A state has s numbers: N d of an ensemble, d + d² with a covariance. With K times, K′ times of the forecast
 * and B trajectories
 *
 *     data       B K (d + 3m)            truth, values, mask
 *     results    B (K + K′) (12 d + 3 m + 64)      means, spreads and bands in plain numbers
 *     states     4 s, 2 s for each time that a smoother keeps
 *     long run   the states that count, d each
 */
import { mostSteps } from "../models/index.js";
import { grouped } from "../parts/index.js";

/** The limits, stated in docs/experiment-files.md. */
export const limits = {
  /** Steps, with their substeps, from one observation to the next. */
  steps: mostSteps,
  /**
   * The same where something is learned: derivatives hold every operation of each of these steps, which is
   * 0.6 to 0.9 MiB a step for two variables, however few the members.
   */
  learnedSteps: 2000,
  /** Numbers held at once: 2 GiB. */
  numbers: 2 ** 28,
  /** Steps of a long run of the model. */
  longRun: 1e7,
  /** Numbers moved a step, over all times, trajectories and epochs: days to months of one core. */
  moves: 1e14,
} as const;

/** The sizes of a run. */
export interface Extent {
  /** d */
  readonly variables: number;
  /** m */
  readonly values: number;
  /** K */
  readonly times: number;
  /** K′, the times of the forecast, one step apart. */
  readonly beyond: number;
  /** Steps from the first time to the last. */
  readonly steps: number;
  /** The largest number of steps between two observations. */
  readonly longest: number;
  /** The two times of a record that are so far apart; null in a twin, whose times are equally far apart. */
  readonly widest: readonly [number, number] | null;
  /** Steps of the integrator in a model step. */
  readonly substeps: number;
  /** B */
  readonly trajectories: number;
  /** Epochs of all starts of learning; 0: nothing is learned. */
  readonly epochs: number;
  /** s, the numbers of one state of the method. */
  readonly state: number;
  /** The number of states that a smoother keeps; 0: none. */
  readonly kept: number;
  /** The long run of the model; null: none is needed. */
  readonly longRun: LongRunExtent | null;
}

/** The sizes of a long run of the model. */
export interface LongRunExtent {
  readonly steps: number;
  /** The numbers of the states that are kept. */
  readonly numbers: number;
}

/** What has to be smaller. */
export type Demanding =
  | "interval"
  | "substeps"
  | "times"
  | "forecast"
  | "state"
  | "epochs"
  | "step";

/** A demand beyond a limit: what has to be smaller, and why. */
export interface Excess {
  readonly of: Demanding;
  readonly message: string;
}

/** Returns the first demand beyond its limit; null: all are within. */
export function excessOf(extent: Extent): Excess | null {
  return excessOfSteps(extent) ?? excessOfNumbers(extent) ?? excessOfMoves(extent);
}

function excessOfSteps({ longest, widest, substeps, epochs, longRun }: Extent): Excess | null {
  const most = epochs === 0 ? limits.steps : limits.learnedSteps;
  if (longest * substeps > most) {
    const where = widest === null ? "two observations" : `the times ${widest.join(" and ")}`;
    const each = substeps === 1 ? "" : `, of ${count(substeps)} substeps each`;
    const message = `the number of steps between ${where} is ${count(longest)}${each}; need at most ${count(most)} in all${epochs === 0 ? "" : " where something is learned"}`;
    return { of: longest > most || substeps === 1 ? "interval" : "substeps", message };
  }
  if (longRun !== null && longRun.steps > limits.longRun) {
    const message = `a long run of the model, for its climate, takes ${count(longRun.steps)} steps; need at most ${count(limits.longRun)}`;
    return { of: "step", message };
  }
  return null;
}

function excessOfNumbers(extent: Extent): Excess | null {
  const { variables: d, values: m, times: K, beyond, trajectories: B, state, kept } = extent;
  const each = 12 * d + 3 * m + 64;
  const parts: readonly {
    readonly of: Demanding;
    readonly what: string;
    readonly numbers: number;
  }[] = [
    { of: "times", what: `${count(B * K)} times`, numbers: B * K * (each + d + 3 * m) },
    { of: "forecast", what: `${count(beyond)} times of the forecast`, numbers: B * beyond * each },
    { of: "state", what: `states of ${count(state)} numbers`, numbers: (4 + 2 * kept) * state },
    { of: "state", what: "a long run of the model", numbers: extent.longRun?.numbers ?? 0 },
  ];
  const all = parts.reduce((sum, { numbers }) => sum + numbers, 0);
  if (all <= limits.numbers) return null;
  const largest = parts.reduce((a, b) => (b.numbers > a.numbers ? b : a));
  const message = `the run would hold ${gibibytes(all)} at once, most of it for ${largest.what}; need at most ${gibibytes(limits.numbers)}`;
  return { of: largest.of, message };
}

function excessOfMoves({
  steps,
  beyond,
  substeps,
  trajectories,
  epochs,
  state,
}: Extent): Excess | null {
  const passes = 1 + 3 * epochs; // an epoch also takes the derivative
  const moves = (steps + beyond) * substeps * trajectories * passes * state;
  if (moves <= limits.moves) return null;
  const learning = epochs === 0 ? "" : `, in ${count(epochs)} epochs`;
  const message = `the run would take ${count(steps * trajectories)} steps of states of ${count(state)} numbers${learning}: ${moves.toExponential(1)} numbers moved, which takes months; need at most ${limits.moves.toExponential(0)}`;
  return { of: epochs > 1 ? "epochs" : "times", message };
}

/** Writes a count: with commas, or as a power of ten if it is long. */
const count = (n: number): string => {
  if (n === Infinity) return "beyond all numbers";
  return n < 1e9 ? grouped(Math.ceil(n)) : n.toExponential(1);
};

const gibibytes = (numbers: number): string => {
  const size = (numbers * 8) / 2 ** 30;
  return `${size < 1e6 ? Number(size.toPrecision(3)) : size.toExponential(1)} GiB`;
};
