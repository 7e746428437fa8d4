/**
 * An experiment from its specification to its result: data, learning, the filter with what was
 * learned, the forecast beyond the record, scores. No files, no clock but to time itself.
 */
import { quantile } from "../diagnostics/index.js";
import { UsageError } from "../engine/index.js";
import type { Learned, LearnState, ParameterDefinition } from "../learn/index.js";
import { foldIn, type Key, key } from "../random/index.js";
import { chooseIfAsked, chosenName, withHalfWidth } from "./choosing.js";
import { type Data, dataOf } from "./data.js";
import { degenerateWeightsIn } from "./degenerate-weights.js";
import { describing } from "./describe.js";
import { diagnosticsOf, noDiagnostics } from "./diagnosing.js";
import { learnedResults, savedValues, startedFrom, startValues, unused } from "./learned.js";
import { learningOutput, learningProblem, learnWith } from "./learning.js";
import { lostTruthIn } from "./lost-truth.js";
import {
  type Checkpoint,
  Interrupted,
  type LearningOutput,
  type RunHost,
  type RunOutput,
  type SavedValues,
} from "./output.js";
import { definitionsOf, partsOf } from "./parts.js";
import { noScores, type Scored, scores } from "./scores.js";
import { filterRuns } from "./series.js";
import type { Specification } from "./specification.js";
import { lookingUp } from "./values.js";
import { divergenceOf, ofDivergence, ofLearning, ofSaved, overconfidence } from "./warnings.js";

/** Purposes of the random numbers of a run, each with a key of its own. */
const purposes = { data: 0, initial: 1, cycles: 2, starts: 3, ranks: 4 } as const;

/** `resume` is a checkpoint of this run; `saved` the values that the specification's `start` names. */
export async function runExperiment(
  given: Specification,
  host: RunHost,
  resume?: Checkpoint,
  saved?: SavedValues,
): Promise<RunOutput> {
  const root = key(given.seed);
  const data = dataOf(given, foldIn(root, purposes.data), {
    initial: foldIn(root, purposes.initial),
    cycles: foldIn(root, purposes.cycles),
  });
  const definitions = startedIf(given, definitionsOf(given, data), saved);
  const choice = resume?.choice ?? (await chooseIfAsked(given, data, definitions, host));
  const specification = choice === null ? given : withHalfWidth(given, choice.chosen);
  const starts = foldIn(root, purposes.starts);
  const keeping: RunHost = {
    ...host,
    checkpoint: (state) => host.checkpoint(choice === null ? state : { ...state, choice }),
  };
  const learning = await learnIfAsked(specification, data, definitions, starts, keeping, resume);
  const values = learning?.learned.values ?? startValues(definitions);

  const { method, run } = filterRuns(specification, data, values);
  const rest = resting(host, data);
  const runs: Scored[] = [];
  for (const [i, trajectory] of data.test.entries()) {
    rest.tell(i, 0);
    const { watcher, described } = describing(specification, trajectory, method);
    const ran = await run(trajectory, watcher, async (done) => {
      rest.tell(i, done);
      await rest.wait();
    });
    runs.push({ trajectory, run: ran, described: described() });
  }
  rest.tell(data.test.length, 0);

  const cycles = runs.reduce((n, { described }) => n + described.states.observed, 0);
  const seconds = runs.reduce((sum, each) => sum + each.run.seconds, 0);
  const times = runs.flatMap(({ run: { cycleSeconds } }) => cycleSeconds);
  const [divergence = null] = runs.map(divergenceOf).filter((each) => each !== null);
  const { evidence = "likelihood" } = method;
  const scored = divergence === null ? scores(specification.time.spinup, evidence, runs) : noScores;
  const { variance: R } = partsOf(specification, data, lookingUp(values));
  const { kind } = specification.method;
  const { lostTruth, ...lost } = lostTruthIn(kind, runs, specification.time.spinup);
  const { degenerateWeights, ...degenerate } = degenerateWeightsIn(
    kind,
    runs,
    specification.time.spinup,
  );
  const [first] = runs;
  return {
    result: {
      name: specification.name,
      method: kind,
      model: specification.model.kind,
      seed: specification.seed,
      ...scored,
      ...learnedResults(specification, data, definitions, values, learning?.learned ?? null),
      ...(choice && { choices: { [chosenName]: choice } }),
      cycles,
      seconds,
      cyclesPerSecond: times.length === 0 ? 0 : 1 / quantile(times, 0.5),
      diverged: divergence !== null,
      ...(divergence && { divergence }),
      ...(lostTruth && { lostTruth }),
      ...(degenerateWeights && { degenerateWeights }),
      warnings: [
        ...runs.flatMap((each, i) => ofDivergence(each, runs.length > 1 ? i : null)),
        ...lost.warnings,
        ...degenerate.warnings,
        ...overconfidence(kind, scored, runs),
        ...ofLearning(learning?.learned ?? null),
        ...(saved === undefined ? [] : ofSaved(unused(definitions, saved))),
      ],
    },
    states: first!.described.states,
    observations: first!.trajectory.plain,
    innovations: first!.described.innovations,
    diagnostics:
      divergence === null
        ? diagnosticsOf(specification, R, runs, foldIn(root, purposes.ranks))
        : noDiagnostics,
    learning: learning?.output ?? null,
    learned: learning && savedValues(values),
  };
}

/** Tells how many cycles are filtered, and lets other events, such as the wish to stop, have their turn. */
function resting(host: RunHost, { test }: Data) {
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

function startedIf(
  { start }: Specification,
  definitions: readonly ParameterDefinition[],
  saved: SavedValues | undefined,
): readonly ParameterDefinition[] {
  if (start === undefined) return definitions;
  if (saved !== undefined) return startedFrom(definitions, saved);
  throw new UsageError(
    `runExperiment: the experiment starts from "${start.from}", and no saved values were given; need those of its model.safetensors.`,
  );
}

interface LearningResult {
  readonly learned: Learned;
  readonly output: LearningOutput;
}

async function learnIfAsked(
  specification: Specification,
  data: Data,
  definitions: readonly ParameterDefinition[],
  starts: Key,
  host: RunHost,
  resume: Checkpoint | undefined,
): Promise<LearningResult | null> {
  const { learn } = specification;
  if (learn === null) return null;
  const problem = learningProblem(specification, learn, data, definitions);
  const from = resume?.learning as LearnState | undefined;
  const learned = await learnWith(problem, learn, starts, host, from);
  return { learned, output: learningOutput(learned, problem, data, learn) };
}
