/** Experiment files with one method, or with a list of methods: one experiment for each of them. */
import { listProblems } from "./checks/list.js";
import type { Problem } from "./errors.js";
import { type DataReader, type Experiment, parseSource, whole } from "./experiment.js";
import { labelsOf } from "./labels.js";
import type { PartLoader } from "./own-part.js";
import { member } from "./parts-of-file.js";
import { type Path, readSource, type Source } from "./positions.js";
import { experimentFile } from "./schema.js";
import { words } from "./words.js";

/** An experiment of a list of methods, with the name of its method. */
export interface ListedExperiment extends Experiment {
  readonly label: string;
}

/** A parsed file: one method, or a list of methods for the same data. */
export type ParsedFile =
  | { readonly kind: "one"; readonly experiment: Experiment }
  | { readonly kind: "list"; readonly experiments: readonly ListedExperiment[] };

/**
 * Reads the text of an experiment file, and the data that it names, as specifications. `loadPart` loads the
 * files of user-defined parts.
 *
 * @throws InputError with all problems of the file and its data.
 */
export async function parseExperimentFile(
  text: string,
  file: string,
  readData: DataReader,
  loadPart: PartLoader | null = null,
): Promise<ParsedFile> {
  const source = readSource(text, file);
  const method = member(source.data, "method");
  if (!Array.isArray(method)) {
    const { experiment, problems } = await parseSource(source, readData, loadPart);
    return { kind: "one", experiment: whole(experiment, problems, source) };
  }
  const learns = method.map((block) => isMarked([block, sectionsOfAll(source.data)]));
  const problems: Problem[] = [];
  const parsed: { readonly experiment: Experiment; readonly name: string | null }[] = [];
  for (const i of method.keys()) {
    // In a list with methods that learn, a method with nothing to learn is run as it is.
    const without = !learns[i] && learns.some(Boolean) ? ["learn", "start"] : [];
    const { own, name, nameProblem } = methodAt(source, i, without);
    const one = await parseSource(own, readData, loadPart);
    problems.push(...one.problems, ...nameProblem);
    if (one.experiment !== null) parsed.push({ experiment: one.experiment, name });
  }
  if (method.length === 0) {
    problems.push(source.problem(["method"], "is an empty list; need a method, or several"));
  }
  const complete = parsed.length === method.length;
  const labels = labelsOf(
    parsed.map(({ name, experiment: { file, specification } }) => ({
      name,
      kind: specification.method.record.kind,
      block: file.method,
    })),
  );
  const experiments = parsed.map(({ experiment }, i) => ({ ...experiment, label: labels[i]! }));
  if (complete) problems.push(...listProblems(experiments, source));
  return { kind: "list", experiments: whole(complete ? experiments : null, problems, source) };
}

/** Returns the sections that are the same for all methods and may have learned values. */
const sectionsOfAll = (data: unknown): unknown => [
  member(data, "model"),
  member(data, "observations"),
];

/** Tells whether data have a `learn: true` at any depth. */
function isMarked(data: unknown): boolean {
  if (typeof data !== "object" || data === null) return false;
  return member(data, "learn") === true || Object.values(data).some(isMarked);
}

/** Returns the file as if it had only method i of the list, and the name of that method. */
function methodAt(source: Source, i: number, without: readonly string[]) {
  const block = (member(source.data, "method") as readonly unknown[])[i];
  const inList = (path: Path): Path =>
    path[0] === "method" ? ["method", i, ...path.slice(1)] : path;
  const { name, ...method } = (isMap(block) ? block : {}) as { readonly name?: unknown };
  const parsed =
    name === undefined ? null : experimentFile.shape.name.safeParse(name, { error: words });
  const rest = Object.fromEntries(
    Object.entries(source.data as object).filter(([key]) => !without.includes(key)),
  );
  const own: Source = {
    file: source.file,
    data: { ...rest, method: isMap(block) ? method : block },
    problem: (path, message, at) => source.problem(inList(path), message, at),
  };
  const nameProblem =
    parsed === null || parsed.success
      ? []
      : [source.problem(["method", i, "name"], parsed.error.issues[0]!.message)];
  return { own, name: parsed?.success ? parsed.data : null, nameProblem };
}

const isMap = (data: unknown): boolean =>
  typeof data === "object" && data !== null && !Array.isArray(data);
