/**
 * A folder of results, held by one process.
 *
 * `manifest.json` lists the files that Kalmia wrote there, with their SHA-256 hashes, and the experiment they
 * belong to. It is written last, so results count as finished only if all of them are there as they were
 * written. A file that is not listed, or was changed since, is the user's: it is never replaced.
 */
import { readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileProblem, InputError, type Problem } from "./errors.js";
import {
  type Content,
  causeOf,
  finishFile,
  isThere,
  kalmiaVersion,
  makeFolder,
  removeEmpty,
  removeFile,
  sha256OfFile,
  syncFolder,
  textIfThere,
  unfinishedEnding,
  writeUnfinished,
  writeWhole,
} from "./files.js";
import { lockFolder } from "./lock.js";
import {
  checkpointName,
  lockName,
  manifestName,
  pictureFolder,
  trialsFolder,
} from "./result-names.js";
import { type Stored, sealed, unsealed } from "./sealed.js";

/** A file that an experiment reads. */
export interface InputFile {
  readonly path: string;
  /** What it is to the experiment, such as "the experiment" or "its data". */
  readonly what: string;
}

/** The name of a file in a folder of results, with `/`, and its content. */
export type NamedContent = readonly [name: string, content: Content];

/** An open folder of results. */
export interface ResultsFolder {
  readonly path: string;
  /** The name of the folder in messages. */
  readonly shown: string;
  /** Whether all results of the experiment with this hash are there, as they were written. */
  isFinished(hash: string): boolean;
  /**
   * Writes all results of an experiment. Those of an earlier one are replaced together or, where that fails,
   * left as they are; what the new one does not have is removed.
   */
  write(hash: string, files: readonly NamedContent[], finished: boolean): void;
  /** Writes more results of the same experiment. */
  add(files: readonly NamedContent[], finished: boolean): void;
  close(): void;
}

interface Manifest {
  /** The hash of the experiment; null: results of different ones, after a write that failed. */
  readonly experiment: string | null;
  readonly finished: boolean;
  /** SHA-256 hashes by name. */
  readonly files: Readonly<Record<string, string>>;
}

const nothing: Manifest = { experiment: null, finished: false, files: {} };

/**
 * Makes and locks a folder of results before the work begins. `names` are those of the files that will be
 * written, as far as they are known; `inputs` those that are read.
 *
 * @throws InputError when the folder cannot be made or written, another run is writing there, or a result
 * would replace an input or a file that Kalmia did not write.
 */
