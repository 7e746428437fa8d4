/** Reading and writing of experiments and results on Node. */
import { readFileSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve } from "node:path";
import type {
  Checkpoint,
  ComparisonResult,
  RunOutput,
  RunResult,
  SavedValues,
} from "../run/output.js";
import { plainSpecification, type Specification } from "../run/specification.js";
import { fileProblem, InputError } from "./errors.js";
import type { Experiment } from "./experiment.js";
import { parseExperimentFile } from "./experiment-file.js";
import {
  type Content,
  kalmiaVersion,
  type ReportFiles,
  removeFile,
  sha256,
  statIfThere,
  textIfThere,
  writeTogether,
} from "./files.js";
import { folderOf } from "./labels.js";
import type { PartLoader } from "./own-part.js";
import { importPart, type ModuleImporter, ownModule } from "./own-part-import.js";
import { resultText, statesPieces } from "./results.js";
import { readTensors, writeTensors } from "./safetensors.js";

export { checkFolder, kalmiaVersion, type ReportFiles } from "./files.js";
export type { ModuleImporter } from "./own-part-import.js";
export { type Stamp, trialStore, writeReproduction } from "./trials.js";

/** An experiment that was loaded from a file. */
export interface LoadedExperiment extends Omit<Experiment, "output"> {
  /** The folder of the results. */
  readonly folder: string;
  /** The hash of the experiment, its data and the version of Kalmia: equal hashes give equal results. */
  readonly hash: string;
  /** The learned values that the experiment starts from. */
  readonly saved: SavedValues | null;
}

/** A loaded file: one method, or several methods for the same data. */
export type LoadedFile =
  | { readonly kind: "one"; readonly experiment: LoadedExperiment }
  | {
      readonly kind: "list";
      readonly experiments: readonly (LoadedExperiment & { readonly label: string })[];
      /** The folder of the comparison, with a folder for each method in it. */
      readonly folder: string;
    };

/**
 * Reads and checks an experiment file, its data and its user-defined parts, whose code is run. Relative paths
 * start from the folder `cwd`.
 *
 * @throws InputError with all problems of the file, its data and its parts.
 */
export async function loadFile(
  path: string,
  cwd: string,
  importModule: ModuleImporter = importPart,
): Promise<LoadedFile> {
  const text = await readText(resolve(cwd, path)).catch((error: Error) => {
    throw new InputError([fileProblem(path, error.message)]);
  });
  const readData = async (data: string) => {
    const name = isAbsolute(data) ? data : join(dirname(path), data);
    return { name, text: await readText(resolve(cwd, name)) };
  };
  const loadPart: PartLoader = async (part) => {
    const { name, text: code } = await readData(part);
    return ownModule(resolve(cwd, name), name, code, importModule);
  };
  const load = ({ specification, output, file }: Experiment): LoadedExperiment => {
    const folder = resolve(cwd, dirname(path), output);
    const from = specification.start?.from;
    const kept = from === undefined ? null : modelIn(resolve(cwd, dirname(path), from), path, from);
    const hash = experimentHash(specification, kept?.bytes ?? null);
    return { specification, file, folder, hash, saved: kept?.tensors ?? null };
  };
  const parsed = await parseExperimentFile(text, path, readData, loadPart);
  if (parsed.kind === "one") return { kind: "one", experiment: load(parsed.experiment) };
  const loaded = parsed.experiments.map((one) => ({ ...load(one), label: one.label }));
  const { folder } = loaded[0]!;
  return {
    kind: "list",
    folder,
    experiments: loaded.map((one) => ({ ...one, folder: join(folder, folderOf(one.label)) })),
  };
}

/** Reads and checks an experiment file with one method; of a list of methods, the first. @throws InputError */
export async function loadExperiment(
  path: string,
  cwd: string,
  importModule: ModuleImporter = importPart,
): Promise<LoadedExperiment> {
  const file = await loadFile(path, cwd, importModule);
  return file.kind === "one" ? file.experiment : file.experiments[0]!;
}

/** Reads the learned values in the folder of results of an earlier run. */
function modelIn(folder: string, file: string, from: string) {
  const shown = join(from, modelName);
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(join(folder, modelName));
  } catch (error) {
    const why =
      (error as NodeJS.ErrnoException).code === "ENOENT" ? "there is no such file" : String(error);
    const message = `${shown}: ${why}; need the folder of results of a run that learned`;
    throw new InputError([{ file, line: null, column: null, key: "start.from", message }]);
  }
  return { bytes, tensors: readTensors(bytes, shown).tensors };
}

/** The file of learned values in a folder of results. */
const modelName = "model.safetensors";

