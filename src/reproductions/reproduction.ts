/**
 * Reproductions of the literature: figures and tables made again, with the published numbers beside
 * ours. All of it is plain data, so that runs can be cached, resumed and sent to workers.
 */

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** Minutes on two cores, or the sizes of the publication. */
export type Scale = "quick" | "paper";

/** What a run tells and asks the program around it. */
export interface TrialHost {
  progress(done: number, total: number, detail: string): void;
  /** Keeps a state to go on from; may wait, and ends the run by throwing. */
  checkpoint(state: Json): Promise<void>;
  /** The last state kept of this run; null: begin. */
  readonly resume: Json | null;
}

/** Stands for the result of a trial whose numbers went wrong (a `NumericError`), or `notRun`. */
export type FailedTrial = { readonly failed: string };

/** Stands for the result of a trial for which there was no time. */
export const notRun: FailedTrial = { failed: "not run" };

export function isFailed(result: Json): result is FailedTrial {
  return typeof result === "object" && result !== null && "failed" in result;
}

/** The messages of those that failed. */
export const failuresOf = (results: readonly Json[]): readonly string[] =>
  results.filter(isFailed).map(({ failed }) => failed);

/** A figure or a table of a publication. */
export interface Reproduction {
  /** As on the command line: `figure-5`. */
  readonly name: string;
  readonly title: string;
  /** Publication and place. */
  readonly source: string;
  /** What it shows, in a sentence or two. */
  readonly about: string;
  /**
   * What runs its trials, with a version that goes up when the same trial gives other numbers:
   * `adrian2026/lorenz96 1`. Results are kept by kind and trial: two reproductions of a kind that
   * ask for the same trial share its result.
   */
  readonly kind: string;
  /** The runs that it needs, each everything that its result depends on, in finite numbers. */
  trials(scale: Scale): readonly Json[];
  /** One run; the same result for the same trial, whatever the threads and the interruptions. */
  run(trial: Json, host: TrialHost): Promise<Json>;
  /**
   * The results, in the order of the trials, as the publication shows them. They have been through
   * JSON (a NaN is null); a trial that failed, or was not run, has a `FailedTrial` in its place.
   */
  assemble(scale: Scale, results: readonly Json[]): ReproductionOutput;
}

export interface ReproductionOutput {
  readonly comparisons: readonly Comparison[];
  readonly figures: readonly FigureData[];
  /** What a reader must know: deviations, sizes, what did not come out. */
  readonly notes: readonly string[];
}

/** A number of the publication beside ours; where it gives words, its words. */
export interface Comparison {
  readonly what: string;
  /** null: the publication gives none. */
  readonly published: number | string | null;
  /** null: it could not be had; a note says why. */
  readonly ours: number | null;
  readonly note?: string;
}

/** Ours beside the published number; null where there are no two numbers. */
export const ratioOf = ({ published, ours }: Comparison): number | null =>
  typeof published !== "number" || ours === null || published === 0 ? null : ours / published;

export interface Axis {
  readonly title: string;
  readonly log?: boolean;
}

interface Panel {
  readonly title: string;
  /** What to see in it. */
  readonly caption: string;
}

/**
 * Medians with a band of quantiles (20 % to 80 %) over repetitions, a series a method. Colours go by
 * the names of series: `EnKF` has the same in every figure, `EnKF, true model` that one dashed;
 * `initial model` is dashed black.
 */
export interface BandFigure extends Panel {
  readonly kind: "bands";
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly {
    readonly name: string;
    readonly points: readonly {
      readonly x: number;
      readonly low: number;
      readonly middle: number;
      readonly high: number;
    }[];
  }[];
}

/** Curves side by side: one panel a group; dots instead of a line where `marks` says so. */
export interface CurveFigure extends Panel {
  readonly kind: "curves";
  readonly x: Axis;
  readonly y: Axis;
  readonly panels: readonly {
    readonly title: string;
    readonly series: readonly {
      readonly name: string;
      readonly marks?: boolean;
      readonly points: readonly { readonly x: number; readonly y: number }[];
    }[];
  }[];
}

/** Values over a grid, a panel each, with a path and its end, if there is one. */
export interface MapFigure extends Panel {
  readonly kind: "maps";
  readonly x: Axis;
  readonly y: Axis;
  readonly value: string;
  readonly panels: readonly {
    readonly title: string;
    /** Cell centres, ascending. */
    readonly xs: readonly number[];
    readonly ys: readonly number[];
    /** [y][x]; NaN where there is none. */
    readonly values: readonly (readonly number[])[];
    readonly path?: readonly { readonly x: number; readonly y: number }[];
  }[];
}

export type FigureData = BandFigure | CurveFigure | MapFigure;