export function openResults(
  path: string,
  shown: string,
  names: readonly string[],
  inputs: readonly InputFile[] = [],
): ResultsFolder {
  const refuse = (problems: readonly Problem[]) => new InputError(problems);
  let made: readonly string[];
  try {
    made = makeFolder(path);
  } catch (error) {
    throw refuse([fileProblem(shown, `results cannot go there: ${causeOf(error)}`)]);
  }
  let unlock: () => void;
  try {
    unlock = lockFolder(path, shown);
  } catch (error) {
    removeEmpty(made);
    throw error;
  }
  const close = () => {
    unlock();
    removeEmpty(made);
  };
  try {
    let manifest = settled(path);
    const all = [...names, manifestName, lockName];
    const problems = [
      ...ofInputs(path, shown, all, inputs),
      ...ofStrangers(path, shown, [...names, manifestName], manifest),
    ];
    if (problems.length > 0) throw refuse(problems);
    const write = (next: Manifest, files: readonly NamedContent[]) => {
      manifest = replace(path, shown, manifest, next, files);
    };
    return {
      path,
      shown,
      close,
      isFinished: (hash) =>
        manifest.finished && manifest.experiment === hash && areWhole(path, manifest.files),
      write: (hash, files, finished) => write({ experiment: hash, finished, files: {} }, files),
      add: (files, finished) => write({ ...manifest, finished }, files),
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** Removes what a killed run left unfinished, and returns what is there now. */
function settled(path: string): Manifest {
  const written = manifestIn(textIfThere(join(path, manifestName)));
  const unfinished = join(path, manifestName + unfinishedEnding);
  const begun = manifestIn(textIfThere(unfinished));
  const manifest = begun === null ? (written ?? nothing) : settle(path, written ?? nothing, begun);
  for (const folder of [path, join(path, pictureFolder), join(path, trialsFolder)])
    removeUnfinished(folder);
  return manifest;
}

/** Notes which of the files of two manifests are there, after a write between them that did not end. */
function settle(path: string, before: Manifest, after: Manifest): Manifest {
  const found = Object.keys({ ...before.files, ...after.files }).flatMap((name) => {
    const sum = sha256OfFile(join(path, name));
    const ours = sum !== null && [before.files[name], after.files[name]].includes(sum);
    return ours ? [[name, sum] as const] : [];
  });
  const files = Object.fromEntries(found);
  if (JSON.stringify(files) === JSON.stringify(before.files)) return before;
  const manifest = { ...nothing, files };
  writeWhole(join(path, manifestName), textOf(manifest));
  return manifest;
}

function removeUnfinished(folder: string): void {
  if (!isThere(folder)) return;
  for (const name of readdirSync(folder)) {
    if (name.endsWith(unfinishedEnding)) removeFile(join(folder, name));
  }
}

function textOf(manifest: Manifest): string {
  return sealed({ kalmia: kalmiaVersion(), ...manifest }, 2);
}

/** Returns the manifest in a text; null if there is none, or it is damaged. */
function manifestIn(text: string | null): Manifest | null {
  const found = text === null ? null : unsealed(text);
  if (found?.kind !== "whole") return null;
  const { experiment, finished, files } = found.data as Stored & Manifest;
  return { experiment, finished, files };
}

/** Whether files are there as they were written. */
const areWhole = (path: string, files: Manifest["files"]): boolean =>
  Object.entries(files).every(([name, sum]) => sha256OfFile(join(path, name)) === sum);

/** Whether a file in a folder of results is another than Kalmia wrote there; false if it wrote none. */
export function isChanged(path: string, name: string): boolean {
  const sum = manifestIn(textIfThere(join(path, manifestName)))?.files[name];
  return sum !== undefined && sha256OfFile(join(path, name)) !== sum;
}

/** Returns the problems of results that would replace an input, also by another name or through links. */
function ofInputs(
  path: string,
  shown: string,
  names: readonly string[],
  inputs: readonly InputFile[],
): Problem[] {
  return names.flatMap((name) => {
    const target = identityOf(join(path, name));
    const same = target && inputs.find((input) => identityOf(input.path) === target);
    if (!same) return [];
    const message = `is ${same.what}; results would replace it. Need another folder (output: …, or --output)`;
    return [fileProblem(join(shown, name), message)];
  });
}

/** Returns what is the same for all names of one file; null if there is none. */
function identityOf(path: string): string | null {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev} ${ino}`;
  } catch {
    return null;
  }
}

/** Returns the problems of results that would replace what Kalmia did not write. */
function ofStrangers(
  path: string,
  shown: string,
  names: readonly string[],
  manifest: Manifest,
): Problem[] {
  const strangers = names.filter((name) => {
    const full = join(path, name);
    if (!isThere(full)) return false;
    if (name === manifestName || name === checkpointName) return isForeign(full);
    const sum = manifest.files[name];
    return sum === undefined || sha256OfFile(full) !== sum;
  });
  return strangers.map((name) =>
    fileProblem(
      join(shown, name),
      "was not written by Kalmia, or was changed since; results would replace it. Move it away, or take another folder (output: …, or --output)",
    ),
  );
}

/** Whether the text of a file was never sealed by Kalmia. */
const isForeign = (path: string): boolean => unsealed(textIfThere(path) ?? "").kind === "foreign";

/**
 * Writes files beside those of `next`, and returns the new manifest. All are written under temporary names
 * first; then they take their own names one by one, and the manifest last.
 */
function replace(
  path: string,
  shown: string,
  before: Manifest,
  next: Manifest,
  files: readonly NamedContent[],
): Manifest {
  const inTheWay = ofStrangers(
    path,
    shown,
    files.map(([name]) => name),
    before,
  );
  if (inTheWay.length > 0)
    throw new Error(inTheWay.map(({ file, message }) => `${file} ${message}`).join("\n"));
  const names = [...files.map(([name]) => name), manifestName];
  try {
    const sums = files.map(([name, content]): [string, string] => {
      makeFolder(dirname(join(path, name)));
      return [name, writeUnfinished(join(path, name), content)];
    });
    const after = { ...next, files: { ...next.files, ...Object.fromEntries(sums) } };
    writeUnfinished(join(path, manifestName), textOf(after));
    rename(
      path,
      before,
      after,
      sums.map(([name]) => name),
    );
    return after;
  } finally {
    for (const name of names) removeFile(join(path, name) + unfinishedEnding);
  }
}

/** Gives the files of a new manifest their names, and removes those of the one before that it has not. */
function rename(path: string, before: Manifest, after: Manifest, written: readonly string[]): void {
  try {
    for (const name of written) finishFile(join(path, name));
    for (const [name, sum] of Object.entries(before.files)) {
      const full = join(path, name);
      if (!(name in after.files) && sha256OfFile(full) === sum) removeFile(full);
    }
    for (const folder of new Set(written.map((name) => dirname(join(path, name))))) {
      syncFolder(folder);
    }
    finishFile(join(path, manifestName));
    syncFolder(path);
  } catch (error) {
    settle(path, before, after);
    throw error;
  }
}
