/** The parts that an experiment file names: built-in ones by their kinds, user-defined ones by their files. */
import { z } from "zod";
import { recordOfKind } from "../parts/index.js";
import type { PartUse } from "../run/specification.js";
import { InputError, type Problem } from "./errors.js";
import { expandOperator } from "./operator-shorthand.js";
import { loadOwnPart, type OwnPart, type PartLoader } from "./own-part.js";
import type { Path } from "./positions.js";
import { type PartSection, type RecordOf, records } from "./records.js";
import { commonKeys, ownBlock, type PartBlock } from "./schema/part.js";
import { builtInSchemas, type PartSchemas } from "./schema.js";
import { describe } from "./words.js";

/** The parts that come from files; null: the file of a part has faults. */
export type OwnParts = { readonly [Section in PartSection]?: OwnPart<RecordOf[Section]> | null };

/** The paths of the blocks of each section. */
const paths: Readonly<Record<PartSection, readonly Path[]>> = {
  model: [["model"]],
  method: [["method"]],
  operator: [
    ["observations", "twin", "operator"],
    ["observations", "file", "operator"],
  ],
  noise: [
    ["observations", "twin", "noise"],
    ["observations", "file", "noise"],
  ],
};

const isMap = (data: unknown): data is Readonly<Record<string, unknown>> =>
  typeof data === "object" && data !== null && !Array.isArray(data);

/** Returns the value of a key of a map or list; undefined if there is none. */
export const member = (data: unknown, key: PropertyKey): unknown =>
  typeof data === "object" && data !== null && Object.hasOwn(data, key)
    ? (data as Readonly<Record<PropertyKey, unknown>>)[key]
    : undefined;

/** Returns data with another value at an existing path; undefined removes the key. */
function replaced(data: unknown, [step, ...rest]: Path, value: unknown): unknown {
  if (step === undefined) return value;
  const { [step as string]: old, ...others } = data as Readonly<Record<string, unknown>>;
  const inner = replaced(old, rest, value);
  return inner === undefined ? others : { ...others, [step as string]: inner };
}

/** Returns data whose operators have their kinds, and whether all operators could be read. */
export function withOperatorKinds(data: unknown, tell: (path: Path, message: string) => void) {
  let readable = true;
  let expanded = data;
  for (const path of paths.operator) {
    const given = path.reduce(member, data);
    const { block, fault } = expandOperator(given);
    if (fault !== undefined) {
      tell([...path, ...fault.path], fault.message);
      if (block === undefined) readable = false;
    }
    if (block !== given) expanded = replaced(expanded, path, block);
  }
  return { data: expanded, readable };
}

/** Loads every part that a file names by `file:`; their faults are added to `problems`. */
export async function loadOwnParts(
  data: unknown,
  load: PartLoader | null,
  tell: (path: Path, message: string) => void,
  problems: Problem[],
): Promise<OwnParts> {
  const own: { -readonly [Section in PartSection]?: OwnPart | null } = {};
  for (const section of Object.keys(paths) as PartSection[]) {
    for (const path of paths[section]) {
      const block = path.reduce(member, data);
      if (!isMap(block) || !("file" in block) || section in own) continue;
      own[section] = null;
      const { file } = block;
      if (typeof file !== "string" || file === "") {
        tell([...path, "file"], `got ${describe(file)}; need the path of a file`);
      } else if (load === null) {
        tell(
          [...path, "file"],
          "names a file of code, which cannot be loaded here; use kalmia run, or loadExperiment of kalmia/io/node",
        );
      } else {
        try {
          own[section] = await loadOwnPart(section, file, load);
        } catch (error) {
          if (error instanceof InputError) problems.push(...error.problems);
          else tell([...path, "file"], `${file}: ${(error as Error).message}`);
        }
      }
    }
  }
  return own as OwnParts;
}

const anything = z.looseObject({}) as z.ZodType as z.ZodType<PartBlock>;

/** Returns the schemas of the sections of a file with these parts. */
export function schemasFor(own: OwnParts): PartSchemas {
  const schemas = Object.entries(own).map(([section, part]) => [
    section,
    // If the file has faults, its block cannot be checked.
    part == null ? anything : ownBlock(section as PartSection, part.record),
  ]);
  return { ...builtInSchemas, ...Object.fromEntries(schemas) };
}

/** Returns the part in use that a block describes, without the keys that all parts of the section have. */
export function useOf<Section extends PartSection>(
  section: Section,
  { kind, file, ...given }: PartBlock,
  own: OwnParts,
): PartUse<RecordOf[Section]> {
  const block = Object.fromEntries(
    Object.entries(given).filter(([key]) => !Object.hasOwn(commonKeys[section], key)),
  );
  const all: readonly RecordOf[Section][] = records[section];
  if (file === undefined) return { record: recordOfKind(all, kind!)!, block };
  const { record, path, sha256 } = own[section] as OwnPart<RecordOf[Section]>;
  return { record, block, file: { path, sha256 } };
}
