/** The few things that the library does with files: `io/node.ts` and the modules behind it. */
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

/** Pictures and page that go with a result. */
export interface ReportFiles {
  readonly html: string;
  readonly figures: readonly { name: string; svg: string; png: Uint8Array }[];
}

/** The version of this package. */
export function kalmiaVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

export function sha256(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

/** Refuses, before a long run, a folder of results that cannot be one. */
export function checkFolder(folder: string, shown: string): void {
  for (let path = folder; ; path = dirname(path)) {
    const found = statIfThere(path);
    if (found === null) continue;
    if (found.isDirectory()) return;
    throw new InputError([fileProblem(shown, `results cannot go there: ${path} is a file`)]);
  }
}

/** @internal What lies at a path; null where nothing does. */
export function statIfThere(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

export function textIfThere(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

export const removeFile = (path: string): void => rmSync(path, { force: true });

/** Of a file: all at once, or piece by piece. */
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
 * Writes files, folders included. Each is complete under its name or not there at all, and none
 * takes its name before all are written, so a failure leaves earlier files whole.
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
