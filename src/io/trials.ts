/**
 * The trials of reproductions as files, `trials/<hash>.json`, with their checkpoints. The hash is that of kind
 * and trial, so that the same trial is always in the same file.
 */
import { join } from "node:path";
import type { Json, TrialCheckpoint, TrialRecord, TrialStore } from "../reproductions/index.js";
import { canonicalJson } from "./canonical.js";
import {
  kalmiaVersion,
  type ReportFiles,
  removeFile,
  sha256,
  textIfThere,
  writeTogether,
} from "./files.js";

/** The date and the machine of a trial. */
export interface Stamp {
  /** ISO 8601 */
  readonly date: string;
  readonly machine: string;
}

/** Returns the store of trials in the folder of all reproductions; broken files are treated as missing. */
export function trialStore(folder: string, stamp: () => Stamp): TrialStore {
  const version = kalmiaVersion();
  return {
    of: (kind, trial) => {
      const path = join(folder, "trials", sha256(canonicalJson([kind, trial])));
      const done = `${path}.json`;
      const begun = `${path}.checkpoint.json`;
      return {
        record: () => read<TrialRecord>(done, "result"),
        finish: (result, seconds) => {
          const record = { kind, trial, result, seconds, version, ...stamp() };
          const text = `${JSON.stringify(record)}\n`;
          writeTogether([[done, text]]);
          removeFile(begun);
          return JSON.parse(text) as TrialRecord;
        },
        checkpoint: () => read<TrialCheckpoint>(begun, "state"),
        save: ({ seconds, state }) =>
          writeTogether([[begun, `${JSON.stringify({ kind, trial, seconds, state })}\n`]]),
      };
    },
  };
}

function read<T>(path: string, key: keyof T): T | null {
  const text = textIfThere(path);
  if (text === null) return null;
  try {
    const value = JSON.parse(text) as Json;
    const fits = typeof value === "object" && value !== null && key in value;
    return fits ? (value as T) : null;
  } catch {
    return null;
  }
}

/** Writes the files of a reproduction: `result.json`, the data of its figures, and the report. */
export function writeReproduction(
  folder: string,
  result: unknown,
  figures: unknown,
  report: ReportFiles | null,
): void {
  const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
  writeTogether([
    ...(report?.figures ?? []).flatMap(({ name, svg, png }): [string, string | Uint8Array][] => [
      [join(folder, "figures", `${name}.svg`), svg],
      [join(folder, "figures", `${name}.png`), png],
    ]),
    [join(folder, "figures.json"), json(figures)],
    ...(report === null ? [] : [[join(folder, "report.html"), report.html] as const]),
    [join(folder, "result.json"), json(result)],
  ]);
}
