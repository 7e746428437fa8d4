/** Signatures: what the recording of a function depends on. */
import { UsageError } from "./errors.js";
import { Tensor } from "./tensor.js";

/** The shapes and dtypes of tensors, and every other argument by value. */
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
