import { NumericError, release } from "../engine/index.js";
import { type FailedWindow, WindowError } from "./failed-learning.js";
import { type Window, windowOf } from "./window.js";

/** The state of the filter, and of the recovery from failures, between two windows. */
export interface Progress<S> {
  /** State of the filter; null before the first window. */
  readonly state: S | null;
  /** The window before; null before the first. */
  readonly passed: Window | null;
  /** h: number of times that the length of a window is halved. */
  readonly halvings: number;
  /** Number of pieces in which the filter failed. */
  readonly recoveries: number;
}

export interface PassWindowsOptions<S> {
  /**
   * Passes one piece of a window and returns the state after it. `fraction` is the piece's length
   * divided by the window's. Throws a NumericError when the filter fails in the piece.
   */
  pass(before: S | null, piece: Window, fraction: number): S;
  /** Is called after each failure, before the filter is restarted. */
  onFailure?(): void;
  /** Restarts the filter from the observations of one cycle; null: a failure is an error. */
  readonly restart: ((cycle: Window) => S) | null;
  /** What the windows are of, and the number of the first cycle, for the error. @defaultValue training, 0 */
  readonly place?: Pick<FailedWindow, "of" | "first">;
}

/** ⌈L/2ʰ⌉ */
const pieceLength = (whole: number, halvings: number): number =>
  Math.max(1, Math.ceil(whole / 2 ** halvings));

/** Returns the least number of halvings for which pieces are shorter than `length`. */
function shorter(whole: number, halvings: number, length: number): number {
  let h = halvings;
  while (length > 1 && pieceLength(whole, h) >= length) h++;
  return h;
}

/**
 * Passes windows in order of time, and restarts the filter where it fails.
 *
 * Most imperfect models of chaotic systems diverge under partial observation before anything is
 * learned. Where the filter fails numerically it is therefore restarted from the observations just
 * before, and the pieces in which a window of L cycles is passed are halved:
 *
 *     pieces of ⌈L/2ʰ⌉ cycles;   failure: S ← restart(y), h ← h + 1;   window without failure: h ← h − 1
 *
 * A failure in a single cycle right after a restart is an error. All trajectories are restarted
 * together, so the result does not depend on the threads. States that are no longer needed are
 * released.
 *
 * @throws WindowError when the filter fails and cannot be restarted.
 */
export function passWindows<S>(
  windows: readonly Window[],
  from: Progress<S>,
  options: PassWindowsOptions<S>,
): Progress<S> {
  const { of, first } = options.place ?? { of: "training", first: 0 };
  let before = first;
  return windows.reduce((progress, window) => {
    const passed = passWindow(window, progress, options, { of, first: before });
    before += window.intervals.length;
    return passed;
  }, from);
}

/** The progress before the first window, but for `halvings`, which epochs hand on. */
export const beforeFirstWindow = { state: null, passed: null, recoveries: 0 } as const;

function passWindow<S>(
  window: Window,
  from: Progress<S>,
  { pass, onFailure, restart }: PassWindowsOptions<S>,
  { of, first: begin }: Pick<FailedWindow, "of" | "first">,
): Progress<S> {
  const L = window.intervals.length;
  let { state, halvings, recoveries } = from;
  let restarted = state === null; // restarted, and no cycle passed since
  for (let first = 0; first < L; ) {
    const length = Math.min(pieceLength(L, halvings), L - first);
    const piece = windowOf(window, first, first + length);
    try {
      const next = pass(state, piece, length / L);
      release(state);
      state = next;
      first += length;
      restarted = false;
    } catch (error) {
      if (!(error instanceof NumericError)) throw error;
      if (restart === null || (restarted && length === 1)) {
        throw new WindowError(error, { of, first: begin + first, last: begin + first + length });
      }
      recoveries++;
      onFailure?.();
      if (!restarted) {
        release(state);
        const cycle = lastCycle(window, first, from.passed);
        state = cycle && restart(cycle);
        restarted = true;
      }
      halvings = shorter(L, halvings, length);
    } finally {
      if (piece !== window) release([piece.trajectories, piece.shared]);
    }
  }
  const withoutFailure = recoveries === from.recoveries;
  if (withoutFailure) halvings = Math.max(0, halvings - 1);
  return { state, passed: window, halvings, recoveries };
}

/** The cycle before cycle `at` of a window; null before the first cycle of the dataset. */
function lastCycle(window: Window, at: number, passed: Window | null): Window | null {
  if (at > 0) return windowOf(window, at - 1, at);
  const L = passed?.intervals.length ?? 0;
  return passed && windowOf(passed, L - 1, L);
}
