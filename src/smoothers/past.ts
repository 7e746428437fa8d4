/** What smoothers of fixed lag have in common: a window of states, the present first. */
import { UsageError } from "../engine/index.js";

export function checkLag(who: string, L: number): void {
  if (Number.isInteger(L) && L >= 0) return;
  throw new UsageError(`${who}: lag is ${L}; need a whole number of cycles, 0 or more.`);
}

/** The state of `back` cycles ago. */
export function pastOf<T>(who: string, window: readonly T[], back: number): T {
  const state = window[back];
  if (state !== undefined) return state;
  throw new UsageError(
    `${who}: the state of ${back} cycles ago; need 0 to ${window.length - 1}, the cycles of its window.`,
  );
}
