/** Pieces of records: few cycles at a time, over which one program is replayed. */
import { scope } from "../engine/index.js";
import { type Window, windowOf } from "./window.js";

/** Lengths of pieces in cycles, the best first, and how many cycles programs should hold together. */
const lengths = [16, 4, 1];

/** A program holds at most so many cycles; the gradient of a longer window is made of those of pieces. */
export const longest = 256;

/** Returns the largest number of cycles that a program holds for windows of a length. */
export const cyclesHeld = (window: number): number => (window <= longest ? window : lengths[0]!);

const heldCycles = 64;

/** A piece of a record: cycles `first` (inclusive) to `last` (exclusive) of a window. */
export interface Piece {
  readonly window: Window;
  readonly first: number;
  readonly last: number;
}

/**
 * Cuts windows into pieces. Each pattern of intervals is a program of its own, so a first cycle that has
 * another interval than the next is a piece by itself, and records of many intervals get short pieces.
 */
export function piecesOf(windows: readonly Window[]): Piece[] {
  const cuts = lengths.map((length) => windows.flatMap((window) => cut(window, length)));
  const held = cuts.map((pieces) => {
    const patterns = new Map(
      pieces.map(({ window: { intervals }, first, last }) => [
        intervals.slice(first, last).join(),
        last - first,
      ]),
    );
    return [...patterns.values()].reduce((sum, cycles) => sum + cycles, 0);
  });
  const fits = held.findIndex((cycles) => cycles <= heldCycles);
  return cuts[fits >= 0 ? fits : held.indexOf(Math.min(...held))]!;
}

function cut(window: Window, length: number): Piece[] {
  const { intervals } = window;
  const K = intervals.length;
  const alone = K > 1 && intervals[0] !== intervals[1] ? 1 : 0;
  const count = Math.ceil((K - alone) / length);
  const pieces = Array.from({ length: count }, (_, i) => {
    const first = alone + i * length;
    return { window, first, last: Math.min(first + length, K) };
  });
  return alone === 1 ? [{ window, first: 0, last: 1 }, ...pieces] : pieces;
}

/** Calls `body` with the tensors of a piece, and keeps the tree that it returns. */
export function inPiece<T>({ window, first, last }: Piece, body: (piece: Window) => T): T {
  return scope(() => body(windowOf(window, first, last)));
}
