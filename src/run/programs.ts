/** The programs of a run, counted from one cycle of its learning problem. */
import {
  cycleCost,
  cyclesHeld,
  directionsTogether,
  type LearningProblem,
  latentCount,
  longestProgram,
  piecesOf,
  replays,
} from "../learn/index.js";
import { trainingLength } from "../problem/index.js";
import type { Data } from "./data.js";
import type { LearnSpecification, Specification } from "./specification.js";

/** The programs that learn, and their sizes. */
export interface RunPrograms {
  /** Instructions of the loss of one cycle. */
  readonly instructions: number;
  /** Bytes that the loss of one cycle reads and writes. */
  readonly moved: number;
  /** Cycles of the longest program of a gradient. */
  readonly longest: number;
  /** Cycles of all programs of gradients, one for each pattern of intervals; 0: nothing is learned. */
  readonly gradientCycles: number;
  /** Cycles of all programs of curvatures, times the directions; 0: there is no refinement. */
  readonly curvatureCycles: number;
  /** 1 + r, a value and the directions in which a curvature is taken together. */
  readonly directions: number;
  /** Windows of an epoch. */
  readonly windows: number;
  /** Pieces of the record that are replayed for a gradient of windows, and for a curvature. */
  readonly gradientPieces: number;
  readonly curvaturePieces: number;
}

/** Observation times that are learned from. */
export function trainingTimes({ time, observations }: Specification): number {
  if (observations.kind === "record") return observations.record.times.length;
  return observations.trajectories?.cycles ?? time.cycles!;
}

/** `data` and `problem` of a twin may be of fewer times. */
export function programsOf<S>(
  specification: Specification,
  data: Data,
  problem: LearningProblem<S>,
): RunPrograms {
  const { learn } = specification;
  const { instructions, moved } = cycleCost(problem);
  if (learn === null) {
    return {
      ...{ instructions, moved, longest: 1, gradientCycles: 0, curvatureCycles: 0 },
      ...{ directions: 1, windows: 0, gradientPieces: 0, curvaturePieces: 0 },
    };
  }
  const windows = windowsFor(specification, data, learn);
  const gradients = windows.flatMap((window) =>
    window.intervals.length <= longestProgram
      ? [{ window, first: 0, last: window.intervals.length }]
      : piecesOf([window], instructions, replays.gradient),
  );
  // The first window starts from the prior, the others from a state: it has a program of its own.
  const own = windows.length > 1 ? gradients.filter(({ window }) => window === windows[0]) : [];
  const curvatures = learn.refine ? piecesOf(windows, instructions, replays.curvature) : [];
  const directions = 1 + Math.min(directionsTogether, latentCount(problem.definitions));
  return {
    ...{ instructions, moved },
    longest: Math.max(...gradients.map(({ first, last }) => last - first)),
    gradientCycles: cyclesHeld(own) + cyclesHeld(gradients.slice(own.length)),
    curvatureCycles: directions * cyclesHeld(curvatures),
    directions,
    windows: windows.length,
    gradientPieces: gradients.length,
    curvaturePieces: curvatures.length,
  };
}

/** The windows that are learned from, of which the intervals alone are known. */
function windowsFor(
  specification: Specification,
  { training: [first] }: Data,
  { window, validation }: LearnSpecification,
): { readonly intervals: readonly number[] }[] {
  const { observations, time } = specification;
  const K = trainingLength(validation, trainingTimes(specification));
  const intervals =
    observations.kind === "record"
      ? first!.series.intervals.slice(0, K)
      : new Array<number>(K).fill(time.observeEvery);
  const length = window ?? K;
  return Array.from({ length: Math.ceil(K / length) }, (_, i) => ({
    intervals: intervals.slice(i * length, (i + 1) * length),
  }));
}
