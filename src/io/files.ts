/** Access to files for `io/node.ts` and its modules. */
import { createHash } from "node:crypto";
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { fileProblem, InputError } from "./errors.js";

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

/**
 * Checks before a long run that a folder of results can be made.
 *
 * @throws InputError when a file is in its way.
 */
export function checkFolder(folder: string, shown: string): void {
  for (let path = folder; ; path = dirname(path)) {
    const found = statIfThere(path);
    if (found === null) continue;
    if (found.isDirectory()) return;
    throw new InputError([fileProblem(shown, `results cannot go there: ${path} is a file`)]);
  }
}

/** @internal Returns the status of a path; null if there is nothing. */
export function statIfThere(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

/** Returns the text of a file; null if it cannot be read. */
export function textIfThere(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

/** Removes a file, if there is one. */
export const removeFile = (path: string): void => rmSync(path, { force: true });

/** The content of a file: as a whole, or in pieces. */
export type Content = string | Uint8Array | Iterable<string>;

function write(path: string, content: Content): void {
  if (typeof content === "string" || content instanceof Uint8Array) {
    writeFileSync(path, content);
    return;
  }
  const file = openSync(path, "w");
  try {
    for (const piece of content) writeSync(file, piece);
  } finally {
    closeSync(file);
  }
}

/**
 * Writes several files and their folders. All files are written under temporary names first and renamed
 * after, so that a failure leaves earlier files unchanged.
 */
export function writeTogether(files: readonly (readonly [string, Content])[]): void {
  const temporary = (path: string) => `${path}.${process.pid}.tmp`;
  try {
    for (const [path, content] of files) {
      mkdirSync(dirname(path), { recursive: true });
      write(temporary(path), content);
    }
    for (const [path] of files) renameSync(temporary(path), path);
  } finally {
    for (const [path] of files) removeFile(temporary(path));
  }
}