/** Reads the text of a file; throws an error that says what is wrong with it. */
async function readText(path: string): Promise<string> {
  const found = await stat(path).catch(() => null);
  if (found === null) throw new Error("there is no such file");
  if (!found.isFile()) throw new Error("is not a file; need one");
  const bytes = await readFile(path).catch((error: Error) => {
    throw new Error(`cannot be read: ${error.message}`);
  });
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Error("is not UTF-8 text; save it as UTF-8");
  }
}

function experimentHash(specification: Specification, model: Uint8Array | null): string {
  const plain = plainSpecification(specification);
  const text = JSON.stringify({ kalmia: kalmiaVersion(), specification: plain });
  return sha256(text, model ?? "");
}

/** Writes all files of a finished run; if it fails, the results of an earlier run stay unchanged. */
export function writeResults(
  folder: string,
  { specification, hash }: Pick<LoadedExperiment, "specification" | "hash">,
  output: RunOutput,
  report: ReportFiles | null,
): void {
  const plain = plainSpecification(specification);
  const experiment = { kalmia: kalmiaVersion(), hash, specification: plain };
  const files: NamedContent[] = [
    ["experiment.json", `${JSON.stringify(experiment, null, 2)}\n`],
    ["states.csv", statesPieces(output)],
    ...modelFile(output, hash),
    ...reportFiles(report),
    ["result.json", resultText(output.result)],
  ];
  writeTogether(files.map(([name, content]) => [join(folder, name), content]));
}

/** Returns the file of learned values, if there are any, with the experiment they come from. */
function modelFile({ learned, result }: RunOutput, hash: string): [string, Uint8Array][] {
  if (learned === null) return [];
  const { name, model, method } = result;
  const metadata = { kalmia: kalmiaVersion(), experiment: hash, name, model, method };
  return [[modelName, writeTensors({ tensors: learned, metadata })]];
}

/**
 * Returns the result of a finished run of the experiment with this hash, from its folder; null if there is
 * none.
 */
export function finishedResult(folder: string, hash: string): RunResult | null {
  const parsed = (name: string): unknown => {
    try {
      return JSON.parse(textIfThere(join(folder, name)) ?? "null");
    } catch {
      return null;
    }
  };
  const experiment = parsed("experiment.json") as { readonly hash?: unknown } | null;
  return experiment?.hash === hash ? (parsed("result.json") as RunResult | null) : null;
}

/** Writes the files of a comparison into its folder, which also has the folders of its methods. */
export function writeComparison(
  folder: string,
  comparison: ComparisonResult,
  report: ReportFiles | null,
): void {
  const files = [
    ...reportFiles(report),
    ["result.json", `${JSON.stringify(comparison, null, 2)}\n`] as const,
  ];
  writeTogether(files.map(([name, content]) => [join(folder, name), content]));
}

type NamedContent = readonly [name: string, content: Content];

function reportFiles(report: ReportFiles | null): NamedContent[] {
  if (report === null) return [];
  const figures = report.figures.flatMap(({ name, svg, png }): NamedContent[] => [
    [join("figures", `${name}.svg`), svg],
    [join("figures", `${name}.png`), png],
  ]);
  return [...figures, ["report.html", report.html]];
}

/** Access to the checkpoint of an experiment. */
export interface CheckpointFile {
  exists(): boolean;
  /** Reads the checkpoint. @throws InputError when there is none, or it belongs to another experiment. */
  read(): Checkpoint;
  write(state: Checkpoint): void;
  remove(): void;
}

/** Returns access to the checkpoint in a folder of results; `shown` is the name of the folder in messages. */
export function checkpointFile(folder: string, shown: string, hash: string): CheckpointFile {
  const path = join(folder, "checkpoint.json");
  const name = join(shown, "checkpoint.json");
  const refuse = (message: string) => new InputError([fileProblem(name, message)]);
  return {
    exists: () => statIfThere(path) !== null,
    read: () => {
      const text = textIfThere(path);
      if (text === null)
        throw refuse("there is no checkpoint to resume from; run without --resume");
      const saved = savedIn(text);
      if (saved === null)
        throw refuse("is not a checkpoint of Kalmia; remove it and run without --resume");
      if (saved.hash === hash) return saved.state;
      throw refuse(
        "belongs to another experiment: the file, its data or the version of Kalmia changed since. " +
          "Undo the change, or run without --resume to start again",
      );
    },
    write: (state) => writeTogether([[path, `${JSON.stringify({ hash, state })}\n`]]),
    remove: () => removeFile(path),
  };
}

function savedIn(text: string): { hash: string; state: Checkpoint } | null {
  try {
    const saved = JSON.parse(text) as { hash?: unknown; state?: { version?: unknown } } | null;
    const fits = typeof saved?.hash === "string" && saved.state?.version === 2;
    return fits ? (saved as { hash: string; state: Checkpoint }) : null;
  } catch {
    return null;
  }
}
