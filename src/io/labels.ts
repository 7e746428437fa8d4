/** What the methods of a list are called: by their own names, or by kind and what sets them apart. */
import type { MethodFile } from "./schema.js";

export interface NamedBlock {
  /** null: none is given. */
  readonly name: string | null;
  /** Of the method's record. */
  readonly kind: string;
  readonly block: MethodFile;
}

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

/** The name of its folder of results. */
export const folderOf = (label: string): string => label.replace(/[^\p{L}\p{N}.+-]+/gu, "-");

/** All that a block says but its kinds and its file, by the innermost keys; lists and learned values as text. */
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
