import { join } from "node:path";
import { InputError } from "../io/errors.js";
import {
  type CheckpointFile,
  type LoadedExperiment,
  type ResultsFolder,
  writeLearned,
  writeResults,
} from "../io/node.js";
import { modelName } from "../io/result-names.js";
import { SpecificationError } from "../problem/errors.js";
import type { Checkpoint, RunOutput, SavedValues } from "../run/output.js";
import { Interrupted } from "../run/output.js";
import { checkpointKeeper } from "./checkpoints.js";
import type { EngineOptions } from "./engine-choice.js";
import type { ExitCode } from "./exit.js";
import type { CliHost } from "./host.js";
import type { ProgressView } from "./progress.js";
import type { LastWords } from "./thread-messages.js";
import { type WriteOutcome, writeOutcome } from "./write-outcome.js";

export interface RunOptions extends EngineOptions {
  readonly json?: true;
  readonly resume?: true;
  readonly output?: string;
}

/** Whether the user asked to stop; a second request ends the process. */
export interface Stopping {
  requested(): boolean;
  /** Notes what there is to go on from, or that there is no need to. */
  reached(point: StopPoint): void;
  release(): void;
}

/** What a stop finds: nothing, a checkpoint, or the numbers in their folder. */
export type StopPoint = "nothing" | "checkpoint" | { readonly results: string };

export function stopping(
  file: string,
  options: RunOptions,
  host: CliHost,
  view: ProgressView,
): Stopping {
  const wordsAt = (point: StopPoint) => stopWords(file, options, point);
  const watch = host.watchStop(wordsAt("nothing"));
  let told = false;
  return {
    requested: () => {
      const asked = watch.requested();
      if (asked && !told) {
        told = true;
        view.note("stopping after this step, with a checkpoint; a second Ctrl-C stops at once");
      }
      return asked;
    },
    reached: (point) => watch.lastWords(wordsAt(point)),
    release: watch.release,
  };
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
  if (resume !== undefined) stop.reached("checkpoint");
  let learned: SavedValues | null = null;
  let output: RunOutput;
  try {
    output = await host.runExperiment(
      specification,
      {
        progress: view.show,
        checkpoint: (state) => {
          const before = keeper.any();
          keeper.keep(state);
          if (!before && keeper.any()) stop.reached("checkpoint");
        },
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
    if (error instanceof SpecificationError) {
      throw new InputError([experiment.problem(error.key, error.reason)]);
    }
    if (learned !== null) {
      writeLearned(results, experiment, learned);
      view.note(`what was learned is in ${join(results.shown, modelName)}`);
    }
    throw error;
  }
  const written = await writeOutcome(
    results,
    () => {
      writeResults(results, experiment, output);
      stop.reached({ results: results.shown });
    },
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
  { stdout, stderr }: CliHost,
): ExitCode {
  const words = stopWords(file, options, canResume ? "checkpoint" : "nothing");
  stderr.write(words.stderr);
  if (words.stdout !== "") stdout.write(words.stdout);
  return 1;
}

function stopWords(
  file: string,
  { output, kernels, json }: RunOptions,
  point: StopPoint,
): LastWords {
  const to = output === undefined ? "" : ` --output ${output}`;
  const by = kernels === undefined ? "" : ` --kernels ${kernels}`;
  const message =
    point === "nothing"
      ? "stopped before any checkpoint"
      : point === "checkpoint"
        ? `stopped; go on with: kalmia run ${file}${to}${by} --resume`
        : `stopped before the report was made; the numbers are in ${point.results}`;
  return interruption(message, json === true);
}

/** Returns what a command says that was stopped. */
export const interruption = (message: string, json: boolean): LastWords => ({
  stderr: `${message}\n`,
  stdout: json ? `${JSON.stringify({ error: { kind: "interrupted", message } })}\n` : "",
});
