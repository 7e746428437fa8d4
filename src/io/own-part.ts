/**
 * Parts of one's own: `{ file: my-model.ts, … }` names a file whose default export is a record of
 * exactly the form of a built-in part.
 */
import type { Part } from "../parts/index.js";
import { fileProblem, InputError, type Problem } from "./errors.js";
import { formFaults } from "./own-part-form.js";
import type { PartSection, RecordOf } from "./records.js";

/** What loading a file gave. */
export interface OwnModule {
  /** The file as messages call it. */
  readonly name: string;
  /** Hash of its text. */
  readonly sha256: string;
  /** What it exports. */
  readonly exports: Readonly<Record<string, unknown>>;
}

/** Runs the file at a path, relative to the experiment file; throws `InputError` if it cannot. */
export type PartLoader = (path: string) => Promise<OwnModule>;

/** A part of one's own. */
export interface OwnPart<R extends Part = Part> {
  readonly record: R;
  /** As the experiment file writes it. */
  readonly path: string;
  /** As messages call it. */
  readonly name: string;
  readonly sha256: string;
}

/** What sections call the parts that their files hold, and the function that gives them their types. */
export const sectionWords: Readonly<Record<PartSection, { noun: string; define: string }>> = {
  model: { noun: "a model", define: "defineModel of kalmia/models" },
  method: { noun: "a method", define: "defineMethod of kalmia/filters" },
  operator: { noun: "an observation operator", define: "defineOperator of kalmia/observe" },
  noise: { noun: "a noise", define: "defineNoise of kalmia/observe" },
};

/** The part that a file exports; all that its record lacks is told in one `InputError`. */
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
  return { record: given as unknown as RecordOf[Section], path, name, sha256 };
}

/** `my-model` of `parts/my-model.ts` */
const kindOf = (path: string): string =>
  path
    .split(/[\\/]/)
    .at(-1)!
    .replace(/\.[^.]+$/, "");

/** What a trial of a part of one's own found: no error of its code, but of what it gave. */
export class TrialFault extends Error {
  override readonly name = "TrialFault";
}

/** What a trial found, or an error of the code of a part at the line where it was thrown. */
export function ownProblem({ name }: Pick<OwnPart, "name">, error: unknown): Problem {
  if (error instanceof TrialFault) return fileProblem(name, error.message);
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: "" };
  return {
    file: name,
    ...placeIn(stack ?? "", name),
    key: null,
    message: `its code threw: ${message}`,
  };
}

/** The first place of a stack that lies in a file, by the end of its path. */
export function placeIn(stack: string, name: string): Pick<Problem, "line" | "column"> {
  const base = name.split(/[\\/]/).at(-1)!;
  for (const [, path, line, column] of stack.matchAll(/([^\s()]+?)(?:\?[^\s:()]*)?:(\d+):(\d+)/g)) {
    if (path!.split(/[\\/]/).at(-1) !== encodeURI(base) && !path!.endsWith(base)) continue;
    return { line: Number(line), column: Number(column) };
  }
  return { line: null, column: null };
}
