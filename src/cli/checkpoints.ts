import { causeOf } from "../io/files.js";
import type { CheckpointFile } from "../io/node.js";
import type { Checkpoint } from "../run/output.js";

/** Milliseconds between two writes. */
const writesApart = 2000;

/** Keeps the latest state of a run in a file, without writing at every epoch. */
export interface CheckpointKeeper {
  keep(state: Checkpoint): void;
  /** Writes a state that was kept but not written. */
  flush(): void;
  /** Whether any state was written. */
  any(): boolean;
}

/** A checkpoint that cannot be written is told once, and the run goes on without. */
export function checkpointKeeper(
  file: CheckpointFile,
  now: () => number,
  tell: (message: string) => void,
): CheckpointKeeper {
  let pending: Checkpoint | null = null;
  let written = Number.NEGATIVE_INFINITY;
  let kept = false;
  let failed = false;
  const flush = () => {
    if (pending === null) return;
    try {
      file.write(pending);
      kept = true;
    } catch (error) {
      if (!failed) tell(`kalmia: no checkpoint could be written: ${causeOf(error)}`);
      failed = true;
    }
    pending = null;
    written = now();
  };
  return {
    keep: (state) => {
      pending = state;
      if (now() - written >= writesApart) flush();
    },
    flush,
    any: () => kept,
  };
}
