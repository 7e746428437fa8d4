/** Runs of experiments, from the specification to the result. */
import { quantile } from "../diagnostics/index.js";
import { UsageError } from "../engine/index.js";
import { type Learned, type LearnState, learnStart } from "../learn/index.js";
import type { ParameterDefinition } from "../parts/index.js";
import {
  type CyclesRun,
  checkDetermined,
  definitionsOf,
  type FilterProgram,
  filterProgram,
  learnFrom,
  learningProblem,
  type Observer,
  passCycles,
  ranksKey,
  runKeys,
  startsKey,
  startTensors,
  type Trajectory,
  trainingLength,
} from "../problem/index.js";
import { type Key, key } from "../random/index.js";
import { checkMemory } from "./check-memory.js";
import { chooseIfAsked, chosenName, withChoice } from "./choosing.js";
import { computedBy } from "./computed.js";
import { type Data, dataOf, learningDataOf } from "./data.js";
import { degenerateWeightsIn } from "./degenerate-weights.js";
import { describing, horizon } from "./describe.js";
import { diagnosticsOf, noDiagnostics } from "./diagnosing.js";
import { diagnosing, smoothingFailures, tellingMemory } from "./failures.js";
import { inspectIfAsked, inspectionResult, noInspection } from "./inspected.js";
import { learnedResults, savedValues, startedFrom, unused } from "./learned.js";
import { ofNetwork } from "./learned-for.js";
import { learningOutput } from "./learning.js";
import { lostTruthIn } from "./lost-truth.js";
import {
  type Checkpoint,
  Interrupted,
  type LearningOutput,
  type RunHost,
  type RunOutput,
  type SavedValues,
} from "./output.js";
import { noScores, type Scored, scores } from "./scores.js";
import type { Specification } from "./specification.js";
import {
  divergenceOf,
  ofDivergence,
  ofFailures,
  ofLearning,
  ofSaved,
  overconfidence,
} from "./warnings.js";

/**
 * Runs an experiment: makes or takes the data, learns, filters with the learned values, forecasts beyond the
 * record and computes scores. It reads and writes no files. `resume` is a checkpoint of this run; `saved`
 * holds the values of an earlier run that the specification names under `start`.
 *
 * @throws Interrupted when the host asks to stop; UsageError or SpecificationError when `saved` is needed and
 * missing, or does not fit; SpecificationError when the run would take more memory than the host has for it.
 */
export const runExperiment = (
  specification: Specification,
  host: RunHost,
  resume?: Checkpoint,
  saved?: SavedValues,
): Promise<RunOutput> =>
  tellingMemory(specification, () => carriedOut(specification, host, resume, saved));

async function carriedOut(
  given: Specification,
  host: RunHost,
  resume?: Checkpoint,
  saved?: SavedValues,
): Promise<RunOutput> {
  const root = key(given.seed);
  const data = dataOf(given, root);
  const { system } = data;
  const definitions = startedIf(given, definitionsOf(given.method, system), saved);
  if (host.memory !== undefined) checkMemory(given, data, root, host.memory);
  const choice = resume?.choice ?? (await chooseIfAsked(given, data, root, definitions, host));
  const specification = choice === null ? given : withChoice(given, choice.chosen);
  const keeping: RunHost = {
    ...host,
    checkpoint: (state) => host.checkpoint(choice === null ? state : { ...state, choice }),
  };
  const learning = await learnIfAsked(specification, data, definitions, root, keeping, resume);
  const values = learning?.learned.values ?? startTensors(definitions);
  if (learning !== null) host.learned?.(savedValues(values));

  const program = filterProgram(specification.method, system, values);
  const { evidence = "likelihood" } = program.method;
  const pauses = pausing(host, data);
  const runs: Scored[] = [];
  for (const [i, trajectory] of data.test.entries()) {
    pauses.tell(i, 0);
    const { observer, described } = describing(program, specification.time, trajectory);
    const ran = await runCycles(
      program,
      specification,
      trajectory,
      root,
      observer,
      async (done) => {
        pauses.tell(i, done);
        await pauses.wait();
      },
    );
    runs.push({ trajectory, run: ran, described: described() });
  }
  pauses.tell(data.test.length, 0);

  const cycles = runs.reduce((n, { described }) => n + described.states.observed, 0);
  const seconds = runs.reduce((sum, each) => sum + each.run.seconds, 0);
  const times = runs.flatMap(({ run: { cycleSeconds } }) => cycleSeconds);
  const [divergence = null] = runs.map(divergenceOf).filter((each) => each !== null);
  const scored = divergence === null ? scores(specification.time.spinup, evidence, runs) : noScores;
  const { remedy } = specification.method.record;
  const { spinup } = specification.time;
  const { lostTruth, ...lost } = lostTruthIn(remedy, runs, spinup);
  const { degenerateWeights, ...degenerate } = degenerateWeightsIn(remedy, runs, spinup);
  const [first] = runs;
  const diagnosed = diagnosing(() =>
    divergence === null
      ? diagnosticsOf(program.system.model, program.system.variance, runs, ranksKey(root))
      : noDiagnostics,
  );
  const looked =
    divergence === null
      ? await inspectIfAsked(specification, system, data.test[0]!, values, root, host)
      : noInspection;
  const failures = [...smoothingFailures(runs), ...diagnosed.failures, ...looked.failures];
  return {
    result: {
      name: specification.name,
      method: specification.method.record.kind,
      model: specification.model.record.kind,
      seed: specification.seed,
      ...scored,
      ...learnedResults(specification.method, data, definitions, values, learning?.learned ?? null),
      ...(choice && { choices: { [chosenName(given.choose!)]: choice } }),
      cycles,
      seconds,
      cyclesPerSecond: times.length === 0 ? 0 : 1 / quantile(times, 0.5),
      computed: computedBy(host.versions),
      diverged: divergence !== null,
      ...(divergence && { divergence }),
      ...(failures.length > 0 && { failures }),
      ...(lostTruth && { lostTruth }),
      ...(degenerateWeights && { degenerateWeights }),
      ...(looked.inspection && { inspection: inspectionResult(looked.inspection) }),
      warnings: [
        ...runs.flatMap((each, i) => ofDivergence(each, runs.length > 1 ? i : null)),
        ...ofFailures(failures),
        ...lost.warnings,
        ...degenerate.warnings,
        ...overconfidence(remedy, scored, runs),
        ...ofLearning(learning?.learned ?? null),
        ...(saved === undefined ? [] : ofSaved(unused(definitions, saved))),
        ...ofNetwork(specification, runs),
      ],
    },
    evidence,
    positive: program.system.model.positive ?? false,
    logarithms: program.system.model.coordinates === "log",
    states: first!.described.states,
    observations: first!.trajectory.record,
    innovations: first!.described.innovations,
    diagnostics: diagnosed.diagnostics,
    ...(looked.inspection && { inspection: looked.inspection }),
    learning: learning?.output ?? null,
    learned: learning && savedValues(values),
  };
}

