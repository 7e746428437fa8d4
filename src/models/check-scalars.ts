import { Tensor, UsageError } from "../engine/index.js";
import { checkOptions, describeValue } from "../parts/index.js";

/**
 * Checks the parameters of a formula: each is a finite number or a tensor of real numbers, and there are no others.
 *
 * @throws UsageError that names the parameter.
 */
export function checkScalars(who: string, given: object, names: readonly string[]): void {
  checkOptions(who, given, names);
  for (const name of names) {
    const value = (given as Readonly<Record<string, unknown>>)[name];
    if (value instanceof Tensor ? value.dtype !== "i32" : Number.isFinite(value)) continue;
    throw new UsageError(
      `${who}: ${name} is ${value instanceof Tensor ? value : describeValue(value)}; need a finite number or a tensor.`,
    );
  }
}
