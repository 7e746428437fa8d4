/** Windows of states in smoothers of fixed lag, the present first. */
import { UsageError } from "../engine/index.js";

/** Throws a UsageError unless the lag is a whole number of at least 0. */
export function checkLag(who: string, L: number): void {
  if (Number.isInteger(L) && L >= 0) return;
  throw new UsageError(`${who}: lag is ${L}; need a whole number of cycles, 0 or more.`);
}

/** Returns the state `back` cycles ago; throws a UsageError when it is not in the window. */
export function pastOf<T>(who: string, window: readonly T[], back: number): T {
  const state = window[back];
  if (state !== undefined) return state;
  throw new UsageError(
    `${who}: the state ${back} cycles ago is not in the window; need 0 to ${window.length - 1} cycles.`,
  );
}
