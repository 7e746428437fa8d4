/**
 * A method as a function of the values that are learned, over windows of trajectories: all of a
 * learning problem but its data.
 */
import {
  broadcastTo,
  full,
  index,
  leavesOf,
  squeeze,
  stack,
  Tensor,
  withLeaves,
} from "../engine/index.js";
import {
  type AssimilationSeries,
  analyseWithoutForecast,
  assimilate,
  assimilateSeries,
  type Cycle,
  type Method,
  threedvarC,
} from "../filters/index.js";
import { cyclesOf, type LearningProblem, type Window, type WindowCycle } from "../learn/index.js";
import type { Propagation } from "../models/index.js";
import type { Observation } from "../observe/index.js";
import { currentValues, type NamedTensors, type ParameterDefinition } from "../parts/index.js";
import { type Gaussian, sampleGaussian } from "../prob/index.js";
import { foldIn, type Key } from "../random/index.js";
import { assimilateByStates, type Loss } from "./losses.js";
import { type AnyMethod, boundMethod } from "./method.js";
import { type BoundSystem, bindSystem, type StateSpace } from "./system.js";

export interface WindowOptions {
  /** The largest number that a state may hold before it counts as failed. @defaultValue Infinity */
  readonly bound?: number;
  /**
   * Where a method of a single state begins: at the mean of the prior, or each trajectory with a draw
   * from it. With draws a trajectory that failed is restarted by an analysis of the prior with the
   * covariance of the prior, else with that of the method. @defaultValue "mean"
   */
  readonly singleStates?: "mean" | "draw";
  /** Keep the memory of one cycle, not of the window; gradients take a third more time. @defaultValue false */
  readonly recompute?: boolean;
  /**
   * By what is learned; the loss "truth" needs windows whose `trajectories` hold `truth` [B, L, d], in the
   * state's own variables. @defaultValue "likelihood"
   */
  readonly loss?: Loss;
}

/** What a window gave, cycle by cycle. */
export interface WindowSeries extends AssimilationSeries<unknown> {
  readonly method: Method<unknown>;
  /** What was observed at each cycle. */
  readonly observations: readonly Observation[];
}

/** All of a learning problem but its data. */
export interface WindowProblem extends Omit<LearningProblem<unknown>, "training" | "validation"> {
  /** The forecast, the analysis and the evidence of each cycle of a window, one after the other. */
  series(values: NamedTensors, before: unknown, window: Window): WindowSeries;
}

/**
 * A method for a problem as a function of the values of the definitions.
 *
 * Windows whose `trajectories` or `shared` tensors hold `positions` are observed at these variables,
 * i32 [B, L, m] or, the same in all trajectories, [L, m].
 */
export function windowProblem(
  method: AnyMethod,
  system: StateSpace,
  definitions: readonly ParameterDefinition[],
  options: WindowOptions = {},
): WindowProblem {
  const { bound: most, singleStates = "mean", recompute = false, loss = "likelihood" } = options;
  const at = (values: NamedTensors): { bound: BoundSystem; filter: Method<unknown> } => {
    const source = currentValues(values);
    const bound = bindSystem(system, source);
    return { bound, filter: boundMethod(method, system, bound, source) };
  };
  const first = singleStates === "draw" ? drawnStates : firstStates;
  return {
    ...{ definitions, dtype: system.dtype },
    ...(most !== undefined && { bound: most }),
    ...(loss === "truth" && { judged: ({ trajectories }) => trajectories.truth?.size ?? 0 }),
    initial: (values, { keys }) => {
      const { bound, filter } = at(values);
      return first(filter, bound.prior, keys!);
    },
    run: (values, before, window) => {
      const { bound, filter } = at(values);
      const { cycles, keys } = cyclesThrough(bound, window);
      if (loss === "likelihood") return assimilate(filter, before, cycles, keys, { recompute });
      const truths = window.trajectories.truth ?? null;
      return assimilateByStates(loss, filter, before, cycles, keys, { truths, recompute });
    },
    series: (values, before, window) => {
      const { bound, filter } = at(values);
      const { cycles, keys, observations } = cyclesThrough(bound, window);
      const run = assimilateSeries(filter, before, cycles, keys);
      return { ...run, method: filter, observations };
    },
    restart: (values, { keys }, window) => {
      const { bound, filter } = at(values);
      const { prior } = bound;
      const [seen] = cyclesOf(window);
      const observation = observationOf(bound, seen!);
      const key = foldIn(seen!.key, restartPurpose);
      if (singleStates === "draw" && isSingleState(filter, prior, keys!)) {
        return priorAnalysis(prior, keys!.shape[0]!, observation, key);
      }
      const [{ transition }] = bound.propagations(window.intervals.slice(0, 1)) as [Propagation];
      const states = firstStates(filter, prior, keys!);
      return analyseWithoutForecast(filter, states, observation, transition, key);
    },
  };
}

/** Apart from the keys that a cycle splits its own into. */
const restartPurpose = 0;

/** The cycles of a window, with the key and the observation of each. */
function cyclesThrough(bound: BoundSystem, window: Window) {
  const seen = cyclesOf(window);
  const observations = seen.map((each) => observationOf(bound, each));
  const cycles = bound
    .propagations(window.intervals)
    .map((propagation, t): Cycle => ({ ...propagation, observation: observations[t]! }));
  return { cycles, observations, keys: seen.map(({ key }) => key) };
}

const observationOf = (bound: BoundSystem, { trajectories, shared }: WindowCycle): Observation =>
  bound.observation({
    ...{ y: trajectories.y, mask: trajectories.mask },
    positions: trajectories.positions ?? shared.positions ?? null,
  });

/** The first state of every trajectory, each from its own key. */
function firstStates(filter: Method<unknown>, prior: Gaussian, keys: Tensor): unknown {
  const states = Array.from({ length: keys.shape[0]! }, (_, b) =>
    filter.init(prior, index(keys, 0, b)),
  );
  const leaves = states.map(leavesOf);
  const stacked = leaves[0]!.map((_, i) =>
    stack(
      leaves.map((each) => each[i]!),
      0,
    ),
  );
  return withLeaves(states[0], stacked);
}

/** The same, where a single state is drawn from the prior: [B, d]. */
const drawnStates = (filter: Method<unknown>, prior: Gaussian, keys: Tensor): unknown =>
  isSingleState(filter, prior, keys)
    ? squeeze(sampleGaussian(prior, 1, keys), -2)
    : firstStates(filter, prior, keys);

/** The state of the method is x [d] itself. */
function isSingleState(filter: Method<unknown>, prior: Gaussian, keys: Tensor): boolean {
  if (filter.members !== undefined) return false;
  const first = filter.init(prior, index(keys, 0, 0));
  return first instanceof Tensor && first.shape.length === 1;
}

/** The prior after an observation, a state for each of B trajectories [B, d]. */
function priorAnalysis(
  { mean, covariance: C }: Gaussian,
  B: number,
  observation: Observation,
  key: Key,
): Tensor {
  const d = mean.shape.at(-1)!;
  const single = C.kind === "diagonal" && typeof C.variance === "number" ? C.variance : null;
  const covariance =
    single === null
      ? C
      : ({ kind: "diagonal", variance: full([d], single, mean.dtype as "f64") } as const);
  const states = broadcastTo(mean, [B, d]);
  return threedvarC({ covariance }).analyse(states, observation, key).state;
}
