import type { ObservationRecord, Specification } from "../run/specification.js";
import type { Given, Sections, Tell } from "./checks/check.js";
import { checkChoice, checkLearned, checkWindow } from "./checks/learn.js";
import { checkMethod } from "./checks/method.js";
import { checkModel } from "./checks/model.js";
import { checkObservations } from "./checks/observations.js";
import { checkTime } from "./checks/time.js";
import { parseRecord } from "./csv.js";
import { InputError, type Problem } from "./errors.js";
import { schemaProblems } from "./issues.js";
import { readSource, type Source } from "./positions.js";
import { resolve } from "./resolve.js";
import { type ExperimentFile, experimentFile } from "./schema.js";
import { words } from "./words.js";

export interface Experiment {
  readonly specification: Specification;
  /** Folder of the results, relative to the experiment file. */
  readonly output: string;
  /** The file itself, defaults filled in. */
  readonly file: ExperimentFile;
}

/** A data file beside the experiment: its text, and the name that messages call it by. */
export interface DataFile {
  readonly name: string;
  readonly text: string;
}

/** Finds a data file by its path, relative to the experiment file; throws if there is none. */
export type DataReader = (path: string) => Promise<DataFile>;

/** The text of an experiment file, and of the data that it names, as a specification. */
export async function parseExperiment(
  text: string,
  file: string,
  readData: DataReader,
): Promise<Experiment> {
  const source = readSource(text, file);
  if (Array.isArray(member(source.data, "method"))) {
    throw new InputError([
      source.problem(["method"], "is a list of methods; need one of them here"),
    ]);
  }
  const { experiment, problems } = await parseSource(source, readData);
  return whole(experiment, problems);
}

/** What was parsed, or all that is wrong, each thing told once. */
export function whole<T>(parsed: T | null, problems: readonly Problem[]): T {
  if (parsed !== null && problems.length === 0) return parsed;
  const texts = problems.map((problem) => JSON.stringify(problem));
  throw new InputError(problems.filter((_, i) => texts.indexOf(texts[i]!) === i));
}

/** The experiment of a file with one method, or all that is wrong in it and its data. */
export async function parseSource(
  source: Source,
  readData: DataReader,
): Promise<{ readonly experiment: Experiment | null; readonly problems: readonly Problem[] }> {
  const parsed = experimentFile.safeParse(source.data, { error: words });
  const problems: Problem[] = parsed.success ? [] : schemaProblems(parsed.error.issues, source);
  const tell: Tell = (path, message) => problems.push(source.problem(path, message));
  const inData: Problem[] = [];

  const sections = sectionsOf(source.data);
  const record = await loadRecord(sections, readData, tell, inData);
  checkSections(sections, record, (path) => path.reduce(member, source.data), tell);

  problems.sort(byPlace);
  const all = [...problems, ...inData];
  if (all.length > 0 || !parsed.success) return { experiment: null, problems: all };
  const output = parsed.data.output ?? `runs/${parsed.data.name}`;
  const specification = resolve(parsed.data, record);
  return { experiment: { specification, output, file: parsed.data }, problems: [] };
}

/** Each section by itself, so that one that is broken does not hide what is wrong in another. */
function sectionsOf(data: unknown): Sections {
  const section = <Key extends keyof Sections>(key: Key) => {
    const parsed = experimentFile.shape[key].safeParse(member(data, key));
    return (parsed.success ? (parsed.data ?? null) : null) as Sections[Key];
  };
  return {
    model: section("model"),
    time: section("time"),
    observations: section("observations"),
    method: section("method"),
    learn: section("learn"),
  };
}

export function member(data: unknown, key: PropertyKey): unknown {
  return typeof data === "object" && data !== null && Object.hasOwn(data, key)
    ? (data as Readonly<Record<PropertyKey, unknown>>)[key]
    : undefined;
}

function checkSections(
  sections: Sections,
  record: ObservationRecord | null,
  given: Given,
  tell: Tell,
): void {
  const { model, time, observations, method, learn } = sections;
  const dimension = model === null ? null : checkModel(model, tell);
  if (observations !== null) checkObservations(observations, model, dimension, tell);
  const hasGaps = record?.values.some((row) => row.some(Number.isNaN)) ?? false;
  if (method !== null) checkMethod(method, sections, dimension, hasGaps, tell);
  if (time !== null) checkTime(time, sections, given, tell);
  checkLearned(sections, given, tell);
  checkChoice(sections, given, tell);
  if (learn !== null) {
    const times = record?.times.length ?? time?.cycles ?? null;
    checkWindow(learn, times, observations?.twin?.trajectories !== undefined, tell);
  }
}

async function loadRecord(
  { model, observations, time }: Sections,
  readData: DataReader,
  tell: Tell,
  problems: Problem[],
): Promise<ObservationRecord | null> {
  const file = observations?.file;
  if (file === undefined) return null;
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
      positive: file.noise.kind === "lognormal",
      // A map in discrete time has no step but its own; a flow can take any.
      step: model?.kind === "linear" ? (time?.step ?? null) : null,
    });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    problems.push(...error.problems);
    return null;
  }
}

function byPlace(a: Problem, b: Problem): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}
