/** Several methods on the same data: what their runs gave, side by side. */
import type { ComparedResult, ComparisonResult } from "./output.js";

/**
 * Runs of experiments that differ in their method alone: truths and observations are then the same,
 * for their keys do not depend on the method.
 */
export function comparisonOf(methods: readonly ComparedResult[]): ComparisonResult {
  const { name, model, seed } = methods[0]!;
  return { name, model, seed, methods, diverged: methods.some(({ diverged }) => diverged) };
}
