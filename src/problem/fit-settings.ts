import type { LearnOptions, Schedule } from "../learn/index.js";
import type { Loss } from "./losses.js";

/** How values are learned; `learn` of experiment files has the same keys and defaults. */
export interface FitSettings extends Omit<LearnOptions, "key"> {
  /** Observations in a window of truncated back-propagation; null: the whole record. */
  readonly window: number | null;
  /** The fraction of the record, at its end, kept for validation. */
  readonly validation: number;
  /**
   * By what is learned: the likelihood of the observations, or how far states lie from the truth of a twin or
   * from observations (`assimilateByStates`).
   */
  readonly loss: Loss;
  /** How the learning rates fall. */
  readonly schedule: Schedule;
  /** The largest norm of the gradient of the loss per value; null: none. */
  readonly clip: number | null;
}

export const fitDefaults: FitSettings = {
  epochs: 200,
  window: null,
  rates: { dynamics: 0.05, filter: 0.05 },
  validation: 0,
  loss: "likelihood",
  schedule: "plateau",
  clip: null,
  patience: 20,
  plateau: { patience: 5, factor: 0.5 },
  restarts: 1,
  scatter: 0.3,
  refine: true,
};
