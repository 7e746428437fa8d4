/** Signatures: everything on which the recording of a function depends. */
import { UsageError } from "./errors.js";
import { Tensor } from "./tensor.js";

/** Returns the shapes and dtypes of tensors, and all other arguments by value, as a text. */
export function signature(name: string, args: readonly unknown[]): string {
  return JSON.stringify(args, (key, value: unknown) => {
    if (value instanceof Tensor) return { tensor: value.shape, dtype: value.dtype };
    if (typeof value === "function") {
      throw new UsageError(
        `${name}: argument "${key}" holds a function; close over it instead, or capture once for each.`,
      );
    }
    if (typeof value === "number" && !Number.isFinite(value)) return String(value);
    return value;
  });
}
