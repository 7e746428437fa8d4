/** Stages after filtering that fail: they are told, and what the filter computed is kept. */
import { noDiagnostics } from "./diagnosing.js";
import type { DiagnosticsOutput, StageFailure } from "./output.js";
import type { Scored } from "./scores.js";

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
