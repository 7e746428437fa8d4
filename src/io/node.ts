/** Reading and writing of experiments and results on Node. */
import { readFileSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { kernelsInUse, productsInUse } from "../engine/index.js";
import type { SavedValues } from "../run/output.js";
import { plainSpecification, type Specification } from "../run/specification.js";
import { fileProblem, InputError, type Problem } from "./errors.js";
import type { Experiment } from "./experiment.js";
import { parseExperimentFile } from "./experiment-file.js";
import { causeOf, kalmiaVersion, sha256, statIfThere } from "./files.js";
import { folderOf } from "./labels.js";
import { learnedForIn } from "./learned-for.js";
import type { PartLoader } from "./own-part.js";
import { importPart, type ModuleImporter, ownModule } from "./own-part-import.js";
import { modelName } from "./result-names.js";
import { type InputFile, isChanged } from "./results-folder.js";
import { readTensors } from "./safetensors.js";
import type { ExperimentFile } from "./schema.js";

export { type CheckpointFile, checkpointFile } from "./checkpoint-file.js";
export { kalmiaVersion, type ReportFiles } from "./files.js";
export type { ModuleImporter } from "./own-part-import.js";
export { namesOfComparison, namesOfReproduction, namesOfRun } from "./result-names.js";
export { type InputFile, openResults, type ResultsFolder } from "./results-folder.js";
export { type Stamp, trialStore } from "./trials.js";
export {
  finishedResult,
  writeComparison,
  writeLearned,
  writeReport,
  writeReproduction,
  writeResults,
} from "./write-results.js";

/** An experiment that was loaded from a file. */
export interface LoadedExperiment extends Omit<Experiment, "output"> {
  /** The folder of the results. */
  readonly folder: string;
  /**
   * The hash of the experiment, its data, the version of Kalmia, its kernels and the library for products:
   * equal hashes give equal results.
   */
  readonly hash: string;
  /** The learned values that the experiment starts from. */
  readonly saved: SavedValues | null;
  /** The files that it reads. */
  readonly inputs: readonly InputFile[];
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
  const inputs: InputFile[] = [{ path: resolve(cwd, path), what: "the experiment itself" }];
  const read = async (file: string, what: string) => {
    const name = isAbsolute(file) ? file : join(dirname(path), file);
    inputs.push({ path: resolve(cwd, name), what });
    return { name, text: await readText(resolve(cwd, name)) };
  };
  const readData = (data: string) => read(data, "the data of the experiment");
  const loadPart: PartLoader = async (part) => {
    const what = "a part of the experiment";
    const { name, text: code } = await read(part, what);
    const module = await ownModule(resolve(cwd, name), name, code, importModule);
    for (const imported of module.imports ?? []) inputs.push({ path: imported, what });
    return module;
  };
  const load = ({ specification: given, output, file, problem }: Experiment): LoadedExperiment => {
    const folder = resolve(cwd, dirname(path), output);
    const from = given.start?.from;
    const kept =
      from === undefined
        ? null
        : modelIn(resolve(cwd, dirname(path), from), from, (message) =>
            problem(keyOf(file), message),
          );
    if (kept !== null)
      inputs.push({ path: kept.path, what: "the model that the experiment starts from" });
    const learnedFor = kept === null ? undefined : learnedForIn(kept.metadata);
    const specification =
      from === undefined || learnedFor === undefined
        ? given
        : { ...given, start: { from, learnedFor } };
    const hash = experimentHash(specification, kept?.bytes ?? null);
    const saved = kept?.tensors ?? null;
    return { specification, file, problem, folder, hash, saved, inputs };
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

/** The key that names the learned values to start from. */
const keyOf = ({ start }: ExperimentFile): string =>
  start === undefined ? "method.weights" : "start.from";

/** Reads the learned values in the folder of results of an earlier run, or in a file of weights. */
function modelIn(place: string, from: string, problem: (message: string) => Problem) {
  const isFile = from.endsWith(".safetensors");
  const shown = isFile ? from : join(from, modelName);
  const path = isFile ? place : join(place, modelName);
  const refuse = (why: string) =>
    new InputError([
      problem(
        `${shown}: ${why}; need the folder of results of a run that learned, or a file of weights`,
      ),
    ]);
  const found = statIfThere(path);
  if (found === null) throw refuse("there is no such file");
  if (!found.isFile()) throw refuse("is not a file");
  if (isChanged(dirname(path), basename(path))) {
    throw refuse(
      "is damaged, or was changed since Kalmia wrote it (copy it elsewhere to use it so)",
    );
  }
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw refuse(causeOf(error));
  }
  return { path, bytes, ...readTensors(bytes, shown) };
}

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
  const computedWith = [kernelsInUse(), productsInUse()?.name ?? null];
  const text = JSON.stringify({ kalmia: kalmiaVersion(), computedWith, specification: plain });
  return sha256(text, model ?? "");
}
