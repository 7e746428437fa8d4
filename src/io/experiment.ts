import { normalNoise } from "../observe/index.js";
import { methodFault, type ObservationRecord } from "../problem/index.js";
import { systemFor } from "../run/index.js";
import type { Specification } from "../run/specification.js";
import { type Binding, bindParts, sizeOf } from "./checks/binding.js";
import type { Given, ObservationsSection, Sections, SourceSection, Tell } from "./checks/check.js";
import { checkDemand } from "./checks/demand.js";
import { checkChoice, checkLearned, checkWindow } from "./checks/learn.js";
import { checkMethod } from "./checks/method.js";
import { checkObservations } from "./checks/observations.js";
import { checkTime } from "./checks/time.js";
import { parseRecord } from "./csv.js";
import { byPosition, collecting, fileProblem, InputError, type Problem } from "./errors.js";
import { schemaProblems } from "./issues.js";
import { ownProblem, type PartLoader } from "./own-part.js";
import {
  loadOwnParts,
  member,
  type OwnParts,
  schemasFor,
  useOf,
  withOperatorKinds,
} from "./parts-of-file.js";
import { pathOf, readSource, type Source } from "./positions.js";
import { resolve } from "./resolve.js";
import type { RecordFile, TwinFile } from "./schema/observations.js";
import { type ExperimentFile, experimentFile, experimentWith } from "./schema.js";
import { words } from "./words.js";

/** An experiment: its specification, and the file that it was read from. */
export interface Experiment {
  readonly specification: Specification;
  /** The folder of the results, relative to the experiment file. */
  readonly output: string;
  /** The contents of the file with defaults filled in. */
  readonly file: ExperimentFile;
  /** Returns a problem that a run finds, at its key (`method.initial`) in the file. */
  readonly problem: (key: string, message: string) => Problem;
}

/** A data file of an experiment: its text, and its name for messages. */
export interface DataFile {
  readonly name: string;
  readonly text: string;
}

/** Reads a data file by its path, relative to the experiment file; throws if there is none. */
export type DataReader = (path: string) => Promise<DataFile>;

/**
 * Reads the text of an experiment file with one method, and the data that it names, as a specification.
 * `loadPart` loads the files of user-defined parts; without it a file that names one is refused.
 *
 * @throws InputError with all problems of the file and its data.
 */
export async function parseExperiment(
  text: string,
  file: string,
  readData: DataReader,
  loadPart: PartLoader | null = null,
): Promise<Experiment> {
  const source = readSource(text, file);
  if (Array.isArray(member(source.data, "method"))) {
    throw new InputError([
      source.problem(["method"], "is a list of methods; need one of them here"),
    ]);
  }
  const { experiment, problems } = await parseSource(source, readData, loadPart);
  return whole(experiment, problems, source);
}

/**
 * Returns what was parsed.
 *
 * @throws InputError with the problems, each once, if there are any; of those of the experiment file itself
 * with the first twenty.
 */
export function whole<T>(parsed: T | null, problems: readonly Problem[], { file }: Source): T {
  if (parsed !== null && problems.length === 0) return parsed;
  const each = new Map(problems.map((problem) => [JSON.stringify(problem), problem]));
  const own = collecting(file);
  const elsewhere = [...each.values()].filter((problem) => {
    if (problem.file === file) own.tell(problem);
    return problem.file !== file;
  });
  throw new InputError([...own.first(), ...elsewhere]);
}

/** Returns the experiment of a file with one method, or all problems of the file and its data. */
export async function parseSource(
  source: Source,
  readData: DataReader,
  loadPart: PartLoader | null,
): Promise<{ readonly experiment: Experiment | null; readonly problems: readonly Problem[] }> {
  const problems: Problem[] = [];
  const elsewhere: Problem[] = [];
  const tell: Tell = (path, message) => problems.push(source.problem(path, message));
  const { data, readable } = withOperatorKinds(source.data, tell);
  const own = await loadOwnParts(data, loadPart, tell, elsewhere);
  const schema = Object.keys(own).length === 0 ? experimentFile : experimentWith(schemasFor(own));
  const parsed = schema.safeParse(data, { error: words });
  if (!parsed.success) problems.push(...schemaProblems(parsed.error.issues, source));

  const sections = sectionsOf(data, schema, own, readable);
  const seed = parsed.success ? parsed.data.seed : 1;
  const binding = bindParts(sections, { own, seed, tell, problems: elsewhere });
  const record = await loadRecord(sections, binding, readData, tell, elsewhere);
  checkSections(sections, binding, record, (path) => path.reduce(member, source.data), tell);

  problems.sort(byPosition);
  const all = [...problems, ...elsewhere];
  const { model, method, observations } = sections;
  const complete = parsed.success && model !== null && method !== null && observations !== null;
  if (all.length > 0 || !complete) return { experiment: null, problems: all };
  const output = parsed.data.output ?? `runs/${parsed.data.name}`;
  const { observed } = binding;
  const specification = resolve(parsed.data, { model, method, observations, observed, record });
  if (binding.model !== null && observed !== null) {
    checkDemand(specification, { model: binding.model, values: sizeOf(observed) }, tell);
  }
  if (problems.length > 0) return { experiment: null, problems };
  const fault = ownMethodProblem(specification, own);
  if (fault !== null) return { experiment: null, problems: [fault] };
  const problem = (key: string, message: string) => source.problem(pathOf(key), message);
  return { experiment: { specification, output, file: parsed.data, problem }, problems: [] };
}

