/**
 * Failures in the words of experiments: stages after filtering that fail, with what the filter computed kept, and
 * runs that need more memory than there is.
 */
import { MemoryError } from "../engine/index.js";
import { noDiagnostics } from "./diagnosing.js";
import type { DiagnosticsOutput, StageFailure } from "./output.js";
import type { Scored } from "./scores.js";
import type { Specification } from "./specification.js";

/** Returns the failure of smoothing, if it failed in any of the runs. */
export function smoothingFailures(runs: readonly Scored[]): readonly StageFailure[] {
  const causes = runs.flatMap(({ described: { smoothingFailure } }) => smoothingFailure ?? []);
  return causes.slice(0, 1).map((cause) => ({ stage: "smoothing", cause }));
}

/** Computes the diagnostics; where that fails, returns none and the failure. */
export function diagnosing(compute: () => DiagnosticsOutput): {
  readonly diagnostics: DiagnosticsOutput;
  readonly failures: readonly StageFailure[];
} {
  try {
    return { diagnostics: compute(), failures: [] };
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    return { diagnostics: noDiagnostics, failures: [{ stage: "diagnostics", cause }] };
  }
}

/** Carries out a run; where its memory does not suffice the error says what takes it, and which key to change. */
export async function tellingMemory<T>(
  specification: Specification,
  run: () => Promise<T>,
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof MemoryError)) throw error;
    throw new MemoryError(error.message, memoryWords(error.words, specification));
  }
}

function memoryWords(
  given: string,
  { method: { record, block }, learn, dtype = "f64" }: Specification,
): string {
  const { members } = block as { readonly members?: number };
  const window = learn?.window ?? null;
  const learned =
    learn === null
      ? []
      : [
          `learning holds every step of ${window === null ? "the whole record" : `a window of ${window} observations`} for its derivative: a shorter learn.window needs less`,
        ];
  const needs = [
    ...learned,
    ...(members === undefined
      ? []
      : [`${record.kind} has ${members} members: fewer in method.members need less`]),
    "a model of fewer variables needs less",
    ...(learn !== null && dtype === "f64" ? ["learn.dtype: f32 needs half"] : []),
  ];
  return `the run needs more memory than there is: ${given}. What takes it: ${needs.join("; ")}.`;
}
