import { concat, leavesOf, parallel, release, scope, withLeaves } from "../engine/index.js";
import type { NamedTensors } from "./parameters.js";
import type { LearningProblem, WindowStart } from "./problem.js";
import type { TrajectoryTensors, Window } from "./window.js";

/** The result of one window: the filter's state after it, and the series to be returned. */
export interface Evaluated<S, E> {
  /** State after the window, a tree of [B, ...]. */
  readonly state: S;
  /** A tree of tensors [B, L, ...]: analyses, forecasts or scores of the window's L cycles. */
  readonly series: E;
}

export interface EvaluateOptions {
  /** Number of slices into which the trajectories are cut, as for training. @defaultValue 4 */
  readonly slices?: number;
}

/**
 * Evaluates a filter with given parameter values on a dataset, without learning: for test
 * trajectories, scores and figures. Calls `through` for every window in order and joins its series
 * in time, to tensors [B, K, ...].
 *
 * @throws NumericError when the filter fails in a window: it is not restarted here.
 */
export function evaluate<S, E>(
  { initial }: Pick<LearningProblem<S>, "initial">,
  values: NamedTensors,
  dataset: { readonly start: NamedTensors; readonly windows: readonly Window[] },
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
      let entry: WindowStart<S> = { start: dataset.start };
      for (const { trajectories, ...window } of dataset.windows) {
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
