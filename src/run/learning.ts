/** The learning problem of an experiment, and its answer in the terms of the result. */
import { index, leavesOf, scope, stack, type Tensor, tensor, withLeaves } from "../engine/index.js";
import { analyseHere, assimilate } from "../filters/index.js";
import {
  cyclesOf,
  type Learned,
  type LearningProblem,
  type LearnState,
  latentCount,
  learn,
  learnStart,
  type NamedTensors,
  type ObservedTensors,
  type ParameterDefinition,
  recordsOf,
  refinementLimit,
  type Window,
  windowsOf,
} from "../learn/index.js";
import type { Propagation } from "../models/index.js";
import { type Observation, observationSeries } from "../observe/index.js";
import { foldIn, type Key } from "../random/index.js";
import { operatorAt } from "./assembly.js";
import type { Data, Trajectory } from "./data.js";
import { Interrupted, type LearningOutput, type RunHost } from "./output.js";
import { type Parts, partsOf } from "./parts.js";
import { type LearnSpecification, type Specification, trainingLength } from "./specification.js";
import { keysOf } from "./twins.js";
import { isScalar, lookingUp } from "./values.js";

/** Trajectories as one window: what they are observed by, and keys for each and each cycle. */
function windowOfAll(trajectories: readonly Trajectory[]): Window {
  const record = recordsOf(
    trajectories.map(({ series }) => series),
    trajectories.map(({ keys }) => keys.cycles),
  );
  if (trajectories[0]!.positions === null) return record;
  const positions = stack(
    trajectories.map((each) => each.positions!),
    0,
  ); // [B, K, m]
  return { ...record, trajectories: { ...record.trajectories, positions } };
}

const startOf = (trajectories: readonly Trajectory[]): { readonly keys: Tensor } => ({
  keys: keysOf(trajectories.map(({ keys }) => keys.initial)),
});

/** The first state of every trajectory, each from its own key. */
function firstStates({ filter, prior }: Parts, keys: Tensor): unknown {
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

/** The filter over windows of trajectories; of one record the last share is for validation. */
export function learningProblem(
  specification: Specification,
  { window, validation }: Pick<LearnSpecification, "window" | "validation">,
  data: Data,
  definitions: readonly ParameterDefinition[],
): LearningProblem<unknown> {
  const K = data.training[0]!.series.times.length;
  const split = trainingLength(validation, K);
  const length = window ?? split;
  const record = windowOfAll(data.training);
  const start = startOf(data.training);
  const partsAt = (values: NamedTensors) => partsOf(specification, data, lookingUp(values));
  const observation = (
    { variance, motion }: Parts,
    { y, mask, positions }: ObservedTensors,
  ): Observation => {
    const operator = operatorAt(data.view, positions, motion.dimension);
    return { y, mask, operator, variance, support: data.view.support };
  };
  return {
    definitions,
    initial: (values, { keys }) => firstStates(partsAt(values), keys!),
    run: (values, before, part) => {
      const parts = partsAt(values);
      const seen = cyclesOf(part);
      const cycles = parts.motion.crossing(part.intervals).map((propagation, t) => ({
        ...propagation,
        observation: observation(parts, seen[t]!.trajectories),
      }));
      const cycleKeys = seen.map(({ key }) => key);
      return assimilate(parts.filter, before, cycles, cycleKeys);
    },
    restart: (values, { keys }, part) => {
      const parts = partsAt(values);
      const [seen] = cyclesOf(part);
      const key = foldIn(seen!.key, purposeOfEntry);
      const first = firstStates(parts, keys!);
      const [{ transition }] = parts.motion.crossing(part.intervals.slice(0, 1)) as [Propagation];
      return analyseHere(
        parts.filter,
        first,
        observation(parts, seen!.trajectories),
        transition,
        key,
      );
    },
    training: { start, windows: windowsOf(record, length, 0, split) },
    validation:
      data.validation.length > 0
        ? {
            start: startOf(data.validation),
            windows: windowsOf(windowOfAll(data.validation), length),
          }
        : { start: null, windows: windowsOf(record, length, split, K) },
  };
}

/** Apart from the keys that a cycle splits its own into. */
const purposeOfEntry = 0;

/** Learns with progress and checkpoints; throws Interrupted when the host wants to stop. */
export function learnWith(
  problem: LearningProblem<unknown>,
  specification: LearnSpecification,
  starts: Key,
  host: RunHost,
  from: LearnState = learnStart,
): Promise<Learned> {
  const { epochs, restarts } = specification;
  let rested = Date.now();
  const visit = async (state: LearnState): Promise<void> => {
    const last = state.reports.at(-1);
    const done = state.restart * epochs + (state.train?.epoch ?? 0);
    host.progress({
      stage: "learning",
      done: Math.min(done, epochs * restarts),
      total: epochs * restarts,
      detail: last ? `loss ${(last.validation ?? last.training).toFixed(4)} a value` : "",
    });
    host.checkpoint({ version: 2, learning: state });
    if (Date.now() - rested > restEvery) {
      await new Promise((resolve) => setTimeout(resolve));
      rested = Date.now();
    }
    if (host.stopRequested()) throw new Interrupted("stopped at the host's request");
  };
  const refine = specification.refine && refinable(problem.definitions);
  return learn(problem, { ...specification, refine, key: foldIn(starts, 0) }, visit, from);
}

/** Newton's steps need a Hessian, which is for few numbers: what is learned whole is left to Adam. */
const refinable = (definitions: readonly ParameterDefinition[]): boolean =>
  definitions.every(isScalar) && definitions.length <= refinementLimit;

/** Milliseconds after which other events get their turn. */
const restEvery = 50;

/**
 * What the report shows of learning; likelihoods are of the values learned from, as they were
 * recorded.
 */
export function learningOutput(
  { reports, attempts, best, uncertainty }: Learned,
  { definitions, training }: LearningProblem<unknown>,
  { training: courses, view }: Data,
  { refine }: LearnSpecification,
): LearningOutput {
  const count = training.windows.reduce((n, { intervals }) => n + intervals.length, 0);
  const logJacobian = courses.reduce((total, { plain }) => {
    if (view.transform === "identity") return total;
    const [times, values] = [plain.times.slice(0, count), plain.values.slice(0, count)];
    return total + scope(() => observationSeries({ times, values }, view.transform)).logJacobian;
  }, 0);
  return {
    losses: reports,
    restarts: attempts.map(({ latents, logLikelihood }) => ({
      logLikelihood: logLikelihood + logJacobian,
      parameters: Object.fromEntries(
        definitions
          .filter(isScalar)
          .map(({ name, bijection }) => [
            name,
            scope(() => bijection.forward(tensor(latents[name]![0]!))).item(),
          ]),
      ),
    })),
    best,
    uncertainty: uncertainty?.explanation ?? withoutErrors(refine, latentCount(definitions)),
  };
}

const withoutErrors = (refine: boolean, n: number): string =>
  refine
    ? `No standard errors: they take a Hessian, which is worked out for at most ${refinementLimit} single values, and ${n} numbers were learned.`
    : "No standard errors: they are taken at the maximum, and `learn.refine` was off.";
