/**
 * Loading of the modules of user-defined parts: `kalmia/…` is this installation, wherever the file is, and
 * types are removed from TypeScript.
 *
 * The functions are hooks of Node's module loader. They run in this thread if Node supports that, else in a
 * thread of their own, and are synchronous.
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

/** Returns the file of an entry of this package, such as `kalmia/models`. */
function entryOf(specifier: string): string {
  entries ??= (
    JSON.parse(readFileSync(new URL("package.json", root), "utf8")) as { exports: Exports }
  ).exports;
  const target = targetOf(entries[`.${specifier.slice("kalmia".length)}`]);
  if (target !== null) return new URL(target, root).href;
  const known = Object.keys(entries).map((entry) => `kalmia${entry.slice(1)}`);
  throw new Error(`there is no "${specifier}"; need one of ${known.join(", ")}`);
}

/** Returns the file of an entry, by the first condition that holds for imports on Node. */
function targetOf(entry: unknown): string | null {
  if (typeof entry === "string") return entry;
  if (typeof entry !== "object" || entry === null) return null;
  for (const [condition, inner] of Object.entries(entry)) {
    const target = ["node", "import", "default"].includes(condition) ? targetOf(inner) : null;
    if (target !== null) return target;
  }
  return null;
}

/** The hook that resolves `kalmia/…` to this installation, and `./x.js` to `./x.ts` if only that exists. */
export function resolve<R>(
  specifier: string,
  context: ResolveContext,
  next: (specifier: string, context: ResolveContext) => R,
): R | Found {
  if (specifier === "kalmia" || specifier.startsWith("kalmia/")) {
    return { url: entryOf(specifier), shortCircuit: true };
  }
  // In TypeScript `./rates.js` may mean `./rates.ts`.
  if (/^\.{1,2}\/.*\.js$/.test(specifier) && context.parentURL?.startsWith("file:")) {
    const script = new URL(specifier, context.parentURL);
    const typed = new URL(specifier.replace(/\.js$/, ".ts"), context.parentURL);
    if (!existsSync(script) && existsSync(typed)) return { url: typed.href, shortCircuit: true };
  }
  return next(specifier, context);
}

/** The search parameter in the address of a user-defined part; its value is the hash of the part. */
export const partMark = "kalmia-part";

/** The hook that loads user-defined parts and TypeScript files, without types. */
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

/** The fault that `@swc/wasm-typescript` throws: a map, not an error. */
interface SyntaxFault {
  readonly message: string;
  readonly startLine?: number;
  readonly startColumn?: number;
}

/** A syntax error in a user-defined part; the message begins with its position. */
export class PartSyntaxError extends SyntaxError {
  override readonly name = "PartSyntaxError";
}

/** Replaces the types in a text by blanks, so that lines and columns stay the same. @throws PartSyntaxError */
export function withoutTypes(text: string, name: string): string {
  const { transformSync } =
    require("@swc/wasm-typescript") as typeof import("@swc/wasm-typescript");
  try {
    return transformSync(text, { mode: "strip-only", module: true }).code;
  } catch (error) {
    const { message, startLine, startColumn } = error as SyntaxFault;
    const position = startLine === undefined ? "" : `:${startLine}:${(startColumn ?? 0) + 1}`;
    throw new PartSyntaxError(`${name}${position}: ${message.trim()}`);
  }
}
