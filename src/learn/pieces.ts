/** Pieces of records: few cycles at a time, over which one program is replayed. */
import { type CostEstimate, estimateCost, scope } from "../engine/index.js";
import { type NamedTensors, startLatents, tensorsOf } from "./parameters.js";
import { type LearningProblem, windowLoss } from "./problem.js";
import { type Window, windowOf } from "./window.js";

/** Lengths of pieces in cycles. */
const lengths = [16, 4, 1];

/**
 * How much longer it takes to replay a piece to the end of a computation than to record an instruction of its
 * loss with all derivatives: measured for curvatures (records of one variable, 2000 rows), and for gradients of
 * a hundred epochs.
 */
export const replays = { curvature: 1.5, gradient: 50 } as const;

/**
 * How many instructions the losses of all patterns may have together, if single cycles do not need more: a
 * curvature in eight directions holds some 0.1 MB for each.
 */
const heldInstructions = 2000;

/** A program holds at most so many cycles; the gradient of a longer window is made of those of pieces. */
export const longest = 256;

/** A piece of a record: cycles `first` (inclusive) to `last` (exclusive) of a window. */
export interface Piece<W extends Timed = Window> {
  readonly window: W;
  readonly first: number;
  readonly last: number;
}

/** Windows of which only the intervals are known. */
type Timed = Pick<Window, "intervals">;

/** Counts the loss of one cycle: of the second, as the first often has no forecast. */
export function cycleCost<S>(problem: LearningProblem<S>): CostEstimate {
  const { definitions, training, dtype = "f64" } = problem;
  const [window] = training.windows as readonly [Window, ...Window[]];
  const last = Math.min(2, window.intervals.length);
  return scope(() => {
    const { intervals, ...tensors } = windowOf(window, last - 1, last);
    const latents = tensorsOf(definitions, startLatents(definitions), dtype);
    return estimateCost(
      (u: NamedTensors, start: NamedTensors, cycle: typeof tensors) =>
        windowLoss(problem, u, { start }, { intervals, ...cycle }),
      latents,
      training.start,
      tensors,
    );
  });
}

/**
 * Cuts windows into the pieces that cost the least, given how many instructions a cycle has. Each pattern of
 * intervals is a program of its own, so a first cycle that has another interval than the next is a piece by
 * itself, and short records, large cycles and irregular intervals get short pieces.
 *
 *     cost = instructions · Σ cycles of each pattern + replay · number of pieces
 */
export function piecesOf<W extends Timed>(
  windows: readonly W[],
  instructions: number,
  replay: number,
): Piece<W>[] {
  const cuts = lengths.map((length) => windows.flatMap((window) => cut(window, length)));
  const held = cuts.map((pieces) => instructions * cyclesHeld(pieces));
  const most = Math.max(heldInstructions, Math.min(...held));
  const costs = cuts.map(({ length }, i) =>
    held[i]! <= most ? held[i]! + replay * length : Number.POSITIVE_INFINITY,
  );
  return cuts[costs.indexOf(Math.min(...costs))]!;
}

/** Returns how many cycles the programs of pieces hold together, one for each pattern of intervals. */
export function cyclesHeld(pieces: readonly Piece<Timed>[]): number {
  const patterns = new Map(
    pieces.map(({ window: { intervals }, first, last }) => [
      intervals.slice(first, last).join(),
      last - first,
    ]),
  );
  return [...patterns.values()].reduce((sum, cycles) => sum + cycles, 0);
}

function cut<W extends Timed>(window: W, length: number): Piece<W>[] {
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
