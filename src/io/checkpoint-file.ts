/** The checkpoint of a run in its folder of results. */
import { join } from "node:path";
import type { Checkpoint } from "../run/output.js";
import { fileProblem, InputError } from "./errors.js";
import { isThere, kalmiaVersion, removeFile, textIfThere, writeWhole } from "./files.js";
import { checkpointName } from "./result-names.js";
import { sealed, unsealed } from "./sealed.js";

/** Access to the checkpoint of an experiment. */
export interface CheckpointFile {
  exists(): boolean;
  /**
   * Reads the checkpoint.
   *
   * @throws InputError when there is none, it is damaged, or it belongs to another experiment.
   */
  read(): Checkpoint;
  write(state: Checkpoint): void;
  remove(): void;
}

/** Returns access to the checkpoint in a folder of results; `shown` is the name of the folder in messages. */
export function checkpointFile(folder: string, shown: string, hash: string): CheckpointFile {
  const path = join(folder, checkpointName);
  const refuse = (message: string) =>
    new InputError([fileProblem(join(shown, checkpointName), message)]);
  return {
    exists: () => isThere(path),
    read: () => {
      const text = textIfThere(path);
      if (text === null) {
        throw refuse("there is no checkpoint to resume from; run without --resume");
      }
      const found = unsealed(text);
      if (found.kind === "damaged") {
        throw refuse(
          "is damaged: its checksum does not fit, so its numbers may be wrong. Remove it and run without --resume",
        );
      }
      const state = found.kind === "whole" ? (found.data.state as Partial<Checkpoint>) : null;
      if (found.kind !== "whole" || state?.version !== 2) {
        throw refuse("is not a checkpoint of Kalmia; remove it and run without --resume");
      }
      if (found.data.hash === hash) return state as Checkpoint;
      throw refuse(
        "belongs to another experiment: the file, its data, the version of Kalmia or the kernels changed since. " +
          "Undo the change, or run without --resume to start again",
      );
    },
    write: (state) => writeWhole(path, sealed({ kalmia: kalmiaVersion(), hash, state })),
    remove: () => removeFile(path),
  };
}
