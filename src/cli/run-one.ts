import { type CheckpointFile, type LoadedExperiment, writeResults } from "../io/node.js";
import type { Checkpoint, RunOutput } from "../run/output.js";
import { Interrupted } from "../run/output.js";
import { checkpointKeeper } from "./checkpoints.js";
import type { ExitCode } from "./exit.js";
import type { CliHost } from "./host.js";
import type { ProgressView } from "./progress.js";
import { type ReportOutcome, reportOutcome } from "./report-outcome.js";

export interface RunOptions {
  readonly json?: true;
  readonly resume?: true;
  readonly output?: string;
}

/** Whether the user asked to stop; a second request ends the process. */
export interface Stopping {
  requested(): boolean;
  release(): void;
}

export function stopping(host: CliHost, view: ProgressView): Stopping {
  let asked = false;
  const release = host.onStop(() => {
    asked = true;
    view.note("stopping after this step, with a checkpoint; a second Ctrl-C stops at once");
  });
  return { requested: () => asked, release };
}

export type Ran =
  | { readonly kind: "done"; readonly output: RunOutput; readonly report: ReportOutcome }
  | { readonly kind: "stopped"; readonly canResume: boolean };

/** Runs one experiment with checkpoints, and writes its results into its folder. */
export async function runOne(
  experiment: LoadedExperiment,
  checkpoint: CheckpointFile,
  resume: Checkpoint | undefined,
  stop: Stopping,
  view: ProgressView,
  host: CliHost,
): Promise<Ran> {
  const { specification, saved, folder } = experiment;
  const keeper = checkpointKeeper(checkpoint, host.now);
  let output: RunOutput;
  try {
    output = await host.runExperiment(
      specification,
      { progress: view.show, checkpoint: keeper.keep, stopRequested: stop.requested },
      resume,
      saved ?? undefined,
    );
  } catch (error) {
    keeper.flush();
    if (!(error instanceof Interrupted)) throw error;
    return { kind: "stopped", canResume: keeper.any() || resume !== undefined };
  }
  const render = () => host.renderReport(specification, output);
  const report = await reportOutcome(render, view, host.env);
  writeResults(folder, experiment, output, report.files);
  if (report.files !== null) checkpoint.remove();
  return { kind: "done", output, report };
}

/** Says how to resume. */
export function stopped(
  file: string,
  options: RunOptions,
  canResume: boolean,
  host: CliHost,
): ExitCode {
  const output = options.output === undefined ? "" : ` --output ${options.output}`;
  const command = `kalmia run ${file}${output} --resume`;
  const message = canResume ? `stopped; go on with: ${command}` : "stopped before any checkpoint";
  host.stderr.write(`${message}\n`);
  if (options.json) {
    host.stdout.write(`${JSON.stringify({ error: { kind: "interrupted", message } })}\n`);
  }
  return 1;
}
