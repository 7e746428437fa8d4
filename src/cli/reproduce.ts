import { relative, resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { fileProblem, InputError } from "../io/errors.js";
import { openResults, type ResultsFolder, trialStore } from "../io/node.js";
import { nearest } from "../parts/nearest.js";
import type { Reproduction, Scale } from "../reproductions/reproduction.js";
import { Interrupted } from "../run/output.js";
import { addEngineOptions, type EngineOptions, engineChoice } from "./engine-choice.js";
import type { ExitCode, Finish } from "./exit.js";
import { failureOf } from "./failure.js";
import type { CliHost } from "./host.js";
import { listReproductions, reproductionsText } from "./list-reproductions.js";
import { progressView } from "./progress.js";
import { type ReproductionRun, reproduceOne, type Told } from "./reproduce-one.js";
import { interruption } from "./run-one.js";
import type { LastWords } from "./thread-messages.js";

interface ReproduceOptions extends EngineOptions {
  readonly scale: Scale;
  readonly json?: true;
  readonly output: string;
  readonly minutes?: number;
}

const defaultOutput = "runs/reproduce";

/** Adds `kalmia reproduce [NAME]`. */
export function addReproduce(program: Command, host: CliHost, finish: Finish): void {
  const command = program
    .command("reproduce")
    .description(
      "reproduce figures and tables of the literature, with the published numbers beside ours",
    )
    .argument("[name]", "name of one, or all; without it they are listed")
    .addOption(
      new Option("--scale <scale>", "minutes, or the sizes of the publication")
        .choices(["quick", "paper"])
        .default("quick"),
    )
    .option("--json", "print the result as one JSON object")
    .option("--output <folder>", "folder of the reports and of the trials kept", defaultOutput)
    .option("--minutes <count>", "time for trials; then the report of those that are done", minutes)
    .option("--resume", "no difference: what was done is found again in any case")
    .addHelpText(
      "after",
      "\nTrials that are done are kept and never run again; one that was stopped goes on where it was.",
    );
  addEngineOptions(command).action(async (name: string | undefined, options: ReproduceOptions) =>
    finish(await (name === undefined ? list(options, host) : reproduce(name, options, host))),
  );
}

function minutes(text: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Need a number of minutes; 0 draws what is done.");
}

async function list({ json }: ReproduceOptions, host: CliHost): Promise<ExitCode> {
  const reproductions = listReproductions(await host.reproductions());
  host.stdout.write(
    json ? `${JSON.stringify({ reproductions })}\n` : reproductionsText(reproductions),
  );
  return 0;
}

async function reproduce(
  name: string,
  options: ReproduceOptions,
  host: CliHost,
): Promise<ExitCode> {
  const chosen = named(name, await host.reproductions());
  if (options.output.trim() === "") {
    throw new InputError([
      fileProblem("--output", `is empty; need a folder, such as ${defaultOutput}`),
    ]);
  }
  const folder = resolve(host.cwd, options.output);
  const shown = relative(host.cwd, folder) || ".";
  const results = openResults(folder, shown, []);
  try {
    return await reproduceAll(name, chosen, results, options, host);
  } finally {
    results.close();
  }
}

async function reproduceAll(
  name: string,
  chosen: readonly Reproduction[],
  { path: folder, shown }: ResultsFolder,
  options: ReproduceOptions,
  host: CliHost,
): Promise<ExitCode> {
  const { scale, json } = options;
  const machine = await host.prepareMachine(engineChoice(options, host.env));
  const view = progressView(host.stderr, host.now);
  const until = options.minutes === undefined ? Infinity : host.now() + 60_000 * options.minutes;
  const words = stopWords(name, options);
  const watch = host.watchStop(words);
  let stopTold = false;
  const stopRequested = () => {
    const asked = watch.requested();
    if (asked && !stopTold) {
      stopTold = true;
      view.note("stopping at the next checkpoint; a second Ctrl-C stops at once");
    }
    return asked;
  };
  const run: ReproductionRun = {
    scale,
    folder,
    store: trialStore(folder, () => ({ date: host.date(), machine })),
    view,
    stopRequested,
    timeIsUp: () => host.now() >= until,
    host,
  };
  const told: Told[] = [];
  try {
    for (const reproduction of chosen) {
      const one = await reproduceOne(reproduction, run).catch((error: unknown) => {
        // With several reproductions the others still run.
        if (name !== "all" || error instanceof Interrupted) throw error;
        return failed(reproduction, error, run);
      });
      told.push(one);
      if (!json) host.stdout.write(one.text);
    }
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    view.end();
    host.stderr.write(words.stderr);
    if (json) host.stdout.write(words.stdout);
    return 1;
  } finally {
    watch.release();
    view.end();
  }
  if (json) {
    const all = { name, scale, reproductions: told.map((one) => one.json), output: shown };
    host.stdout.write(`${JSON.stringify(name === "all" ? all : told[0].json)}\n`);
  }
  return told.every(({ isWell }) => isWell) ? 0 : 1;
}

/** Finds the reproduction of that name, or all; an unknown name is an error that names the nearest known one. */
function named(name: string, all: readonly Reproduction[]): readonly Reproduction[] {
  if (name === "all") return all;
  const found = all.find((one) => one.name === name);
  if (found !== undefined) return [found];
  const known = [...all.map((one) => one.name), "all"];
  const near = nearest(name, known);
  const hint = near === null ? "" : `; did you mean ${JSON.stringify(near)}?`;
  const message = `no reproduction has this name${hint} (there are ${known.join(", ")})`;
  throw new InputError([fileProblem(name, message)]);
}

function failed(
  { name }: Reproduction,
  error: unknown,
  { scale, view, host }: ReproductionRun,
): Told {
  const { text, json } = failureOf(error, host.env.KALMIA_DEBUG === "1");
  view.note(`${name}: ${text.trimEnd()}`);
  return { json: { name, scale, error: json }, text: "", isWell: false };
}

function stopWords(name: string, options: ReproduceOptions): LastWords {
  const { scale, output, kernels, threads, minutes, json } = options;
  const given = [
    `kalmia reproduce ${name} --scale ${scale}`,
    ...(output === defaultOutput ? [] : [`--output ${output}`]),
    ...(kernels === undefined ? [] : [`--kernels ${kernels}`]),
    ...(threads === undefined ? [] : [`--threads ${threads}`]),
    ...(minutes === undefined ? [] : [`--minutes ${minutes}`]),
  ];
  return interruption(`stopped; go on with: ${given.join(" ")}`, json === true);
}
