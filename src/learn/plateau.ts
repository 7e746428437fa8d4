import { checkOptions } from "../parts/index.js";
import { expectNumber, expectParts } from "../prob/index.js";

export interface PlateauOptions {
  /** Number of epochs without improvement before the rate is reduced. */
  readonly patience: number;
  /** Factor of the reduction, between 0 and 1. */
  readonly factor: number;
  /** Least improvement that counts, relative to the best loss. @defaultValue 1e-4 */
  readonly threshold?: number;
  /** Least scale. @defaultValue 1e-4 */
  readonly minimum?: number;
}

/** The state of the schedule: plain numbers, so that a checkpoint can hold them. */
export interface PlateauState {
  /** The least loss so far; null before the first epoch. */
  readonly best: number | null;
  /** Number of epochs since the last improvement or reduction. */
  readonly waited: number;
  /** Factor of all learning rates. */
  readonly scale: number;
}

/** The state before the first epoch. */
export const plateauStart: PlateauState = { best: null, waited: 0, scale: 1 };

/**
 * Returns the state after an epoch with this loss: the learning rates are reduced when the loss has
 * stopped falling (the schedule that PyTorch calls ReduceLROnPlateau).
 */
export function plateau(state: PlateauState, loss: number, options: PlateauOptions): PlateauState {
  const who = "plateau";
  expectParts(who, "the state", state, ["best", "waited", "scale"]);
  checkOptions(who, options, ["patience", "factor", "threshold", "minimum"]);
  const { patience, factor, threshold = 1e-4, minimum = 1e-4 } = options;
  for (const [what, x] of Object.entries({ loss, "the scale": state.scale, factor, patience })) {
    expectNumber(who, what, x, Number.isFinite, "a finite number");
  }
  const { best, waited, scale } = state;
  if (best === null || loss < best - threshold * Math.abs(best)) {
    return { best: loss, waited: 0, scale };
  }
  if (waited < patience) return { best, waited: waited + 1, scale };
  return { best, waited: 0, scale: Math.max(minimum, scale * factor) };
}
