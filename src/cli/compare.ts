import { join, relative } from "node:path";
import { fileProblem, InputError } from "../io/errors.js";
import {
  type CheckpointFile,
  checkFolder,
  checkpointFile,
  finishedResult,
  type LoadedExperiment,
  type LoadedFile,
  writeComparison,
} from "../io/node.js";
import { comparisonOf } from "../run/comparison.js";
import type { Checkpoint, ComparedResult, RunResult } from "../run/output.js";
import { comparisonText } from "./comparison-text.js";
import type { ExitCode } from "./exit.js";
import type { CliHost } from "./host.js";
import { progressView } from "./progress.js";
import { noteReport, reportOutcome } from "./report-outcome.js";
import { type RunOptions, runOne, stopped, stopping } from "./run-one.js";

type List = Extract<LoadedFile, { kind: "list" }>;

/** The run of one method of the list, with what an earlier command left of it. */
interface MethodRun {
  readonly label: string;
  readonly experiment: LoadedExperiment;
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
  checkFolder(folder, shown);
  const runs = runsOf(list, folder, shown, options.resume === true, host.cwd);
  const view = progressView(host.stderr, host.now);
  const stop = stopping(host, view);
  const methods: ComparedResult[] = [];
  let failed = false;
  try {
    for (const [i, { label, experiment, checkpoint, finished, resume }] of runs.entries()) {
      const before = finished === null ? "" : ": done before";
      view.note(`${label} (${i + 1} of ${runs.length})${before}`);
      if (finished !== null) {
        methods.push({ label, ...finished });
        continue;
      }
      const ran = await runOne(experiment, checkpoint, resume, stop, view, host);
      if (ran.kind === "stopped") return stopped(file, options, ran.canResume || i > 0, host);
      methods.push({ label, ...ran.output.result });
      failed ||= ran.report.failed;
      if (stop.requested() && i + 1 < runs.length) return stopped(file, options, true, host);
    }
  } finally {
    stop.release();
    view.end();
  }
  const comparison = comparisonOf(methods);
  const folders = runs.map(({ experiment }) => relative(folder, experiment.folder));
  const { specification } = runs[0]!.experiment;
  const render = () => host.renderComparison(specification, comparison, folders);
  const report = await reportOutcome(render, view, host.env);
  writeComparison(folder, comparison, report.files);
  host.stdout.write(
    options.json
      ? `${JSON.stringify(comparison)}\n`
      : comparisonText(comparison, host.stdout, host.env),
  );
  noteReport(report, shown, view);
  return comparison.diverged || failed || report.failed ? 1 : 0;
}

function runsOf(
  { experiments, folder: usual }: List,
  folder: string,
  shown: string,
  resumes: boolean,
  cwd: string,
): MethodRun[] {
  const runs = experiments.map(({ label, ...loaded }): MethodRun => {
    const experiment = { ...loaded, folder: join(folder, relative(usual, loaded.folder)) };
    const checkpoint = checkpointFile(
      experiment.folder,
      relative(cwd, experiment.folder),
      experiment.hash,
    );
    const finished = resumes ? finishedResult(experiment.folder, experiment.hash) : null;
    const goesOn = resumes && finished === null && checkpoint.exists();
    return {
      label,
      experiment,
      checkpoint,
      finished,
      resume: goesOn ? checkpoint.read() : undefined,
    };
  });
  if (resumes && runs.every(({ finished, resume }) => finished === null && !resume)) {
    const message = "holds nothing of this experiment to resume from; run without --resume";
    throw new InputError([fileProblem(shown, message)]);
  }
  return runs;
}
