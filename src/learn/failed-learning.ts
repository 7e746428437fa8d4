/** What a failure in learning says: the epoch, the observations, the quantity and what may help. */
import { NumericError } from "../engine/index.js";

/** The observations of a window in which a filter failed, counted from 0. */
export interface FailedWindow {
  readonly of: "training" | "validation";
  readonly first: number;
  /** Exclusive. */
  readonly last: number;
}

/** The failure of a filter in a window. */
export class WindowError extends NumericError {
  readonly window: FailedWindow;

  constructor({ message, words, singular }: NumericError, window: FailedWindow) {
    super(message, words, singular);
    this.window = window;
  }
}

const remedy =
  "Smaller learning rates, other start values, shorter windows, more process noise or inflation, or shorter steps may help.";

/** Returns "in the observations 3 to 5 (times 0.3 to 0.5)"; without times their numbers alone. */
function placeOf({ of, first, last }: FailedWindow, times: readonly number[] | undefined): string {
  const several = last - first > 1;
  const numbers = several ? `observations ${first + 1} to ${last}` : `observation ${first + 1}`;
  const [from, to] = [times?.[first], times?.[last - 1]];
  const when =
    from === undefined || to === undefined
      ? ""
      : several
        ? ` (times ${from} to ${to})`
        : ` (time ${from})`;
  return `${numbers}${when} of the ${of} data`;
}

/** Returns the error of an epoch that failed, and was repeated in vain. */
export function epochError(
  error: NumericError,
  epoch: number,
  times: readonly number[] | undefined,
): NumericError {
  const where = error instanceof WindowError ? `, in ${placeOf(error.window, times)}` : "";
  const words = `learning failed in epoch ${epoch + 1}${where}, also where its rates were halved: ${error.words} ${remedy}`;
  return new NumericError(`learn: ${words}`, words);
}

/** Returns the error of a failure beside the epochs; what is a sentence of its own already stays as it is. */
export function learningError(error: NumericError): NumericError {
  if (error.words === error.message || error.message.startsWith("learn: ")) return error;
  const words = `learning failed after its epochs, where the maximum is searched (refine): ${error.words} ${remedy}`;
  return new NumericError(`learn: ${words}`, words);
}
