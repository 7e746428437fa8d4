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
  visit,
} from "yaml";
import { InputError, type Problem } from "./errors.js";

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

/** Parses a YAML or JSON text. @throws InputError for syntax errors and duplicate keys. */
export function readSource(text: string, file: string): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const position = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const broken = [
    ...document.errors.map(({ pos, message, code }) => ({
      ...position(pos[0]),
      key: null,
      message: syntaxWords(code, message, text.slice(pos[0])),
    })),
    ...danglingAliases(document).map(({ offset, name }) => ({
      ...position(offset),
      key: null,
      message: `the alias *${name} has no anchor &${name} before it`,
    })),
  ];
  if (broken.length > 0) throw new InputError(broken);
  return {
    file,
    data: document.toJS(),
    problem: (path, message, at = "value") => ({
      ...position(offsetOf(document, path, at)),
      key: path.length === 0 ? null : keyPath(path),
      message,
    }),
  };
}

/** Returns the words for a syntax error; `rest` is the text from its position on. */
function syntaxWords(code: string, message: string, rest: string): string {
  switch (code) {
    case "DUPLICATE_KEY":
      return `the key ${/^[^\s:]+/.exec(rest)?.[0] ?? ""} is given twice`;
    case "TAB_AS_INDENT":
      return "a tab is used as indentation; need spaces";
    case "MULTIPLE_DOCS":
      return "a second document begins here; need one experiment in a file";
    default:
      return `not valid YAML: ${message}`;
  }
}

function danglingAliases(document: Document): { offset: number; name: string }[] {
  const dangling: { offset: number; name: string }[] = [];
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document) === undefined) {
        dangling.push({ offset: alias.range?.[0] ?? 0, name: alias.source });
      }
    },
  });
  return dangling;
}

/** Returns the offset of a path; of its deepest existing value if its end is missing. */
function offsetOf(document: Document, path: Path, at: "key" | "value"): number {
  let node: unknown = document.contents;
  let offset = startOf(node);
  for (const [depth, step] of path.entries()) {
    const parent = isAlias(node) ? node.resolve(document) : node;
    const last = depth === path.length - 1;
    if (isMap(parent)) {
      const pair: Pair | undefined = parent.items.find(({ key }) => scalar(key) === String(step));
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

function scalar(key: unknown): string {
  return isScalar(key) ? String(key.value) : String(key);
}

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
