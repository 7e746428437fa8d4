/**
 * User-defined parts: `{ file: my-model.ts, … }` names a file whose default export is a record of the same
 * form as that of a built-in part.
 */
import type { Part } from "../parts/index.js";
import { fileProblem, InputError, type Problem } from "./errors.js";
import { formFaults } from "./own-part-form.js";
import { type PartSection, type RecordOf, records } from "./records.js";

/** A loaded file. */
export interface OwnModule {
  /** The name of the file in messages. */
  readonly name: string;
  /** The hash of its text and of the files that it imports. */
  readonly sha256: string;
  /** The paths of the local files that it imports, directly or through others. */
  readonly imports?: readonly string[];
  /** Its exports. */
  readonly exports: Readonly<Record<string, unknown>>;
}

/** Loads the file at a path, relative to the experiment file; throws `InputError` if it fails. */
export type PartLoader = (path: string) => Promise<OwnModule>;

/** A user-defined part. */
export interface OwnPart<R extends Part = Part> {
  readonly record: R;
  /** The path as given in the experiment file. */
  readonly path: string;
  /** The name of the file in messages. */
  readonly name: string;
  readonly sha256: string;
}

/** The noun for a part of each section, and the function that gives its record its types. */
export const sectionWords: Readonly<Record<PartSection, { noun: string; define: string }>> = {
  model: { noun: "a model", define: "defineModel of kalmia/models" },
  method: { noun: "a method", define: "defineMethod of kalmia/filters" },
  operator: { noun: "an observation operator", define: "defineOperator of kalmia/observe" },
  noise: { noun: "a noise", define: "defineNoise of kalmia/observe" },
};

/** Loads the part that a file exports. @throws InputError with all faults in the form of its record. */
export async function loadOwnPart<Section extends PartSection>(
  section: Section,
  path: string,
  load: PartLoader,
): Promise<OwnPart<RecordOf[Section]>> {
  const { name, sha256, exports } = await load(path);
  const { noun, define } = sectionWords[section];
  if (typeof exports.default !== "object" || exports.default === null) {
    const has = Object.keys(exports).length === 0 ? "exports nothing" : "has no default export";
    const message = `${has}; need the record of ${noun}: export default ${define.split(" ")[0]}({ … }), with ${define}`;
    throw new InputError([fileProblem(name, message)]);
  }
  const given = { kind: kindOf(path), ...exports.default } as Readonly<Record<string, unknown>>;
  const faults = formFaults(section, given);
  if (faults.length > 0) throw new InputError(faults.map((fault) => fileProblem(name, fault)));
  if (records[section].some(({ kind }) => kind === given.kind)) {
    const message = `${given.kind} is the kind of a built-in ${noun.replace(/^an? /, "")}; need a kind of its own`;
    throw new InputError([fileProblem(name, message)]);
  }
  return { record: given as unknown as RecordOf[Section], path, name, sha256 };
}

/** Returns `my-model` for `parts/my-model.ts`. */
const kindOf = (path: string): string =>
  path
    .split(/[\\/]/)
    .at(-1)!
    .replace(/\.[^.]+$/, "");

/** A fault that a trial of a user-defined part found: not an error in its code, but a wrong result. */
export class TrialFault extends Error {
  override readonly name = "TrialFault";
}

/** Returns the problem that a trial found, or an error that the code of a part threw, with its line. */
export function ownProblem({ name }: Pick<OwnPart, "name">, error: unknown): Problem {
  if (error instanceof TrialFault) return fileProblem(name, error.message);
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: "" };
  return {
    file: name,
    ...positionIn(stack ?? "", name),
    key: null,
    message: `its code threw: ${message}`,
  };
}

/** Finds the first position of a stack that is in a file, by the end of its path. */
export function positionIn(stack: string, name: string): Pick<Problem, "line" | "column"> {
  const base = name.split(/[\\/]/).at(-1)!;
  for (const [, path, line, column] of stack.matchAll(/([^\s()]+?)(?:\?[^\s:()]*)?:(\d+):(\d+)/g)) {
    if (path!.split(/[\\/]/).at(-1) !== encodeURI(base) && !path!.endsWith(base)) continue;
    return { line: Number(line), column: Number(column) };
  }
  return { line: null, column: null };
}
