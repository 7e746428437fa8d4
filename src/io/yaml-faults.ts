/** Faults of a YAML document by itself, whatever its keys mean. */
import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type Pair } from "yaml";

/** A fault at an offset of the text. */
export interface YamlFault {
  readonly offset: number;
  readonly message: string;
}

/** The largest depth of maps and lists within each other; an experiment has about ten levels. */
const deepest = 64;

export const tooDeep = `maps and lists stand in each other more than ${deepest} levels deep; need fewer, an experiment has about ten`;

/** A value to look at: its depth, and the anchors of the values that it is part of. */
interface Visit {
  readonly node: unknown;
  readonly depth: number;
  readonly within: readonly string[];
}

/**
 * Returns the faults of a document that was parsed without errors: keys that are given twice, aliases without
 * an anchor before them or inside their own anchor, and maps and lists that stand too deep. It keeps its own
 * stack, so that no depth can exhaust that of the program.
 */
export function yamlFaults(document: Document): YamlFault[] {
  const faults: YamlFault[] = [];
  const anchors = new Set<string>();
  const tell = (node: unknown, message: string) => faults.push({ offset: offsetOf(node), message });
  const stack: Visit[] = [{ node: document.contents, depth: 0, within: [] }];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { node, depth } = next;
    let { within } = next;
    if (depth > deepest) {
      tell(node, tooDeep);
      break;
    }
    if (isAlias(node)) {
      const { source } = node;
      if (!anchors.has(source))
        tell(node, `the alias *${source} has no anchor &${source} before it`);
      else if (within.includes(source))
        tell(node, `the alias *${source} is part of its own &${source}`);
      continue;
    }
    if (isNode(node) && "anchor" in node && node.anchor !== undefined) {
      anchors.add(node.anchor);
      within = [...within, node.anchor];
    }
    const inner = isMap(node) ? valuesOf(node.items, tell) : isSeq(node) ? node.items : [];
    for (const each of inner.toReversed()) stack.push({ node: each, depth: depth + 1, within });
  }
  return faults;
}

/** Returns the values of a map, and tells the faults of its keys. */
function valuesOf(
  items: readonly Pair[],
  tell: (node: unknown, message: string) => void,
): readonly unknown[] {
  const names = new Set<string>();
  for (const { key } of items) {
    const name = isScalar(key) ? String(key.value) : null;
    if (name === null) {
      tell(key, "is no word as a key; need a name, followed by a colon");
      continue;
    }
    if (names.has(name)) tell(key, `the key ${name} is given twice`);
    if (name === "__proto__") {
      tell(key, "the key __proto__ has a meaning of its own in JavaScript; need another name");
    }
    names.add(name);
  }
  return items.map(({ value }) => value);
}

const offsetOf = (node: unknown): number => (isNode(node) ? (node.range?.[0] ?? 0) : 0);
