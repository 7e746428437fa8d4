/**
 * How modules of one's own parts are found and read: `kalmia/…` is this very installation, wherever
 * the file lies, and types are taken out of TypeScript.
 *
 * The functions are hooks of Node's module loader; they run in this thread where Node can do that,
 * else in a thread of their own, and never wait.
 */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";

interface ResolveContext {
  readonly parentURL?: string | undefined;
}

interface Found {
  readonly url: string;
  readonly shortCircuit?: boolean;
  readonly format?: string | null;
}

interface Loaded {
  readonly format: string;
  readonly source?: unknown;
  readonly shortCircuit?: boolean;
}

type Exports = Readonly<Record<string, unknown>>;

const root = new URL("../../", import.meta.url);
const require = createRequire(import.meta.url);
let entries: Exports | null = null;

/** The file of an entry of this package, such as `kalmia/models`. */
function entryOf(specifier: string): string {
  entries ??= (
    JSON.parse(readFileSync(new URL("package.json", root), "utf8")) as { exports: Exports }
  ).exports;
  const target = targetOf(entries[`.${specifier.slice("kalmia".length)}`]);
  if (target !== null) return new URL(target, root).href;
  const known = Object.keys(entries).map((entry) => `kalmia${entry.slice(1)}`);
  throw new Error(`there is no "${specifier}"; need one of ${known.join(", ")}`);
}

/** The file of an entry, or of its first condition that holds for imports on Node. */
function targetOf(entry: unknown): string | null {
  if (typeof entry === "string") return entry;
  if (typeof entry !== "object" || entry === null) return null;
  for (const [condition, inner] of Object.entries(entry)) {
    const target = ["node", "import", "default"].includes(condition) ? targetOf(inner) : null;
    if (target !== null) return target;
  }
  return null;
}

export function resolve<R>(
  specifier: string,
  context: ResolveContext,
  next: (specifier: string, context: ResolveContext) => R,
): R | Found {
  if (specifier === "kalmia" || specifier.startsWith("kalmia/")) {
    return { url: entryOf(specifier), shortCircuit: true };
  }
  // TypeScript lets `./rates.js` stand for `./rates.ts`.
  if (/^\.{1,2}\/.*\.js$/.test(specifier) && context.parentURL?.startsWith("file:")) {
    const script = new URL(specifier, context.parentURL);
    const typed = new URL(specifier.replace(/\.js$/, ".ts"), context.parentURL);
    if (!existsSync(script) && existsSync(typed)) return { url: typed.href, shortCircuit: true };
  }
  return next(specifier, context);
}

/** The file that is itself a part of one's own has this in its address, with the hash of its text. */
export const partMark = "kalmia-part";

export function load<R>(
  url: string,
  context: object,
  next: (url: string, context: object) => R,
): R | Loaded {
  if (!url.startsWith("file:")) return next(url, context);
  const { pathname, searchParams } = new URL(url);
  const typed = /\.m?ts$/.test(pathname);
  if (!typed && !searchParams.has(partMark)) return next(url, context);
  const text = readFileSync(new URL(url), "utf8");
  const source = typed ? withoutTypes(text, decodeURIComponent(pathname.split("/").at(-1)!)) : text;
  return { format: "module", source, shortCircuit: true };
}

/** What `@swc/wasm-typescript` throws: no error, but a map. */
interface SyntaxFault {
  readonly message: string;
  readonly startLine?: number;
  readonly startColumn?: number;
}

/** The place of a syntax error, in the text of its message. */
export class PartSyntaxError extends SyntaxError {
  override readonly name = "PartSyntaxError";
}

/** The same text with blanks where types were, so that lines and columns stay. */
export function withoutTypes(text: string, name: string): string {
  const { transformSync } =
    require("@swc/wasm-typescript") as typeof import("@swc/wasm-typescript");
  try {
    return transformSync(text, { mode: "strip-only", module: true }).code;
  } catch (error) {
    const { message, startLine, startColumn } = error as SyntaxFault;
    const place = startLine === undefined ? "" : `:${startLine}:${(startColumn ?? 0) + 1}`;
    throw new PartSyntaxError(`${name}${place}: ${message.trim()}`);
  }
}
