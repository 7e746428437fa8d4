import { relative, resolve } from "node:path";
import type { Command } from "commander";
import { fileProblem, InputError } from "../io/errors.js";
import {
  checkpointFile,
  finishedResult,
  type LoadedExperiment,
  loadFile,
  namesOfRun,
  openResults,
  type ResultsFolder,
} from "../io/node.js";
import type { RunResult } from "../run/output.js";
import { compare } from "./compare.js";
import { addEngineOptions, engineChoice } from "./engine-choice.js";
import type { ExitCode, Finish } from "./exit.js";
import type { CliHost } from "./host.js";
import { progressView } from "./progress.js";
import { type RunOptions, runOne, stopped, stopping } from "./run-one.js";
import { summaryText } from "./summary.js";
import { noteReport } from "./write-outcome.js";

/** Adds `kalmia run FILE`. */
export function addRun(program: Command, host: CliHost, finish: Finish): void {
  const command = program
    .command("run")
    .description(
      "run one experiment: filter or smooth, learn if the file asks for it, report; of a list of methods each on the same data",
    )
    .argument("<file>", "experiment file, YAML or JSON")
    .option("--json", "print the result as one JSON object")
    .option("--resume", "go on from the checkpoint of a run that was stopped")
    .option("--output <folder>", "folder of the results, instead of that of the file");
  addEngineOptions(command).action(async (file: string, options: RunOptions) =>
    finish(await run(file, options, host)),
  );
}

async function run(file: string, options: RunOptions, host: CliHost): Promise<ExitCode> {
  const { output } = options;
  if (output?.trim() === "") {
    throw new InputError([fileProblem("--output", "is empty; need a folder, such as runs/nile")]);
  }
  await host.prepareEngine(engineChoice(options, host.env));
  const loaded = await loadFile(file, host.cwd);
  const given = output === undefined ? null : resolve(host.cwd, output);
  if (loaded.kind === "list") return compare(file, loaded, given, options, host);
  const { experiment } = loaded;
  const folder = given ?? experiment.folder;
  const shown = relative(host.cwd, folder) || ".";
  const results = openResults(folder, shown, namesOfRun, experiment.inputs);
  try {
    return await single(file, experiment, results, options, host);
  } finally {
    results.close();
  }
}

async function single(
  file: string,
  experiment: LoadedExperiment,
  results: ResultsFolder,
  options: RunOptions,
  host: CliHost,
): Promise<ExitCode> {
  const { hash } = experiment;
  const { shown } = results;
  const view = progressView(host.stderr, host.now);
  const finished = options.resume ? finishedResult(results, hash) : null;
  const checkpoint = checkpointFile(results.path, shown, hash);
  if (finished !== null) {
    checkpoint.remove();
    view.note(`done before; without --resume it is run again`);
    tellResult(finished, options, host);
    view.note(`results: ${shown}`);
    return finished.diverged || finished.failures ? 1 : 0;
  }
  const resume = options.resume ? checkpoint.read() : undefined;
  if (resume === undefined && checkpoint.exists()) {
    view.note(
      `starting anew; the checkpoint in ${shown} will be replaced (--resume goes on from it)`,
    );
  }
  const stop = stopping(file, options, host, view);
  const ran = await runOne(experiment, results, checkpoint, resume, stop, view, host).finally(
    () => {
      stop.release();
      view.end();
    },
  );
  if (ran.kind === "stopped") return stopped(file, options, ran.canResume, host);
  const { output, written } = ran;
  const { result } = output;
  tellResult(result, options, host);
  if (result.diverged) view.note("kalmia: the run diverged; its scores mean nothing");
  noteReport(written, shown, view);
  return result.diverged || result.failures || written.failed ? 1 : 0;
}

function tellResult(result: RunResult, { json }: RunOptions, { stdout, env }: CliHost): void {
  stdout.write(json ? `${JSON.stringify(result)}\n` : summaryText(result, stdout, env));
}
