/**
 * The trials of reproductions as files, `trials/<hash>.json`, with their checkpoints. The hash is that of kind
 * and trial, so that the same trial is always in the same file.
 */
import { join } from "node:path";
import type { TrialCheckpoint, TrialRecord, TrialStore } from "../reproductions/index.js";
import { canonicalJson } from "./canonical.js";
import { fileProblem, InputError } from "./errors.js";
import { isThere, kalmiaVersion, removeFile, sha256, textIfThere, writeWhole } from "./files.js";
import { trialsFolder } from "./result-names.js";
import { type Stored, sealed, unsealed } from "./sealed.js";

/** The date and the machine of a trial. */
export interface Stamp {
  /** ISO 8601 */
  readonly date: string;
  readonly machine: string;
}

/**
 * Returns the store of trials in the folder of all reproductions.
 *
 * Its functions throw InputError when a file is damaged or none of Kalmia's: hours of work may be in it.
 */
export function trialStore(folder: string, stamp: () => Stamp): TrialStore {
  const version = kalmiaVersion();
  return {
    of: (kind, trial) => {
      const path = join(folder, trialsFolder, sha256(canonicalJson([kind, trial])));
      const done = `${path}.json`;
      const begun = `${path}.checkpoint.json`;
      return {
        record: () => read<TrialRecord>(done, "result"),
        finish: (result, seconds) => {
          const record = { kind, trial, result, seconds, version, ...stamp() };
          writeWhole(done, sealed({ kalmia: version, ...record }));
          removeFile(begun);
          return JSON.parse(JSON.stringify(record)) as TrialRecord;
        },
        checkpoint: () => read<TrialCheckpoint>(begun, "state"),
        save: ({ seconds, state }) =>
          writeWhole(begun, sealed({ kalmia: version, kind, trial, seconds, state })),
      };
    },
  };
}

function read<T>(path: string, key: keyof T & string): T | null {
  if (!isThere(path)) return null;
  const refuse = (message: string) => new InputError([fileProblem(path, message)]);
  const found = unsealed(textIfThere(path) ?? "");
  if (found.kind === "damaged") {
    throw refuse("is damaged: its checksum does not fit. Remove it, and the trial is run again");
  }
  if (found.kind !== "whole" || !(key in found.data)) {
    throw refuse("is not a trial of Kalmia. Remove it, and the trial is run again");
  }
  const { kalmia: _, ...kept } = found.data as Stored;
  return kept as T;
}
