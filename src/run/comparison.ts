import type { ComparedResult, ComparisonResult } from "./output.js";

/**
 * Joins the results of experiments that differ only in their method. Truths and observations are the same for
 * all of them, because their random keys do not depend on the method.
 */
export function comparisonOf(methods: readonly ComparedResult[]): ComparisonResult {
  const { name, model, seed } = methods[0]!;
  return { name, model, seed, methods, diverged: methods.some(({ diverged }) => diverged) };
}
