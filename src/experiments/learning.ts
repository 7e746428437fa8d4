/** The learning problem of an experiment, and its answer in the terms of the result. */
import { expandDims, mapTree, scope, tensor } from "../engine/index.js";
import { assimilate } from "../filters/index.js";
import {
  cyclesOf,
  type Learned,
  type LearningProblem,
  type LearnState,
  learn,
  learnStart,
  type NamedTensors,
  recordOf,
  type ScalarDefinition,
  type WindowCycle,
  windowsOf,
} from "../learn/index.js";
import { type Observation, observationSeries } from "../observe/index.js";
import { foldIn, type Key } from "../random/index.js";
import { filterOf, motionOf, observationVariance, priorOf } from "./assembly.js";
import type { Data } from "./data.js";
import { Interrupted, type LearningOutput, type RunHost } from "./output.js";
import { type LearnSpecification, type Specification, trainingLength } from "./specification.js";
import { collecting, lookingUp, type Reader } from "./values.js";

/** Reads every value of a specification once, in the order of its parts. */
export function readAll(
  specification: Specification,
  { initial }: Pick<Data, "initial">,
  read: Reader,
): void {
  const motion = motionOf(specification, read);
  observationVariance(specification.observations.noise, read);
  filterOf(specification, read);
  priorOf(initial, specification.model, motion, read);
}

/** Everything that a specification asks to learn. */
export function definitionsOf(specification: Specification, data: Data): ScalarDefinition[] {
  const found = new Map<string, ScalarDefinition>();
  readAll(specification, data, collecting(found));
  return [...found.values()];
}

/** Keys of a run, one a purpose. */
export interface RunKeys {
  readonly initial: Key;
  readonly cycles: Key;
  readonly starts: Key;
}

/** What is learned from one record: single numbers. */
export interface RecordProblem extends LearningProblem<unknown> {
  readonly definitions: readonly ScalarDefinition[];
}

/** The filter over windows of the record; the last share of it is for validation. */
export function learningProblem(
  specification: Specification,
  { window, validation }: LearnSpecification,
  data: Data,
  keys: RunKeys,
): RecordProblem {
  const { series, view, initial } = data;
  const K = series.times.length;
  const split = trainingLength(validation, K);
  const length = window ?? split;
  const record = recordOf(series, keys.cycles);
  const filterAt = (values: NamedTensors) => filterOf(specification, lookingUp(values));
  const observation = (values: NamedTensors, { trajectories }: WindowCycle): Observation => {
    const variance = observationVariance(specification.observations.noise, lookingUp(values));
    return { ...trajectories, operator: view.operator, variance, support: view.support };
  };
  const first = (values: NamedTensors): unknown => {
    const read = lookingUp(values);
    const prior = priorOf(initial, specification.model, motionOf(specification, read), read);
    const state = filterAt(values).init(prior, keys.initial);
    return mapTree(state, (x) => expandDims(x, 0)); // one trajectory
  };
  return {
    definitions: definitionsOf(specification, data),
    initial: first,
    run: (values, before, part) => {
      const motion = motionOf(specification, lookingUp(values));
      const seen = cyclesOf(part);
      const cycles = motion.crossing(part.intervals).map((propagation, t) => ({
        ...propagation,
        observation: observation(values, seen[t]!),
      }));
      const cycleKeys = seen.map(({ key }) => key);
      return assimilate(filterAt(values), before, cycles, cycleKeys);
    },
    reenter: (values, _, part) => {
      const [seen] = cyclesOf(part);
      const key = foldIn(seen!.key, purposeOfEntry);
      return filterAt(values).analyse(first(values), observation(values, seen!), key).state;
    },
    training: { start: {}, windows: windowsOf(record, length, 0, split) },
    validation: { start: null, windows: windowsOf(record, length, split, K) },
  };
}

/** Apart from the keys that a cycle splits its own into. */
const purposeOfEntry = 0;

/** Learns with progress and checkpoints; throws Interrupted when the host wants to stop. */
export function learnWith(
  problem: LearningProblem<unknown>,
  specification: LearnSpecification,
  keys: RunKeys,
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
  return learn(problem, { ...specification, key: foldIn(keys.starts, 0) }, visit, from);
}

/** Milliseconds after which other events get their turn. */
const restEvery = 50;

/**
 * What the report shows of learning; likelihoods are of the values learned from, as they were
 * recorded.
 */
export function learningOutput(
  { reports, attempts, best, uncertainty }: Learned,
  { definitions, training }: RecordProblem,
  { plain, view }: Data,
): LearningOutput {
  const count = training.windows.reduce((n, { intervals }) => n + intervals.length, 0);
  const first = <T>(rows: readonly T[]): T[] => rows.slice(0, count);
  const learnedFrom = { times: first(plain.times), values: first(plain.values) };
  const { logJacobian } = scope(() => observationSeries(learnedFrom, view.transform));
  const value = ({ bijection }: ScalarDefinition, latent: number) =>
    scope(() => bijection.forward(tensor(latent))).item();
  return {
    losses: reports,
    restarts: attempts.map(({ latents, logLikelihood }) => ({
      logLikelihood: logLikelihood + logJacobian,
      parameters: Object.fromEntries(
        definitions.map((definition) => {
          const { name } = definition;
          return [name, value(definition, latents[name]![0]!)];
        }),
      ),
    })),
    best,
    uncertainty:
      uncertainty?.explanation ??
      "No standard errors: they are taken at the maximum, and `learn.refine` was off.",
  };
}
