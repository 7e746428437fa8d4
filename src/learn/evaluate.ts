/**
 * A course followed with given values, without learning: states or whatever else is asked of each
 * window, joined in time. For test trajectories, scores and figures.
 */
import { concat, leavesOf, parallel, release, scope, withLeaves } from "../engine/index.js";
import type { NamedTensors } from "./parameters.js";
import type { LearningProblem, WindowStart } from "./problem.js";
import type { TrajectoryTensors, Window } from "./window.js";

/** What is asked of a window. */
export interface Evaluated<S, E> {
  readonly state: S;
  /** A tree of tensors [B, L, ...]. */
  readonly series: E;
}

export interface EvaluateOptions {
  /** As for training. @defaultValue 4 */
  readonly slices?: number;
}

/**
 * What `through` gives for every window from the first to the last, each tensor [B, K, ...]. A
 * window that fails is an error.
 */
export function evaluate<S, E>(
  { initial }: Pick<LearningProblem<S>, "initial">,
  values: NamedTensors,
  course: { readonly start: NamedTensors; readonly windows: readonly Window[] },
  through: (values: NamedTensors, before: S, window: Window) => Evaluated<S, E>,
  { slices = 4 }: EvaluateOptions = {},
): E {
  interface Shared extends Omit<Window, "trajectories"> {
    readonly values: NamedTensors;
  }
  interface Sliced {
    readonly entry: WindowStart<S>;
    readonly trajectories: TrajectoryTensors;
  }
  const step = parallel(
    (shared: Shared, { entry, trajectories }: Sliced) => {
      const before = "before" in entry ? entry.before : initial(shared.values, entry.start);
      const each = through(shared.values, before, { ...shared, trajectories });
      return { total: {}, each };
    },
    { slices },
  );
  try {
    return scope(() => {
      const parts: E[] = [];
      let entry: WindowStart<S> = { start: course.start };
      for (const { trajectories, ...window } of course.windows) {
        const each: Evaluated<S, E> = step({ values, ...window }, { entry, trajectories }).each;
        if ("before" in entry) release(entry.before);
        entry = { before: each.state };
        parts.push(each.series);
      }
      const leaves = parts.map(leavesOf);
      const joined = leaves[0]!.map((_, i) =>
        concat(
          leaves.map((each) => each[i]!),
          1,
        ),
      );
      return withLeaves(parts[0]!, joined);
    });
  } finally {
    step.forget();
  }
}
