import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type YAMLMap,
} from "yaml";
import { collecting, fileProblem, InputError, type Problem } from "./errors.js";
import { tooDeep, type YamlFault, yamlFaults } from "./yaml-faults.js";

/** The keys and indices from the root of a document to a value. */
export type Path = readonly PropertyKey[];

/** A parsed YAML or JSON text with the positions of its values. */
export interface Source {
  readonly file: string;
  /** The contents as plain data. */
  readonly data: unknown;
  /** Returns a problem at a value, at its key if `at` is "key", or at the map that lacks it. */
  problem(path: Path, message: string, at?: "key" | "value"): Problem;
}

/** Parses a YAML or JSON text. @throws InputError for all that is wrong in it as a text. */
export function readSource(text: string, file: string): Source {
  const lines = new LineCounter();
  const position = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const refuse = (faults: readonly YamlFault[]): void => {
    if (faults.length === 0) return;
    const problems = collecting(file);
    for (const { offset, message } of faults) {
      problems.tell({ ...position(offset), key: null, message });
    }
    throw new InputError(problems.first());
  };
  const document = parsed(text, lines, file);
  refuse(syntaxFaults(document));
  refuse(yamlFaults(document));
  const pairs = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();
  return {
    file,
    data: plainOf(document, file),
    problem: (path, message, at = "value") => ({
      ...position(offsetOf(document, path, at, pairs)),
      key: path.length === 0 ? null : keyPath(path),
      message,
    }),
  };
}

function parsed(text: string, lines: LineCounter, file: string): Document {
  try {
    // Keys that are given twice are found in `yamlFaults`, in linear time.
    return parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  } catch (error) {
    if (error instanceof RangeError) throw new InputError([fileProblem(file, tooDeep)]);
    throw error;
  }
}

/** Returns the contents of a document as plain data. */
function plainOf(document: Document, file: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    // The parser refuses aliases of aliases that multiply.
    if (!(error instanceof ReferenceError)) throw error;
    const message =
      "aliases (*name) stand for too many values; need fewer of them, or the values written out";
    throw new InputError([fileProblem(file, message)]);
  }
}

/** Returns the faults that the parser found; a depth that exhausts its stack has others in its wake. */
function syntaxFaults({ errors }: Document): YamlFault[] {
  const deep = errors.find(({ message }) => message.includes("call stack"));
  if (deep !== undefined) return [{ offset: deep.pos[0], message: tooDeep }];
  return errors.map(({ pos, code, message }) => ({
    offset: pos[0],
    message: syntaxWords[code] ?? `not valid YAML: ${message}`,
  }));
}

const syntaxWords: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: "a tab is used as indentation; need spaces",
  MULTIPLE_DOCS: "a second document begins here; need one experiment in a file",
};

/** Returns the offset of a path; of its deepest existing value if its end is missing. */
function offsetOf(
  document: Document,
  path: Path,
  at: "key" | "value",
  pairs: WeakMap<YAMLMap, ReadonlyMap<string, Pair>>,
): number {
  let node: unknown = document.contents;
  let offset = startOf(node);
  for (const [depth, step] of path.entries()) {
    const parent = isAlias(node) ? node.resolve(document) : node;
    const last = depth === path.length - 1;
    if (isMap(parent)) {
      const pair = pairsOf(parent, pairs).get(String(step));
      if (pair === undefined) return offset;
      node = pair.value;
      const empty = node === null || (isScalar(node) && node.value === null);
      offset = startOf((last && at === "key") || empty ? pair.key : node);
    } else if (isSeq(parent)) {
      node = parent.items[Number(step)];
      if (node === undefined) return offset;
      offset = startOf(node);
    } else {
      return offset;
    }
  }
  return offset;
}

/** Returns the pairs of a map by their keys; each map is indexed once. */
function pairsOf(
  map: YAMLMap,
  known: WeakMap<YAMLMap, ReadonlyMap<string, Pair>>,
): ReadonlyMap<string, Pair> {
  const found = known.get(map);
  if (found !== undefined) return found;
  const pairs = new Map(map.items.map((pair) => [scalar(pair.key), pair]));
  known.set(map, pairs);
  return pairs;
}

const scalar = (key: unknown): string => (isScalar(key) ? String(key.value) : String(key));

function startOf(node: unknown): number {
  return (node as Node | null)?.range?.[0] ?? 0;
}

/** Writes a path as `model.transition[0][1]`. */
export function keyPath(path: Path): string {
  return path
    .map((step, i) =>
      typeof step === "number" ? `[${step}]` : i === 0 ? String(step) : `.${String(step)}`,
    )
    .join("");
}

/** Reads a path that `keyPath` wrote. */
export const pathOf = (key: string): Path =>
  (key.match(/[^.[\]]+/g) ?? []).map((step) => (/^\d+$/.test(step) ? Number(step) : step));
