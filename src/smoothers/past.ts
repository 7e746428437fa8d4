/** What smoothers of fixed lag have in common: a window of ensembles, the present first. */
import { type Tensor, UsageError } from "../engine/index.js";

export function checkLag(who: string, L: number): void {
  if (Number.isInteger(L) && L >= 0) return;
  throw new UsageError(`${who}: lag is ${L}; need a whole number of cycles, 0 or more.`);
}

/** The members of `back` cycles ago. */
export function pastOf(who: string, window: readonly Tensor[], back: number): Tensor {
  const E = window[back];
  if (E !== undefined) return E;
  throw new UsageError(
    `${who}: the state of ${back} cycles ago; need 0 to ${window.length - 1}, the cycles of its window.`,
  );
}
