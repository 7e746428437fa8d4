/** The sizes of a run, from its specification alone: nothing of it is made. */
import { stateSizeOf } from "../filters/index.js";
import { type BoundModel, wholeSteps } from "../models/index.js";
import { type Extent, longRunExtent } from "../problem/index.js";
import { horizonLength } from "./describe.js";
import type { Specification } from "./specification.js";

/** What is known of a model and its observations once they are built. */
export interface BuiltFacts {
  readonly model: Pick<BoundModel, "dimension" | "decorrelationTime">;
  /** m, the number of values observed at a time. */
  readonly values: number;
}

/** Returns the sizes of a run. */
export function extentOf(specification: Specification, { model, values }: BuiltFacts): Extent {
  const { method, time, learn, observations, initial } = specification;
  const sizes = { variables: model.dimension, values };
  const state = stateSizeOf(method, sizes);
  const { lag = 0 } = method.block as { readonly lag?: number };
  const over = stepsOf(specification);
  const needsRun = method.record.needs(method.block).climate !== undefined;
  const counts = observations.kind === "twin" ? observations.trajectories : undefined;
  return {
    ...sizes,
    ...over,
    beyond: horizonLength(time),
    substeps: time.substeps,
    trajectories: counts === undefined ? 1 : counts.training + counts.validation + counts.test,
    epochs: learn === null ? 0 : learn.epochs * learn.restarts,
    state,
    kept: method.record.keepsStates ? over.times : Math.min(lag, over.times),
    longRun:
      needsRun || (observations.kind === "twin" && initial === null)
        ? longRunExtent(model, time.step)
        : null,
  };
}

/** Returns the number of times and of the steps between them. */
function stepsOf({
  observations,
  time,
}: Specification): Pick<Extent, "times" | "steps" | "longest" | "widest"> {
  const { step, cycles, observeEvery } = time;
  if (observations.kind === "twin") {
    // Trajectories that are drawn anew may be longer than those that are filtered.
    const times = Math.max(cycles!, observations.trajectories?.cycles ?? 0);
    return { times, steps: times * observeEvery, longest: observeEvery, widest: null };
  }
  const { times } = observations.record;
  let [steps, longest] = [0, 0];
  let widest: readonly [number, number] | null = null;
  for (const [k, at] of times.entries()) {
    if (k === 0) continue;
    const interval = at - times[k - 1]!;
    const n = wholeSteps(interval, step) ?? Math.ceil(interval / step);
    steps += n;
    if (n <= longest) continue;
    longest = n;
    widest = [times[k - 1]!, at];
  }
  return { times: times.length, steps, longest, widest };
}
