/** The files that a user-defined part imports: they make its numbers as much as its own text. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, relative, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { sha256 } from "./files.js";

/** Import and export statements and calls of `import`, with the text of what they name. */
const imports =
  /\b(?:import|export)\b(?:[^;'"`()]*?\bfrom)?\s*(?:\(\s*)?(["'])((?:\.{1,2}\/|\/|file:)[^"'\n]+)\1/g;

/**
 * Returns the paths of all local files that a module imports, directly or through others, in the order of
 * their names. Packages and names that the code computes are not among them.
 */
export function importedFiles(path: string, text: string): readonly string[] {
  const found = new Set<string>();
  const visit = (from: string, code: string): void => {
    for (const [, , specifier] of code.matchAll(imports)) {
      const file = fileOf(specifier!, from);
      if (file === null || file === path || found.has(file)) continue;
      found.add(file);
      visit(file, readFileSync(file, "utf8"));
    }
  };
  visit(path, text);
  return [...found].sort();
}

/** Returns the file that an import means; in TypeScript `./rates.js` may mean `./rates.ts`. */
function fileOf(specifier: string, from: string): string | null {
  try {
    const file = fileURLToPath(new URL(specifier, pathToFileURL(from)).href.replace(/[?#].*$/, ""));
    const named = existsSync(file) ? file : file.replace(/\.js$/, ".ts");
    return statSync(named).isFile() ? named : null;
  } catch {
    // It is no file: importing the module will say so.
    return null;
  }
}

/** Returns the hash of the text of a part and of the files that it imports. */
export function hashOfPart(path: string, text: string, files: readonly string[]): string {
  if (files.length === 0) return sha256(text);
  const names = files.map((file) => relative(dirname(path), file).split(sep).join("/"));
  const all = names.map((name, i) => [name, sha256(readFileSync(files[i]!))]);
  return sha256(text, JSON.stringify(all));
}
