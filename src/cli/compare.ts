import { join, relative } from "node:path";
import { fileProblem, InputError } from "../io/errors.js";
import { sha256 } from "../io/files.js";
import {
  type CheckpointFile,
  checkpointFile,
  finishedResult,
  type LoadedExperiment,
  type LoadedFile,
  namesOfComparison,
  namesOfRun,
  openResults,
  type ResultsFolder,
  writeComparison,
} from "../io/node.js";
import { comparisonOf } from "../run/comparison.js";
import type { Checkpoint, ComparedResult, RunResult } from "../run/output.js";
import { comparisonText } from "./comparison-text.js";
import type { ExitCode } from "./exit.js";
import type { CliHost } from "./host.js";
import { progressView } from "./progress.js";
import { type RunOptions, runOne, stopped, stopping } from "./run-one.js";
import { noteReport, writeOutcome } from "./write-outcome.js";

type List = Extract<LoadedFile, { kind: "list" }>;

/** The run of one method of the list, with what an earlier command left of it. */
interface MethodRun {
  readonly label: string;
  readonly experiment: LoadedExperiment;
  readonly results: ResultsFolder;
  readonly checkpoint: CheckpointFile;
  readonly finished: RunResult | null;
  readonly resume: Checkpoint | undefined;
}

/**
 * Runs the methods of a list one after another, each with its results in a folder of its own. The
 * others run even if one diverges. With `--resume` methods that are finished are not run again.
 */
export async function compare(
  file: string,
  list: List,
  given: string | null,
  options: RunOptions,
  host: CliHost,
): Promise<ExitCode> {
  const folder = given ?? list.folder;
  const shown = relative(host.cwd, folder) || ".";
  const opened: ResultsFolder[] = [];
  const open = (path: string, names: readonly string[]): ResultsFolder => {
    const name = relative(host.cwd, path) || ".";
    const results = openResults(path, name, names, list.experiments[0]!.inputs);
    opened.push(results);
    return results;
  };
  try {
    const whole = open(folder, namesOfComparison);
    const runs = list.experiments.map(({ label, ...experiment }) => {
      const results = open(join(folder, relative(list.folder, experiment.folder)), namesOfRun);
      return methodRun(label, experiment, results, options.resume === true);
    });
    if (options.resume && runs.every(({ finished, resume }) => finished === null && !resume)) {
      const message = "holds nothing of this experiment to resume from; run without --resume";
      throw new InputError([fileProblem(shown, message)]);
    }
    return await runAll(file, runs, whole, options, host);
  } finally {
    for (const results of opened.reverse()) results.close();
  }
}

async function runAll(
  file: string,
  runs: readonly MethodRun[],
  whole: ResultsFolder,
  options: RunOptions,
  host: CliHost,
): Promise<ExitCode> {
  const view = progressView(host.stderr, host.now);
  const stop = stopping(file, options, host, view);
  const methods: ComparedResult[] = [];
  let failed = false;
  try {
    for (const [i, run] of runs.entries()) {
      const { label, experiment, results, checkpoint, finished, resume } = run;
      const before = finished === null ? "" : ": done before";
      view.note(`${label} (${i + 1} of ${runs.length})${before}`);
      if (finished !== null) {
        checkpoint.remove();
        methods.push({ label, ...finished });
        continue;
      }
      const ran = await runOne(experiment, results, checkpoint, resume, stop, view, host);
      if (ran.kind === "stopped") return stopped(file, options, ran.canResume || i > 0, host);
      methods.push({ label, ...ran.output.result });
      failed ||= ran.written.failed;
      stop.reached("checkpoint");
      if (stop.requested() && i + 1 < runs.length) return stopped(file, options, true, host);
    }
  } finally {
    stop.release();
    view.end();
  }
  const comparison = comparisonOf(methods);
  const folders = runs.map(({ results }) => relative(whole.path, results.path));
  const { specification } = runs[0]!.experiment;
  const hash = sha256(...runs.map(({ experiment }) => experiment.hash));
  const written = await writeOutcome(
    whole,
    () => writeComparison(whole, hash, comparison),
    () => host.renderComparison(specification, comparison, folders),
    view,
    host.env,
  );
  host.stdout.write(
    options.json
      ? `${JSON.stringify(comparison)}\n`
      : comparisonText(comparison, host.stdout, host.env),
  );
  noteReport(written, whole.shown, view);
  const anyFailed = methods.some(({ failures }) => failures !== undefined);
  return comparison.diverged || anyFailed || failed || written.failed ? 1 : 0;
}

/** Returns the run of a method, with what an earlier command left of it if it is to be resumed. */
function methodRun(
  label: string,
  experiment: LoadedExperiment,
  results: ResultsFolder,
  resumes: boolean,
): MethodRun {
  const { hash } = experiment;
  const checkpoint = checkpointFile(results.path, results.shown, hash);
  const finished = resumes ? finishedResult(results, hash) : null;
  const goesOn = resumes && finished === null && checkpoint.exists();
  return {
    ...{ label, experiment, results, checkpoint, finished },
    resume: goesOn ? checkpoint.read() : undefined,
  };
}
