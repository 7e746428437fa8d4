import type { LearnOptions } from "../learn/index.js";

/** How values are learned; `learn` of experiment files has the same keys and defaults. */
export interface FitSettings extends Omit<LearnOptions, "key"> {
  /** Observations in a window of truncated back-propagation; null: the whole record. */
  readonly window: number | null;
  /** The fraction of the record, at its end, kept for validation. */
  readonly validation: number;
}

export const fitDefaults: FitSettings = {
  epochs: 200,
  window: null,
  rates: { dynamics: 0.05, filter: 0.05 },
  validation: 0,
  patience: 20,
  plateau: { patience: 5, factor: 0.5 },
  restarts: 1,
  scatter: 0.3,
  refine: true,
};
