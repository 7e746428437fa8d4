/** The parts that an experiment file names: built-in ones by their kinds, one's own by their files. */
import { z } from "zod";
import { recordOf } from "../parts/index.js";
import type { PartUse } from "../run/specification.js";
import { InputError, type Problem } from "./errors.js";
import { expandOperator } from "./operator-shorthand.js";
import { loadOwnPart, type OwnPart, type PartLoader } from "./own-part.js";
import type { Path } from "./positions.js";
import { type PartSection, type RecordOf, records } from "./records.js";
import { commonKeys, ownBlock, type PartBlock } from "./schema/part.js";
import { builtInSchemas, type PartSchemas } from "./schema.js";
import { describe } from "./words.js";

/** The parts that come from files; null: the file of a part was not good. */
export type OwnParts = { readonly [Section in PartSection]?: OwnPart<RecordOf[Section]> | null };

/** Where the blocks of a section stand. */
const places: Readonly<Record<PartSection, readonly Path[]>> = {
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

export const member = (data: unknown, key: PropertyKey): unknown =>
  typeof data === "object" && data !== null && Object.hasOwn(data, key)
    ? (data as Readonly<Record<PropertyKey, unknown>>)[key]
    : undefined;

/** Data with another value at a path that exists; undefined takes the key away. */
function replaced(data: unknown, [step, ...rest]: Path, value: unknown): unknown {
  if (step === undefined) return value;
  const { [step as string]: old, ...others } = data as Readonly<Record<string, unknown>>;
  const inner = replaced(old, rest, value);
  return inner === undefined ? others : { ...others, [step as string]: inner };
}

/** Data whose operators name their kinds, and whether that of each source could be read. */
export function withOperatorKinds(data: unknown, tell: (path: Path, message: string) => void) {
  let readable = true;
  let expanded = data;
  for (const path of places.operator) {
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

/** Loads every part that a file names by `file:`; what is wrong with them goes to `problems`. */
export async function loadOwnParts(
  data: unknown,
  load: PartLoader | null,
  tell: (path: Path, message: string) => void,
  problems: Problem[],
): Promise<OwnParts> {
  const own: { -readonly [Section in PartSection]?: OwnPart | null } = {};
  for (const section of Object.keys(places) as PartSection[]) {
    for (const path of places[section]) {
      const block = path.reduce(member, data);
      if (!isMap(block) || !("file" in block) || section in own) continue;
      own[section] = null;
      const { file } = block;
      if (typeof file !== "string" || file === "") {
        tell([...path, "file"], `got ${describe(file)}; need the path of a file`);
      } else if (load === null) {
        tell(
          [...path, "file"],
          "names a file of code, and nothing is given here that could load it; run it with kalmia run, or load it with loadExperiment of kalmia/io/node",
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

/** The schemas of the sections of a file with these parts. */
export function schemasFor(own: OwnParts): PartSchemas {
  const schemas = Object.entries(own).map(([section, part]) => [
    section,
    // Where the file is not good, nothing of its block can be checked.
    part == null ? anything : ownBlock(section as PartSection, part.record),
  ]);
  return { ...builtInSchemas, ...Object.fromEntries(schemas) };
}

/** The part in use that a block describes, without the keys that are of all parts. */
export function useOf<Section extends PartSection>(
  section: Section,
  { kind, file, ...given }: PartBlock,
  own: OwnParts,
): PartUse<RecordOf[Section]> {
  const block = Object.fromEntries(
    Object.entries(given).filter(([key]) => !Object.hasOwn(commonKeys[section], key)),
  );
  const all: readonly RecordOf[Section][] = records[section];
  if (file === undefined) return { record: recordOf(all, kind!)!, block };
  const { record, path, sha256 } = own[section] as OwnPart<RecordOf[Section]>;
  return { record, block, file: { path, sha256 } };
}
