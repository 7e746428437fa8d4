/** A figure: a name for its files, words for those who cannot see it, and what to draw. */
import type { TopLevelSpec } from "vega-lite";

export interface Figure {
  /** Stem of the file name, and the prefix of ids inside the SVG. */
  readonly name: string;
  readonly description: string;
  readonly specification: TopLevelSpec;
}

/** One view of a figure that stacks views. */
export type View = Extract<TopLevelSpec, { vconcat: unknown }>["vconcat"][number];

/** One layer of a view. */
export type Layer = Extract<TopLevelSpec, { layer: unknown }>["layer"][number];

/** Views from top to bottom. */
export function stack(views: readonly View[]): { vconcat: View[] } {
  return { vconcat: [...views] };
}

/** A row of data; null is a gap. */
export type Row = Readonly<Record<string, number | string | null>>;

/**
 * A text as Vega takes it. Vega looks constant texts up in a plain object, in which it would find
 * "constructor" and the like; it trims texts when it draws them, so a space does no harm.
 */
export const constantText = (text: string): string => (text in {} ? `${text} ` : text);
