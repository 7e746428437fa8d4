/** Access to files for `io/node.ts` and its modules. */
import { createHash } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";

/** The page and the figures of a report. */
export interface ReportFiles {
  readonly html: string;
  readonly figures: readonly { name: string; svg: string; png: Uint8Array }[];
}

/** Returns the version of this package. */
export function kalmiaVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

/** Returns the SHA-256 hash of several texts or bytes in hexadecimal digits. */
export function sha256(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

/** The causes of errors of the file system in words, by their codes. */
const causes: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  ENOSPC: "no space is left on the device",
  EDQUOT: "the disk quota is used up",
  ENAMETOOLONG: "a name is too long (most systems take 255 bytes)",
  ENOTDIR: "a file is in its way",
  EEXIST: "a file is in its way",
  EISDIR: "a folder is in its way",
  ENOTEMPTY: "a folder is in its way",
  ELOOP: "its links lead in a circle",
  ENOENT: "no folder can be made there",
};

/** Returns the code of an error of the file system, such as `ENOSPC`; null for other errors. */
export const codeOf = (error: unknown): string | null =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;

/** Says why a file or folder could not be written. */
export function causeOf(error: unknown): string {
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  return code === null ? message : (causes[code] ?? message);
}

/** Returns what is at a path, a file or something else; null if there is nothing. */
export function statIfThere(path: string): { isFile(): boolean } | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

/** Returns whether there is something at a path: a file, a folder, or a link that leads nowhere. */
export function isThere(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Returns the text of a file; null if it cannot be read, or is no file: a pipe would never end. */
export function textIfThere(path: string): string | null {
  if (statIfThere(path)?.isFile() !== true) return null;
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

const hashedAtOnce = 1 << 20;

/** Returns the SHA-256 hash of a file, which may be larger than memory; null if there is no such file. */
export function sha256OfFile(path: string): string | null {
  if (statIfThere(path)?.isFile() !== true) return null;
  const hash = createHash("sha256");
  const buffer = Buffer.alloc(hashedAtOnce);
  const file = openSync(path, "r");
  try {
    for (let n = readSync(file, buffer); n > 0; n = readSync(file, buffer)) {
      hash.update(buffer.subarray(0, n));
    }
  } finally {
    closeSync(file);
  }
  return hash.digest("hex");
}

/**
 * Makes a folder and those above it, and returns the ones that were not there, the outermost first. (The
 * recursive form of Node never ends where the system can make none, as in `/proc`.)
 *
 * @throws Error of the file system when none can be made; nothing is left then.
 */
export function makeFolder(folder: string): readonly string[] {
  const missing: string[] = [];
  for (let path = folder; !isThere(path) && dirname(path) !== path; path = dirname(path)) {
    missing.unshift(path);
  }
  const above = missing.length === 0 ? folder : dirname(missing[0]!);
  if (statIfThere(above)?.isFile()) throw new Error(`${above} is a file`);
  const made: string[] = [];
  try {
    for (const path of missing) {
      mkdirSync(path);
      made.push(path);
    }
    if (!statSync(folder).isDirectory()) throw new Error(`${folder} is no folder`);
  } catch (error) {
    removeEmpty(made);
    throw error;
  }
  return made;
}

/** Removes folders that `makeFolder` made, as far as they are empty. */
export function removeEmpty(made: readonly string[]): void {
  try {
    for (const path of [...made].reverse()) rmdirSync(path);
  } catch {
    // Something is in it: it stays.
  }
}

/** Removes a file, if there is one. */
export function removeFile(path: string): void {
  if (isThere(path)) rmSync(path);
}

/** The content of a file: as a whole, or in pieces. */
export type Content = string | Uint8Array | Iterable<string>;

/** The ending of files that are being written. What a killed process left of them is removed. */
export const unfinishedEnding = ".kalmia-tmp";

/**
 * Writes a file under its temporary name, to the disk and not only into the memory of the system, and
 * returns its SHA-256 hash. What could not be written whole is removed.
 */
export function writeUnfinished(path: string, content: Content): string {
  const name = path + unfinishedEnding;
  const pieces = typeof content === "string" || content instanceof Uint8Array ? [content] : content;
  const hash = createHash("sha256");
  const file = openSync(name, "w");
  try {
    for (const piece of pieces) {
      writeFileSync(file, piece);
      hash.update(piece);
    }
    fsyncSync(file);
  } catch (error) {
    removeFile(name);
    throw error;
  } finally {
    closeSync(file);
  }
  return hash.digest("hex");
}

/** Gives a file that was written its own name. */
export const finishFile = (path: string): void => renameSync(path + unfinishedEnding, path);

/** Waits until the names in a folder are on the disk, where the system can tell. */
export function syncFolder(folder: string): void {
  try {
    const file = openSync(folder, "r");
    try {
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  } catch {
    // Some systems cannot open or sync folders.
  }
}

/** Writes one file; an earlier one is whole until the new one is. */
export function writeWhole(path: string, content: Content): void {
  makeFolder(dirname(path));
  writeUnfinished(path, content);
  try {
    finishFile(path);
  } catch (error) {
    removeFile(path + unfinishedEnding);
    throw error;
  }
  syncFolder(dirname(path));
}
