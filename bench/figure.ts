/** What a benchmark finds: plain data, which a child process hands to its parent. */
import type { Timing } from "./measure.js";

export type Precision = "f64" | "f32";
export const precisions: readonly Precision[] = ["f64", "f32"];

/** A timed operation. */
export interface Figure {
  readonly group: string;
  readonly case: string;
  readonly who: "kalmia" | "jax-js" | "peak";
  /** The kernels of Kalmia; null for others. */
  readonly build: string | null;
  readonly dtype: Precision;
  /** In a captured program, by one call of a captured function, or eagerly. */
  readonly way: "program" | "call" | "eager";
  /** Seconds an operation. */
  readonly seconds: Timing;
  /** Floating-point operations in it; null where they are not what counts. */
  readonly flops: number | null;
}

/** A captured value-and-gradient window. */
export interface WindowFigure {
  readonly case: string;
  readonly build: string;
  readonly cycles: number;
  readonly instructions: number;
  readonly bytes: number;
  /** Seconds of the first call. */
  readonly capture: number;
  /** Seconds of a replay. */
  readonly replay: Timing;
}

/** What could not be measured, and why. */
export interface Missing {
  readonly who: string;
  readonly case: string;
  readonly reason: string;
}

export interface Findings {
  readonly figures: readonly Figure[];
  readonly windows: readonly WindowFigure[];
  readonly missing: readonly Missing[];
}

export const nothing: Findings = { figures: [], windows: [], missing: [] };

export const join = (parts: readonly Findings[]): Findings => ({
  figures: parts.flatMap(({ figures }) => figures),
  windows: parts.flatMap(({ windows }) => windows),
  missing: parts.flatMap(({ missing }) => missing),
});

export const gigaflops =
  (flops: number) =>
  (seconds: number): number =>
    flops / seconds / 1e9;

/** A contender that is also told as a figure. */
export type Entry = Omit<Figure, "seconds" | "build">;
