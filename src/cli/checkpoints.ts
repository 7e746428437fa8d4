import type { CheckpointFile } from "../io/node.js";
import type { Checkpoint } from "../run/output.js";

/** Milliseconds between two writes. */
const writesApart = 2000;

/** Keeps the latest state of a run in a file, without writing at every epoch. */
export interface CheckpointKeeper {
  keep(state: Checkpoint): void;
  /** Writes a state that was kept but not written. */
  flush(): void;
  /** Whether any state was kept. */
  any(): boolean;
}

export function checkpointKeeper(file: CheckpointFile, now: () => number): CheckpointKeeper {
  let pending: Checkpoint | null = null;
  let written = Number.NEGATIVE_INFINITY;
  let kept = false;
  const flush = () => {
    if (pending === null) return;
    file.write(pending);
    pending = null;
    written = now();
  };
  return {
    keep: (state) => {
      kept = true;
      pending = state;
      if (now() - written >= writesApart) flush();
    },
    flush,
    any: () => kept,
  };
}
