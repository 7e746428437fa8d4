/** Several methods on the same data: what their runs gave, side by side. */
import type { RunResult } from "./output.js";

/** The result of one method, under the name that it has in the comparison. */
export interface ComparedResult extends RunResult {
  readonly label: string;
}

export interface ComparisonResult {
  readonly name: string;
  readonly model: string;
  readonly seed: number;
  /** In the order of the file. */
  readonly methods: readonly ComparedResult[];
  /** Whether any of them diverged. */
  readonly diverged: boolean;
}

/**
 * Runs of experiments that differ in their method alone: truths and observations are then the same,
 * for their keys do not depend on the method.
 */
export function comparisonOf(methods: readonly ComparedResult[]): ComparisonResult {
  const { name, model, seed } = methods[0]!;
  return { name, model, seed, methods, diverged: methods.some(({ diverged }) => diverged) };
}
