import { relative, resolve } from "node:path";
import type { Command } from "commander";
import { checkFolder, checkpointFile, type LoadedExperiment, loadFile } from "../io/node.js";
import { compare } from "./compare.js";
import type { ExitCode, Finish } from "./exit.js";
import type { CliHost } from "./host.js";
import { progressView } from "./progress.js";
import { noteReport } from "./report-outcome.js";
import { type RunOptions, runOne, stopped, stopping } from "./run-one.js";
import { summaryText } from "./summary.js";

/** Adds `kalmia run FILE`. */
export function addRun(program: Command, host: CliHost, finish: Finish): void {
  program
    .command("run")
    .description(
      "run one experiment: filter or smooth, learn if the file asks for it, report; of a list of methods each on the same data",
    )
    .argument("<file>", "experiment file, YAML or JSON")
    .option("--json", "print the result as one JSON object")
    .option("--resume", "go on from the checkpoint of a run that was stopped")
    .option("--output <folder>", "folder of the results, instead of that of the file")
    .action(async (file: string, options: RunOptions) => finish(await run(file, options, host)));
}

async function run(file: string, options: RunOptions, host: CliHost): Promise<ExitCode> {
  const loaded = await loadFile(file, host.cwd);
  const { output } = options;
  const given = output === undefined ? null : resolve(host.cwd, output);
  if (loaded.kind === "list") return compare(file, loaded, given, options, host);
  const { experiment } = loaded;
  return single(file, { ...experiment, folder: given ?? experiment.folder }, options, host);
}

async function single(
  file: string,
  experiment: LoadedExperiment,
  options: RunOptions,
  host: CliHost,
): Promise<ExitCode> {
  const { folder, hash } = experiment;
  const shown = relative(host.cwd, folder) || ".";
  checkFolder(folder, shown);
  const checkpoint = checkpointFile(folder, shown, hash);
  const resume = options.resume ? checkpoint.read() : undefined;

  const view = progressView(host.stderr, host.now);
  if (resume === undefined && checkpoint.exists()) {
    view.note(
      `starting anew; the checkpoint in ${shown} will be replaced (--resume goes on from it)`,
    );
  }
  const stop = stopping(host, view);
  const ran = await runOne(experiment, checkpoint, resume, stop, view, host).finally(() => {
    stop.release();
    view.end();
  });
  if (ran.kind === "stopped") return stopped(file, options, ran.canResume, host);
  const { output, report } = ran;
  const { result } = output;
  host.stdout.write(
    options.json ? `${JSON.stringify(result)}\n` : summaryText(result, host.stdout, host.env),
  );
  if (result.diverged) view.note("kalmia: the run diverged; its scores mean nothing");
  noteReport(report, shown, view);
  return result.diverged || report.failed ? 1 : 0;
}
