/** Import of user-defined parts. */
import * as modules from "node:module";
import { basename } from "node:path";
import { pathToFileURL } from "node:url";
import { fileProblem, InputError, type Problem } from "./errors.js";
import { type OwnModule, positionIn } from "./own-part.js";
import { hashOfPart, importedFiles } from "./own-part-files.js";
import { load, PartSyntaxError, partMark, resolve, withoutTypes } from "./own-part-hooks.js";

/** Imports a module by its address. */
export type ModuleImporter = (url: string) => Promise<Readonly<Record<string, unknown>>>;

let hooked = false;

/** Imports a module by Node, with the hooks for user-defined parts. */
export const importPart: ModuleImporter = (url) => {
  if (!hooked) {
    hooked = true;
    // Newer versions of Node run hooks in this thread.
    const { registerHooks } = modules as { readonly registerHooks?: (hooks: object) => void };
    if (registerHooks !== undefined) registerHooks({ resolve, load });
    else modules.register(new URL("./own-part-hooks.js", import.meta.url));
  }
  return import(url) as Promise<Readonly<Record<string, unknown>>>;
};

/**
 * Imports the file of a user-defined part with this text, and returns its exports.
 *
 * @throws InputError when the file is no module, or fails to load; it names the line of the error.
 */
export async function ownModule(
  path: string,
  name: string,
  text: string,
  importModule: ModuleImporter,
): Promise<OwnModule> {
  if (!/\.m?[jt]s$/.test(path)) {
    throw refusal(name, "is not a module; need a file that ends in .ts, .mts, .js or .mjs");
  }
  const imports = importedFiles(path, text);
  const sha256 = hashOfPart(path, text, imports);
  const url = `${pathToFileURL(path).href}?${partMark}=${sha256.slice(0, 16)}`;
  try {
    if (/ts$/.test(path)) withoutTypes(text, basename(path));
    return { name, sha256, imports, exports: await importModule(url) };
  } catch (error) {
    throw new InputError([problemOf(name, text, error)]);
  }
}

const refusal = (name: string, message: string) => new InputError([fileProblem(name, message)]);

/** Returns the problem of an error in loading a file, with its position. */
function problemOf(name: string, text: string, error: unknown): Problem {
  const syntax =
    syntaxProblem(name, error) ?? (error instanceof SyntaxError ? scriptProblem(name, text) : null);
  if (syntax !== null) return syntax;
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: "" };
  const [line = ""] = message.split("\n");
  const position = importPosition(text, line) ?? positionIn(stack ?? "", name);
  const hint = /does not provide an export/.test(line)
    ? "; if it is a type, write import type"
    : "";
  return { file: name, ...position, key: null, message: `cannot be loaded: ${line}${hint}` };
}

/** Finds the position in a text of the name or module that an import did not find, by the message. */
function importPosition(text: string, message: string): Pick<Problem, "line" | "column"> | null {
  const [, missing] =
    /export named '([^']+)'/.exec(message) ??
    /^there is no "([^"]+)"/.exec(message) ??
    /^Cannot find (?:module|package) '(?:[^']*\/)?([^']+)'/.exec(message) ??
    [];
  const at = missing === undefined ? -1 : text.indexOf(missing);
  if (at < 0) return null;
  const before = text.slice(0, at).split("\n");
  return { line: before.length, column: before.at(-1)!.length + 1 };
}

/** Returns the problem of a syntax error, whose position is at the beginning of its message. */
function syntaxProblem(name: string, error: unknown): Problem | null {
  const { name: kind, message } = error as { readonly name?: string; readonly message?: string };
  if (kind !== "PartSyntaxError") return null;
  const [, file, line, column, rest] = /^(.*?):(\d+):(\d+): ([\s\S]*)$/.exec(message ?? "") ?? [];
  if (file !== basename(name)) return { ...fileProblem(name, `does not compile: ${message}`) };
  return {
    file: name,
    line: Number(line),
    column: Number(column),
    key: null,
    message: `does not compile: ${rest}`,
  };
}

/** Finds the syntax error in a JavaScript file by the parser of TypeScript. */
function scriptProblem(name: string, text: string): Problem | null {
  try {
    withoutTypes(text, basename(name));
    return null;
  } catch (error) {
    return error instanceof PartSyntaxError ? syntaxProblem(name, error) : null;
  }
}
