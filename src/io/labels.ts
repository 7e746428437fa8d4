/** Names of the methods of a list: those given, or the kind with the settings that differ. */
import type { MethodFile } from "./schema.js";

/** The block of a method with its name. */
export interface NamedBlock {
  /** The name given in the file; null: none. */
  readonly name: string | null;
  /** The kind of the method. */
  readonly kind: string;
  readonly block: MethodFile;
}

/**
 * Returns the names of methods: those given, or the kind with the settings that differ between methods of
 * this kind.
 */
export function labelsOf(blocks: readonly NamedBlock[]): string[] {
  return blocks.map(({ name, kind, block }) => {
    if (name !== null) return name;
    const alike = blocks.filter((other) => other.name === null && other.kind === kind);
    const settings = alike.map((other) => settingsOf(other.block));
    const own = settings[alike.findIndex((other) => other.block === block)]!;
    const words = [...new Set(settings.flatMap((each) => [...each.keys()]))]
      .filter((key) => settings.some((each) => each.get(key) !== own.get(key)))
      .flatMap((key) => wordsOf(key, own.get(key)));
    return [kind, ...words].join(" ");
  });
}

/** Returns the name of the folder of results of a method. */
export const folderOf = (label: string): string => label.replace(/[^\p{L}\p{N}.+-]+/gu, "-");

/**
 * Returns the settings of a block by their innermost keys, without kinds and file; lists and learned values
 * as text.
 */
function settingsOf(block: object): Map<string, string> {
  const found = new Map<string, string>();
  const walk = (value: unknown, key: string): void => {
    const map = typeof value === "object" && value !== null && !Array.isArray(value);
    if (!map) found.set(key, typeof value === "object" ? JSON.stringify(value) : String(value));
    else if ("learn" in value)
      found.set(key, `learned from ${JSON.stringify(Object.values(value))}`);
    else
      for (const [inner, each] of Object.entries(value))
        if (inner !== "kind" && inner !== "file") walk(each, inner);
  };
  walk(block, "");
  return found;
}

function wordsOf(key: string, value: string | undefined): string[] {
  if (value === undefined || value === "false") return [];
  if (value === "true") return [key];
  return [key, value.startsWith("learned") ? "learned" : value];
}
