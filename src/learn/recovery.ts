/**
 * Windows one after the other, and what to do where the filter fails in one.
 *
 * Most imperfect models of chaotic systems blow up under partial observation before anything is
 * learned. A window that fails numerically is not lost: the trajectories are entered again, from
 * the observations just before, and their horizon is halved:
 *
 *     pieces of ⌈L/2ʰ⌉ cycles;   failure: S ← enter(y), h ← h + 1;   a whole window: h ← h − 1
 *
 * down to single cycles, where a failure from a state entered anew is passed on. h is part of the
 * training's state. All trajectories enter together; nothing depends on threads or on chance.
 */
import { NumericError, release } from "../engine/index.js";
import { type Window, windowOf } from "./window.js";

/** Where a walk stands. */
export interface Progress<S> {
  /** null: at the start of the course. */
  readonly state: S | null;
  /** The last window that was passed; null: none. */
  readonly passed: Window | null;
  /** h */
  readonly halvings: number;
  /** How often a piece failed. */
  readonly recoveries: number;
}

export interface PassWindowsOptions<S> {
  /** Passes a piece of a window, its share of the whole; a NumericError if the filter fails in it. */
  pass(before: S | null, piece: Window, fraction: number): S;
  /** Told of every failure that is met, before it is. */
  onFailure?(): void;
  /** The state at the time of this one cycle; null: failures are passed on. */
  readonly restart: ((cycle: Window) => S) | null;
}

const pieceLength = (whole: number, halvings: number): number =>
  Math.max(1, Math.ceil(whole / 2 ** halvings));

/** The least number of halvings that makes pieces shorter than `length`. */
function shorter(whole: number, halvings: number, length: number): number {
  let h = halvings;
  while (length > 1 && pieceLength(whole, h) >= length) h++;
  return h;
}

/** The windows of a course in order of time; states are released when they have been passed. */
export function passWindows<S>(
  windows: readonly Window[],
  from: Progress<S>,
  options: PassWindowsOptions<S>,
): Progress<S> {
  return windows.reduce((progress, window) => passWindow(window, progress, options), from);
}

export const beforeFirstWindow = { state: null, passed: null, recoveries: 0 } as const;

function passWindow<S>(
  window: Window,
  from: Progress<S>,
  { pass, onFailure, restart }: PassWindowsOptions<S>,
): Progress<S> {
  const L = window.intervals.length;
  let { state, halvings, recoveries } = from;
  let restarted = state === null; // entered anew, and no cycle passed since
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
      if (!(error instanceof NumericError) || restart === null) throw error;
      if (restarted && length === 1) throw error;
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

/** The cycle before the one at a place; null at the start of the course. */
function lastCycle(window: Window, at: number, passed: Window | null): Window | null {
  if (at > 0) return windowOf(window, at - 1, at);
  const L = passed?.intervals.length ?? 0;
  return passed && windowOf(passed, L - 1, L);
}