/** Tries a user-defined method for one cycle, and returns its problem. */
function ownMethodProblem(specification: Specification, { method }: OwnParts): Problem | null {
  if (method == null) return null;
  const system = systemFor(specification);
  try {
    const fault = methodFault(specification.method, system, specification.initial);
    return fault === null ? null : fileProblem(method.name, fault);
  } catch (error) {
    return ownProblem(method, error);
  }
}

/** Parses each section by itself, so that a fault in one does not hide those in others. */
function sectionsOf(
  data: unknown,
  schema: typeof experimentFile,
  own: OwnParts,
  readable: boolean,
): Sections {
  const section = <Key extends "model" | "time" | "observations" | "method" | "learn">(
    key: Key,
  ) => {
    const parsed = schema.shape[key].safeParse(member(data, key));
    return (parsed.success ? (parsed.data ?? null) : null) as NonNullable<
      ExperimentFile[Key]
    > | null;
  };
  const model = own.model === null ? null : section("model");
  const method = own.method === null ? null : section("method");
  const lost = own.operator === null || own.noise === null || !readable;
  const observations = lost ? null : section("observations");
  return {
    model: model && { ...useOf("model", model, own), processNoise: model.processNoise ?? null },
    time: section("time"),
    observations: observations && {
      twin: observations.twin === undefined ? null : twinSection(observations.twin, own),
      file: observations.file === undefined ? null : fileSection(observations.file, own),
    },
    method: method && {
      ...useOf("method", method, own),
      initial: method.initial ? { mean: [0], variance: 0, ...method.initial } : null,
      processNoise: method.processNoise ?? null,
    },
    learn: section("learn"),
  };
}

function twinSection(file: TwinFile, own: OwnParts): SourceSection<TwinFile> {
  const path = ["observations", "twin"];
  const { operator, noise, variance } = file;
  const source = { path, file, operator: useOf("operator", operator, own) };
  if (noise !== undefined) {
    return { ...source, noise: useOf("noise", noise, own), noisePath: [...path, "noise"] };
  }
  const normal = variance === undefined ? null : { record: normalNoise, block: { variance } };
  return { ...source, noise: normal as SourceSection["noise"], noisePath: path };
}

function fileSection(file: RecordFile, own: OwnParts): SourceSection<RecordFile> {
  const path = ["observations", "file"];
  return {
    path,
    file,
    operator: file.operator === undefined ? null : useOf("operator", file.operator, own),
    noise: useOf("noise", file.noise, own),
    noisePath: [...path, "noise"],
  };
}

function checkSections(
  sections: Sections,
  binding: Binding,
  record: ObservationRecord | null,
  given: Given,
  tell: Tell,
): void {
  const { model, time, observations, method, learn } = sections;
  if (observations !== null) checkObservations(observations, model, binding, tell);
  const hasGaps = record?.values.some((row) => row.some(Number.isNaN)) ?? false;
  if (method !== null) checkMethod(method, sections, binding, hasGaps, tell);
  if (time !== null) checkTime(time, sections, binding.model, given, tell);
  checkLearned(sections, given, tell);
  checkChoice(sections, given, tell);
  if (learn !== null) {
    const times = record?.times.length ?? time?.cycles ?? null;
    const several = observations?.twin?.file.trajectories !== undefined;
    checkWindow(learn, times, several, tell);
  }
}

async function loadRecord(
  { observations, time }: { observations: ObservationsSection | null } & Sections,
  { model }: Binding,
  readData: DataReader,
  tell: Tell,
  problems: Problem[],
): Promise<ObservationRecord | null> {
  if (observations?.file == null) return null;
  const { file, noise } = observations.file;
  let data: DataFile;
  try {
    data = await readData(file.path);
  } catch (error) {
    tell(["observations", "file", "path"], `${file.path}: ${(error as Error).message}`);
    return null;
  }
  try {
    return parseRecord(data.text, {
      file: data.name,
      time: file.time,
      columns: file.columns,
      positive: noise?.record.transform === "log" ? noise.record.kind : null,
      // The step of a discrete-time model has a fixed length; a continuous one can take any.
      step: model?.time === "discrete" ? (time?.step ?? null) : null,
    });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    problems.push(...error.problems);
    return null;
  }
}
