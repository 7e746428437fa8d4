/**
 * An experiment from its specification to its result: data, learning, the filter with what was
 * learned, the forecast beyond the record, scores. No files, no clock but to time itself.
 */
import { type Tensor, tensor } from "../engine/index.js";
import type { CycleResult, KalmanState } from "../filters/index.js";
import type { Learned, LearnState, ScalarDefinition } from "../learn/index.js";
import { foldIn, key } from "../random/index.js";
import { rts } from "../smoothers/index.js";
import { inLogarithms } from "./assembly.js";
import { bandOf, type NaturalState, naturalState } from "./bands.js";
import { type Data, dataOf } from "./data.js";
import {
  definitionsOf,
  learningOutput,
  learningProblem,
  learnWith,
  type RunKeys,
  readAll,
} from "./learning.js";
import type {
  Checkpoint,
  InnovationSeries,
  LearningOutput,
  ParameterResult,
  RunHost,
  RunOutput,
  StateSeries,
} from "./output.js";
import { noScores, scores } from "./scores.js";
import { type FilterRun, horizon, runFilter } from "./series.js";
import type { ModelSpecification, Specification } from "./specification.js";
import { collectingTruth } from "./values.js";

/** Purposes of the random numbers of a run, each with a key of its own. */
const purposes = { data: 0, initial: 1, cycles: 2, starts: 3 } as const;

export async function runExperiment(
  specification: Specification,
  host: RunHost,
  resume?: Checkpoint,
): Promise<RunOutput> {
  const root = key(specification.seed);
  const data = dataOf(specification, foldIn(root, purposes.data));
  const keys: RunKeys = {
    initial: foldIn(root, purposes.initial),
    cycles: foldIn(root, purposes.cycles),
    starts: foldIn(root, purposes.starts),
  };
  const definitions = definitionsOf(specification, data);
  const learning = await learnIfAsked(specification, data, keys, host, resume);
  const values = Object.fromEntries(
    definitions.map(({ name, start }) => [name, learning?.learned.values[name]?.item() ?? start]),
  );

  const began = performance.now();
  host.progress({ stage: "filtering", done: 0, total: 1, detail: "" });
  const tensors = Object.fromEntries(definitions.map(({ name }) => [name, tensor(values[name]!)]));
  const run = runFilter(specification, data, tensors, keys.initial, keys.cycles);
  const seconds = (performance.now() - began) / 1000;
  host.progress({ stage: "filtering", done: 1, total: 1, detail: "" });

  const cycles = Math.min(run.results.length, data.series.times.length);
  const described = describeStates(specification, data, run, cycles);
  const judged = run.failure
    ? noScores
    : scores(specification.time.spinup, described, run.results.slice(0, cycles), data);
  return {
    result: {
      name: specification.name,
      method: specification.method.kind,
      model: specification.model.kind,
      seed: specification.seed,
      ...judged,
      parameters: parameterResults(
        specification,
        data,
        definitions,
        values,
        learning?.learned ?? null,
      ),
      cycles,
      seconds,
      cyclesPerSecond: cycles / seconds,
      diverged: run.failure !== null,
      warnings: warningsOf(data, run, learning?.learned ?? null),
    },
    states: described.states,
    observations: data.plain,
    innovations: innovationsOf(run.results.slice(0, cycles), data),
    learning: learning?.output ?? null,
  };
}

interface LearningResult {
  readonly learned: Learned;
  readonly output: LearningOutput;
}

async function learnIfAsked(
  specification: Specification,
  data: Data,
  keys: RunKeys,
  host: RunHost,
  resume: Checkpoint | undefined,
): Promise<LearningResult | null> {
  const { learn } = specification;
  if (learn === null) return null;
  const problem = learningProblem(specification, learn, data, keys);
  const from = resume?.learning as LearnState | undefined;
  const learned = await learnWith(problem, learn, keys, host, from);
  return { learned, output: learningOutput(learned, problem, data) };
}

