/**
 * The processor time that `kalmia run` takes, from counts: nothing of it is run. In seconds, with the counts of
 * `memory.ts` and `programs.ts`,
 *
 *     start       0.6
 *     long run    100 µs + 0.8 µs d a step, where the model has to find its climate
 *     recording   0.1 + c (0.22 ms G + 0.55 ms (1 + r) H)
 *     epochs      (1 ms + 0.8 µs n) W + 0.2 ms P + windows as counted, for each epoch of each start
 *     curvature   3 ms (1 + r)/4 for each piece, in about ten evaluations
 *     filter      0.3 + (60 µs + 12 µs d) a cycle + cycles as counted
 *     results     0.65 + 1.1 (1 − exp(−V/10⁴)) + 2 µs V     report and table
 *
 * The constants were measured on one core of a server of 2024 (docs/decisions/0046-memory-and-time-told.md).
 */
import type { RunCounts } from "./memory.js";
import type { RunPrograms } from "./programs.js";
import type { Specification } from "./specification.js";

/** What takes the time of a run. */
export interface TimeCounts extends RunCounts, RunPrograms {
  /** Seconds of one cycle of all trajectories, with its gradient where something is learned. */
  readonly cycleSeconds: number;
  /** Cycles of an epoch. */
  readonly passed: number;
  /** Steps of a long run of the model; 0: there is none. */
  readonly longRun: number;
  /** n, the numbers that are learned. */
  readonly learned: number;
}

const [milli, micro] = [1e-3, 1e-6];

/** Returns the processor time of a run in seconds. */
export function secondsOf({ learn, choose }: Specification, counts: TimeCounts): number {
  const { cycleSeconds, passed, filtered, variables, longRun } = counts;
  const V = filtered * variables;
  const chosen = choose === undefined ? 0 : choose.among.length * choose.epochs;
  const epochs = learn === null ? 0 : learn.epochs * learn.restarts + chosen;
  const starts = learn === null ? 0 : learn.restarts;
  // A cycle without its gradient takes about a third.
  const cycle = learn === null ? cycleSeconds : cycleSeconds / 3;
  return (
    0.6 +
    longRun * (100 * micro + 0.8 * micro * variables) +
    recordingSeconds(counts) +
    epochs * epochSeconds(counts, passed * cycleSeconds) +
    starts * curvatureSeconds(counts) +
    0.3 +
    filtered * (60 * micro + 12 * micro * variables + cycle) +
    0.65 +
    1.1 * -Math.expm1(-V / 1e4) +
    2 * micro * V
  );
}

const recordingSeconds = ({ instructions, gradientCycles, curvatureCycles }: TimeCounts): number =>
  gradientCycles === 0
    ? 0
    : 0.1 + instructions * milli * (0.22 * gradientCycles + 0.55 * curvatureCycles);

const epochSeconds = ({ windows, gradientPieces, learned }: TimeCounts, counted: number): number =>
  windows * (milli + 0.8 * micro * learned) + 0.2 * milli * gradientPieces + counted;

const curvatureSeconds = ({ curvaturePieces, directions }: TimeCounts): number =>
  (3 / 4) * milli * directions * curvaturePieces;
