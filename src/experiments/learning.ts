/** The learning problem of an experiment, and its answer in the terms of the result. */
import { scope, tensor } from "../engine/index.js";
import { assimilate } from "../filters/index.js";
import {
  type Learned,
  type LearningProblem,
  type LearnState,
  learn,
  learnStart,
  type ParameterDefinition,
  windowOf,
  windowsOf,
} from "../learn/index.js";
import { observationAt, observationSeries } from "../observe/index.js";
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
export function definitionsOf(specification: Specification, data: Data): ParameterDefinition[] {
  const found = new Map<string, ParameterDefinition>();
  readAll(specification, data, collecting(found));
  return [...found.values()];
}

/** Keys of a run, one a purpose. */
export interface RunKeys {
  readonly initial: Key;
  readonly cycles: Key;
  readonly starts: Key;
}

/** The filter over windows of the record; the last share of it is for validation. */
export function learningProblem(
  specification: Specification,
  { window, validation }: LearnSpecification,
  data: Data,
  keys: RunKeys,
): LearningProblem<unknown> {
  const { series, view, initial } = data;
  const K = series.times.length;
  const split = trainingLength(validation, K);
  const length = window ?? split;
  return {
    definitions: definitionsOf(specification, data),
    initial: (values) => {
      const read = lookingUp(values);
      const motion = motionOf(specification, read);
      const prior = priorOf(initial, specification.model, motion, read);
      return filterOf(specification, read).init(prior, keys.initial);
    },
    run: (values, before, { intervals, y, mask, keys: cycleKeys }) => {
      const read = lookingUp(values);
      const variance = observationVariance(specification.observations.noise, read);
      const cycles = motionOf(specification, read)
        .crossing(intervals)
        .map((propagation, t) => ({
          ...propagation,
          observation: observationAt({ y, mask }, t, view.operator, variance, view.support),
        }));
      return assimilate(filterOf(specification, read), before, cycles, cycleKeys);
    },
    training: windowsOf(series, keys.cycles, 0, split, length),
    validation: windowsOf(series, keys.cycles, split, K, length),
    whole: windowOf(series, keys.cycles, 0, split),
  };
}

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
    host.checkpoint({ version: 1, learning: state });
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
  { definitions, whole }: LearningProblem<unknown>,
  { plain, view }: Data,
): LearningOutput {
  const first = <T>(rows: readonly T[]): T[] => rows.slice(0, whole.intervals.length);
  const learnedFrom = { times: first(plain.times), values: first(plain.values) };
  const { logJacobian } = scope(() => observationSeries(learnedFrom, view.transform));
  const value = ({ bijection }: ParameterDefinition, latent: number) =>
    scope(() => bijection.forward(tensor(latent))).item();
  return {
    losses: reports,
    restarts: attempts.map(({ latents, logLikelihood }) => ({
      logLikelihood: logLikelihood + logJacobian,
      parameters: Object.fromEntries(
        definitions.map((definition, i) => [definition.name, value(definition, latents[i]!)]),
      ),
    })),
    best,
    uncertainty:
      uncertainty?.explanation ??
      "No standard errors: they are taken at the maximum, and `learn.refine` was off.",
  };
}