function parameterResults(
  specification: Specification,
  data: Data,
  definitions: readonly ScalarDefinition[],
  values: Readonly<Record<string, number>>,
  learned: Learned | null,
): Record<string, ParameterResult> {
  const truths = new Map<string, number>();
  readAll(specification, data, collectingTruth(truths));
  return Object.fromEntries(
    definitions.map(({ name, start }) => {
      const known = truths.get(name);
      const doubt = learned?.uncertainty?.parameters[name];
      return [
        name,
        {
          start,
          learned: values[name]!,
          ...(known === undefined ? {} : { truth: known }),
          standardError: doubt?.standardError ?? null,
          interval: doubt?.interval ?? null,
        },
      ];
    }),
  );
}

/** Names of the state's variables: those of the columns that observe them, where there are any. */
function variableNames(model: ModelSpecification, { plain }: Data, d: number): string[] {
  const standard = model.kind === "clohessy-wiltshire" ? ["x1", "x2", "x3", "v1", "v2", "v3"] : [];
  return Array.from({ length: d }, (_, i) => {
    const column = plain.components.indexOf(i);
    return column >= 0 ? plain.columns[column]! : (standard[i] ?? `x${i}`);
  });
}

export interface DescribedStates {
  readonly states: StateSeries;
  /** The same analyses with their members. */
  readonly analyses: readonly NaturalState[];
}

function describeStates(
  specification: Specification,
  data: Data,
  { filter, results, cycles }: FilterRun<unknown>,
  observed: number,
): DescribedStates {
  const logs = inLogarithms(specification.model);
  const natural = (state: unknown) => naturalState(filter, state, logs);
  const forecasts = results.map(({ forecast }) => natural(forecast));
  const analyses = results.map(({ analysis }) => natural(analysis));
  const smoothed =
    specification.method.kind === "rts" && results.length > 0
      ? rts(results as CycleResult<KalmanState>[], cycles).map(natural)
      : null;
  const d = forecasts[0]?.mean.length ?? 0;
  const last = data.series.times.at(-1)!;
  const beyond = horizon(specification).map((step, i) => last + (i + 1) * step);
  return {
    analyses,
    states: {
      variables: variableNames(specification.model, data, d),
      times: [...data.series.times, ...beyond].slice(0, results.length),
      observed,
      forecast: bandOf(forecasts),
      analysis: bandOf(analyses),
      smoothed: smoothed && bandOf(smoothed),
      truth: data.truth,
    },
  };
}

function innovationsOf(
  results: readonly CycleResult<unknown>[],
  { plain }: Data,
): InnovationSeries {
  const seen = (k: number) => plain.values[k]!.map((v) => !Number.isNaN(v));
  const numbers = (x: Tensor) => [...x.data()];
  return {
    standardised: results.map(({ evidence }, k) =>
      numbers(evidence!.innovation).map((w, j) => (seen(k)[j] ? w : Number.NaN)),
    ),
    chiSquare: results.map(({ evidence }) => evidence!.chiSquare.item()),
    degrees: results.map((_, k) => seen(k).filter(Boolean).length),
  };
}

function warningsOf(
  data: Data,
  { failure }: FilterRun<unknown>,
  learned: Learned | null,
): string[] {
  const warnings: string[] = [];
  if (failure !== null) {
    const time = data.series.times[failure.cycle];
    const where = time === undefined ? "beyond the record" : `time ${time}`;
    warnings.push(
      `The run diverged at cycle ${failure.cycle + 1} (${where}): ${failure.message} Shorter steps, more process noise or inflation, or another initial state may help.`,
    );
  }
  const recoveries = learned?.reports.reduce((n, report) => n + report.recoveries, 0) ?? 0;
  if (recoveries > 0) {
    warnings.push(
      `While learning the filter failed numerically ${recoveries} times and was entered again from the observations, over shorter windows. Shorter steps, more process noise or inflation, or other start values may help.`,
    );
  }
  return [...warnings, ...(learned?.uncertainty?.concerns ?? [])];
}
