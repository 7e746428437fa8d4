/** Learning rates that shrink when a loss has stopped falling (ReduceLROnPlateau). */

export interface PlateauOptions {
  /** Epochs without improvement before the rate shrinks. */
  readonly patience: number;
  /** What it is multiplied by then. */
  readonly factor: number;
  /** Improvement that counts, relative to the best loss. @defaultValue 1e-4 */
  readonly threshold?: number;
  /** The scale never falls below this. @defaultValue 1e-4 */
  readonly minimum?: number;
}

/** Plain numbers, so that a checkpoint can hold them. */
export interface PlateauState {
  readonly best: number | null;
  readonly waited: number;
  /** What the learning rates are multiplied by. */
  readonly scale: number;
}

export const plateauStart: PlateauState = { best: null, waited: 0, scale: 1 };

/** The state after an epoch with this loss. */
export function plateau(
  state: PlateauState,
  loss: number,
  { patience, factor, threshold = 1e-4, minimum = 1e-4 }: PlateauOptions,
): PlateauState {
  const { best, waited, scale } = state;
  if (best === null || loss < best - threshold * Math.abs(best)) {
    return { best: loss, waited: 0, scale };
  }
  if (waited < patience) return { best, waited: waited + 1, scale };
  return { best, waited: 0, scale: Math.max(minimum, scale * factor) };
}