/** The time in milliseconds after which other events are handled. */
const pauseEvery = { filtering: 100, learning: 50 } as const;

/** Runs a method over one trajectory and beyond it; waits for `pause` from time to time. */
async function runCycles(
  program: FilterProgram,
  { time }: Specification,
  trajectory: Trajectory,
  root: Key,
  observer: Observer,
  pause: (done: number) => Promise<void>,
): Promise<CyclesRun> {
  const keys = runKeys(root, trajectory);
  const cycles = passCycles(program, trajectory, keys, observer, horizon(time));
  let paused = Date.now();
  for (;;) {
    const next = cycles.next();
    if (next.done) return next.value;
    if (Date.now() - paused <= pauseEvery.filtering) continue;
    await pause(next.value);
    paused = Date.now();
  }
}

/**
 * Reports the number of filtered cycles, and waits so that other events, such as a request to stop, are
 * handled.
 */
function pausing(host: RunHost, { test }: Data) {
  const lengths = test.map(({ series }) => series.times.length);
  const before = (i: number) => lengths.slice(0, i).reduce((sum, n) => sum + n, 0);
  const total = before(lengths.length);
  return {
    tell: (trajectory: number, more: number): void => {
      const done = Math.min(before(trajectory) + more, total);
      host.progress({ stage: "filtering", done, total, detail: "" });
    },
    wait: async (): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve));
      if (host.stopRequested()) throw new Interrupted("stopped at the host's request");
    },
  };
}

/** Returns the definitions, with saved values as starts if the specification asks for them. */
function startedIf(
  { start }: Specification,
  definitions: readonly ParameterDefinition[],
  saved: SavedValues | undefined,
): readonly ParameterDefinition[] {
  if (start === undefined) return definitions;
  if (saved !== undefined) return startedFrom(definitions, saved);
  throw new UsageError(
    `runExperiment: the experiment starts from "${start.from}", but no saved values were given; need those in its model.safetensors.`,
  );
}

interface LearningResult {
  readonly learned: Learned;
  readonly output: LearningOutput;
}

/** Learns, if the specification asks for it. */
async function learnIfAsked(
  { learn, method }: Specification,
  data: Data,
  definitions: readonly ParameterDefinition[],
  root: Key,
  host: RunHost,
  resume: Checkpoint | undefined,
): Promise<LearningResult | null> {
  if (learn === null) return null;
  const [first] = data.training;
  if (first !== undefined) {
    const K = trainingLength(learn.validation, first.series.times.length);
    checkDetermined(method, data.system, data.training, K);
  }
  const problem = learningProblem(
    method,
    data.system,
    learningDataOf(data, root),
    learn,
    definitions,
  );
  let paused = Date.now();
  const learned = await learnFrom(problem, learn, startsKey(root), {
    from: (resume?.learning as LearnState | undefined) ?? learnStart,
    checkpoint: (learning) => host.checkpoint({ version: 2, learning }),
    progress: async ({ epoch, epochs, loss, sampleCycles }) => {
      const isTold = sampleCycles !== null && learn.loss !== "likelihood";
      const speed = isTold ? `, ${Math.round(sampleCycles)} sample-cycles/s` : "";
      const detail = loss === null ? "" : `loss ${loss.toFixed(4)} a value${speed}`;
      host.progress({ stage: "learning", done: epoch, total: epochs, detail });
      if (Date.now() - paused > pauseEvery.learning) {
        await new Promise((resolve) => setTimeout(resolve));
        paused = Date.now();
      }
      if (host.stopRequested()) throw new Interrupted("stopped at the host's request");
    },
  });
  return { learned, output: learningOutput(learned, problem, data, learn) };
}
