/** The look inside the analysis of a network, if the method asks for it. */
import { type Inspection, inspecting } from "../diagnostics/index.js";
import type { NamedTensors } from "../parts/index.js";
import type { StateSpace, Trajectory } from "../problem/index.js";
import type { Key } from "../random/index.js";
import { type InspectionResult, Interrupted, type RunHost, type StageFailure } from "./output.js";
import type { Specification } from "./specification.js";

/** What was seen, and why nothing was if it failed. */
export interface Inspected {
  readonly inspection: Inspection | null;
  readonly failures: readonly StageFailure[];
}

/** The outcome where nobody looked. */
export const noInspection: Inspected = { inspection: null, failures: [] };

/** The time in milliseconds after which other events are handled. */
const pauseEvery = 100;

/** Looks inside the analysis along a trajectory, if the method asks for it. @throws Interrupted when the host asks to stop. */
export async function inspectIfAsked(
  { method, time: { spinup } }: Specification,
  system: StateSpace,
  trajectory: Trajectory,
  values: NamedTensors,
  key: Key,
  host: RunHost,
): Promise<Inspected> {
  const asked = method.record.inspection?.(method.block);
  if (asked === undefined) return noInspection;
  try {
    const steps = inspecting(method, system, trajectory, { ...asked, spinup, values, key });
    const tell = (part: number): void =>
      host.progress({
        stage: "looking inside",
        done: Math.round(100 * part),
        total: 100,
        detail: "",
      });
    // The first pause comes at once: a short look, too, is told, and stops where it is asked to.
    let paused = 0;
    for (;;) {
      const next = steps.next();
      if (next.done) {
        tell(1);
        return { inspection: next.value, failures: [] };
      }
      if (Date.now() - paused <= pauseEvery) continue;
      tell(next.value);
      await new Promise((resolve) => setTimeout(resolve));
      if (host.stopRequested()) throw new Interrupted("stopped at the host's request");
      paused = Date.now();
    }
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    const cause = error instanceof Error ? error.message : String(error);
    return { inspection: null, failures: [{ stage: "inspection", cause }] };
  }
}

/** Returns the numbers of an inspection for the result. */
export const inspectionResult = ({
  rmse,
  bias: { mean, sd },
  gain,
  distances,
}: Inspection): InspectionResult => ({ rmse, bias: { mean, sd }, gain, distances });
