import { relative, resolve } from "node:path";
import type { Command } from "commander";
import { Interrupted, type RunOutput } from "../experiments/output.js";
import { checkFolder, checkpointFile, loadExperiment, writeResults } from "../io/node.js";
import { checkpointKeeper } from "./checkpoints.js";
import type { ExitCode, Finish } from "./exit.js";
import type { CliHost } from "./host.js";
import { progressView } from "./progress.js";
import { reportOrNull } from "./report-or-null.js";
import { summaryText } from "./summary.js";

interface RunOptions {
  readonly json?: true;
  readonly resume?: true;
  readonly output?: string;
}

/** `kalmia run FILE` */
export function addRun(program: Command, host: CliHost, finish: Finish): void {
  program
    .command("run")
    .description("run one experiment: filter or smooth, learn if the file asks for it, report")
    .argument("<file>", "experiment file, YAML or JSON")
    .option("--json", "print the result as one JSON object")
    .option("--resume", "go on from the checkpoint of a run that was stopped")
    .option("--output <folder>", "folder of the results, instead of that of the file")
    .action(async (file: string, options: RunOptions) => finish(await run(file, options, host)));
}

async function run(file: string, options: RunOptions, host: CliHost): Promise<ExitCode> {
  const experiment = await loadExperiment(file, host.cwd);
  const { specification, hash, saved } = experiment;
  const folder =
    options.output === undefined ? experiment.folder : resolve(host.cwd, options.output);
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
  const keeper = checkpointKeeper(checkpoint, host.now);
  let stopping = false;
  const release = host.onStop(() => {
    stopping = true;
    view.note("stopping after this step, with a checkpoint; a second Ctrl-C stops at once");
  });
  let output: RunOutput;
  try {
    output = await host.runExperiment(
      specification,
      { progress: view.show, checkpoint: keeper.keep, stopRequested: () => stopping },
      resume,
      saved ?? undefined,
    );
  } catch (error) {
    keeper.flush();
    if (!(error instanceof Interrupted)) throw error;
    view.end();
    return stopped(file, options, keeper.any() || resume !== undefined, host);
  } finally {
    release();
    view.end();
  }

  const render = () => host.renderReport(specification, output);
  const report = await reportOrNull(render, view, host.env);
  writeResults(folder, experiment, output, report);
  if (report !== null) checkpoint.remove();
  const { result } = output;
  host.stdout.write(
    options.json ? `${JSON.stringify(result)}\n` : summaryText(result, host.stdout, host.env),
  );
  if (result.diverged) view.note("kalmia: the run diverged; its scores mean nothing");
  view.note(report === null ? `results: ${shown}` : `report: ${shown}/report.html`);
  return result.diverged || report === null ? 1 : 0;
}

function stopped(file: string, options: RunOptions, canResume: boolean, host: CliHost): ExitCode {
  const output = options.output === undefined ? "" : ` --output ${options.output}`;
  const command = `kalmia run ${file}${output} --resume`;
  const message = canResume ? `stopped; go on with: ${command}` : "stopped before any checkpoint";
  host.stderr.write(`${message}\n`);
  if (options.json) {
    host.stdout.write(`${JSON.stringify({ error: { kind: "interrupted", message } })}\n`);
  }
  return 1;
}
