/**
 * The trials of a reproduction one after another, each run at most once: what a store holds of them
 * is taken from there, and a trial that was stopped goes on from its last checkpoint. A trial whose
 * numbers go wrong is a result too.
 */
import { NumericError } from "../engine/index.js";
import { Interrupted } from "../run/index.js";
import type { Json, Reproduction, Scale } from "./reproduction.js";

/** What is kept of a trial that is done. */
export interface TrialRecord {
  readonly kind: string;
  readonly trial: Json;
  /** A `FailedTrial` if its numbers went wrong. */
  readonly result: Json;
  /** The time that it took, all its parts together. */
  readonly seconds: number;
  /** When it was done, ISO 8601. */
  readonly date: string;
  /** Of Kalmia. */
  readonly version: string;
  /** What it ran on, in words. */
  readonly machine: string;
}

export interface TrialCheckpoint {
  /** Spent so far. */
  readonly seconds: number;
  readonly state: Json;
}

/** One trial in a store. */
export interface StoredTrial {
  /** null: not done yet. */
  record(): TrialRecord | null;
  /** Keeps the result, drops the checkpoint; gives the record as `record` will. */
  finish(result: Json, seconds: number): TrialRecord;
  checkpoint(): TrialCheckpoint | null;
  save(checkpoint: TrialCheckpoint): void;
}

/** Where results are kept, by kind and trial. */
export interface TrialStore {
  of(kind: string, trial: Json): StoredTrial;
}

/** How far a reproduction is. */
export interface TrialProgress {
  readonly trials: number;
  readonly done: number;
  /** Of the trial that runs; null between trials. */
  readonly within: {
    readonly done: number;
    readonly total: number;
    readonly detail: string;
  } | null;
}

export interface ReproduceHost {
  progress(progress: TrialProgress): void;
  /** Asked after each checkpoint and each trial; true ends the run with `Interrupted`. */
  stopRequested(): boolean;
  /** Asked likewise; true leaves out the trials that are not done. */
  timeIsUp(): boolean;
}

/** The records of all trials, in their order; null: there was no time for it. */
export async function runTrials(
  reproduction: Reproduction,
  scale: Scale,
  store: TrialStore,
  host: ReproduceHost,
): Promise<readonly (TrialRecord | null)[]> {
  const trials = reproduction.trials(scale);
  const stored = trials.map((trial) => store.of(reproduction.kind, trial));
  const records = stored.map((each) => each.record());
  let done = records.filter((record) => record !== null).length;
  const tell = (within: TrialProgress["within"]): void =>
    host.progress({ trials: trials.length, done, within });
  tell(null);
  const all: (TrialRecord | null)[] = [];
  for (const [i, one] of stored.entries()) {
    const before = records[i];
    if (before === null) await rest(host);
    // An equal trial may have been run since.
    const known = before ?? one.record();
    const record = known ?? (await runTrial(reproduction, trials[i]!, one, tell, host));
    all.push(record);
    if (before !== null || record === null) continue;
    done += 1;
    tell(null);
  }
  return all;
}

class OutOfTime extends Error {}

async function runTrial(
  reproduction: Reproduction,
  trial: Json,
  stored: StoredTrial,
  tell: (within: TrialProgress["within"]) => void,
  host: ReproduceHost,
): Promise<TrialRecord | null> {
  if (host.timeIsUp()) return null;
  const from = stored.checkpoint();
  const began = performance.now();
  const seconds = () => (from?.seconds ?? 0) + (performance.now() - began) / 1000;
  try {
    const result = await reproduction.run(trial, {
      progress: (done, total, detail) => tell({ done, total, detail }),
      checkpoint: async (state) => {
        stored.save({ seconds: seconds(), state });
        await rest(host);
        if (host.timeIsUp()) throw new OutOfTime();
      },
      resume: from?.state ?? null,
    });
    return stored.finish(result, seconds());
  } catch (error) {
    if (error instanceof OutOfTime) return null;
    if (!(error instanceof NumericError)) throw error;
    return stored.finish({ failed: error.message }, seconds());
  }
}

/** Lets other events, such as the wish to stop, have their turn. */
async function rest(host: ReproduceHost): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
  if (host.stopRequested()) throw new Interrupted("stopped at the host's request");
}
