import { join } from "node:path";
import {
  type CheckpointFile,
  type LoadedExperiment,
  type ResultsFolder,
  writeLearned,
  writeResults,
} from "../io/node.js";
import { modelName } from "../io/result-names.js";
import type { Checkpoint, RunOutput, SavedValues } from "../run/output.js";
import { Interrupted } from "../run/output.js";
import { checkpointKeeper } from "./checkpoints.js";
import type { EngineOptions } from "./engine-choice.js";
import type { ExitCode } from "./exit.js";
import type { CliHost } from "./host.js";
import type { ProgressView } from "./progress.js";
import { type WriteOutcome, writeOutcome } from "./write-outcome.js";

export interface RunOptions extends EngineOptions {
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
  | { readonly kind: "done"; readonly output: RunOutput; readonly written: WriteOutcome }
  | { readonly kind: "stopped"; readonly canResume: boolean };

/**
 * Runs one experiment with checkpoints, and writes its results into its folder: what was computed first,
 * then the report. What was learned is kept whatever fails after it.
 */
export async function runOne(
  experiment: LoadedExperiment,
  results: ResultsFolder,
  checkpoint: CheckpointFile,
  resume: Checkpoint | undefined,
  stop: Stopping,
  view: ProgressView,
  host: CliHost,
): Promise<Ran> {
  const { specification, saved } = experiment;
  const keeper = checkpointKeeper(checkpoint, host.now, (message) => view.note(message));
  let learned: SavedValues | null = null;
  let output: RunOutput;
  try {
    output = await host.runExperiment(
      specification,
      {
        progress: view.show,
        checkpoint: keeper.keep,
        learned: (values) => {
          learned = values;
          keeper.flush();
        },
        stopRequested: stop.requested,
      },
      resume,
      saved ?? undefined,
    );
  } catch (error) {
    keeper.flush();
    if (error instanceof Interrupted) {
      return { kind: "stopped", canResume: keeper.any() || resume !== undefined };
    }
    if (learned !== null) {
      writeLearned(results, experiment, learned);
      view.note(`what was learned is in ${join(results.shown, modelName)}`);
    }
    throw error;
  }
  const written = await writeOutcome(
    results,
    () => writeResults(results, experiment, output),
    () => host.renderReport(specification, output),
    view,
    host.env,
  );
  if (!written.failed) checkpoint.remove();
  return { kind: "done", output, written };
}

/** Says how to resume. */
export function stopped(
  file: string,
  options: RunOptions,
  canResume: boolean,
  host: CliHost,
): ExitCode {
  const output = options.output === undefined ? "" : ` --output ${options.output}`;
  const kernels = options.kernels === undefined ? "" : ` --kernels ${options.kernels}`;
  const command = `kalmia run ${file}${output}${kernels} --resume`;
  const message = canResume ? `stopped; go on with: ${command}` : "stopped before any checkpoint";
  host.stderr.write(`${message}\n`);
  if (options.json) {
    host.stdout.write(`${JSON.stringify({ error: { kind: "interrupted", message } })}\n`);
  }
  return 1;
}
