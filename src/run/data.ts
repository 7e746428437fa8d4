/** The state-space problem of an experiment, and its trajectories: a record, or simulated twins. */
import {
  type Endless,
  endless,
  firstCycles,
  type LearningData,
  type StateSpace,
  simulate,
  simulateMany,
  systemOf,
  type Trajectory,
  trajectoryOf,
} from "../problem/index.js";
import type { Key } from "../random/index.js";
import type { Specification } from "./specification.js";

/** The problem and the trajectories of an experiment. */
export interface Data {
  readonly system: StateSpace;
  /** The trajectories to learn from; the end of a record may be kept for validation. */
  readonly training: readonly Trajectory[];
  /** What is drawn anew for each epoch of learning, instead of `training`; absent: nothing. */
  readonly endless?: Endless;
  /**
   * The trajectories for validation; empty if a fraction of the training trajectories is kept instead, or
   * nothing.
   */
  readonly validation: readonly Trajectory[];
  /** The trajectories that are filtered with the learned values; for a record it is the training trajectory. */
  readonly test: readonly Trajectory[];
}

/** Builds the state-space problem of a specification. */
export function systemFor({
  observations,
  initial,
  time,
  ...specification
}: Specification): StateSpace {
  const { kind, noise } = observations;
  const start =
    kind === "record"
      ? "climate"
      : (observations.start ?? (observations.trajectories && "climate"));
  return systemOf({
    model: specification.model,
    processNoise: specification.processNoise,
    filterProcessNoise: specification.filterProcessNoise,
    observe:
      kind === "twin"
        ? observations.operator
        : (observations.operator ?? observations.record.components),
    noise,
    ...(initial && { prior: initial }),
    ...(start && { start }),
    ...(specification.dtype && { dtype: specification.dtype }),
    step: time.step,
    substeps: time.substeps,
    seed: specification.seed,
  });
}

/** What is learned from and judged by, with the random key of the runs. */
export const learningDataOf = (
  { training, endless: drawn, validation }: Data,
  root: Key,
): LearningData => ({ training: drawn ?? training, validation, key: root });

/** Builds the problem and the trajectories of an experiment; `root` is the random key of its seed. */
export function dataOf(specification: Specification, root: Key): Data {
  const { observations, time } = specification;
  const system = systemFor(specification);
  if (observations.kind === "record") {
    const one = [trajectoryOf(system, observations.record)];
    return { system, training: one, validation: [], test: one };
  }
  const options = { cycles: time.cycles!, every: time.observeEvery, key: root };
  const { trajectories: counts } = observations;
  if (counts === undefined) {
    const one = [simulate(system, options).record];
    return { system, training: one, validation: [], test: one };
  }
  const { validation, test, endless: anew, cycles = options.cycles } = counts;
  const training = anew ? 0 : counts.training;
  const made = simulateMany(system, { ...options, trajectories: training + validation + test });
  const cut = (given: readonly Trajectory[]) => given.map((each) => firstCycles(each, cycles));
  return {
    system,
    training: cut(made.slice(0, training)),
    ...(anew && {
      endless: endless({ trajectories: counts.training, cycles, every: time.observeEvery }),
    }),
    validation: cut(made.slice(training, training + validation)),
    test: made.slice(training + validation),
  };
}
