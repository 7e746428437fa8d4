/** Runs an example to get the files that it saves. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkpointFile, loadExperiment } from "kalmia/io/node";
import { type Checkpoint, runExperiment } from "kalmia/run";
import type { Example } from "./examples.js";
import { experimentName, runArguments, yamlOf } from "./experiments.js";
import { kalmia } from "./run-case.js";
import type { Saved } from "./saved.js";

/** Returns the learned values of an example, and the last checkpoint before it was done. */
export async function savedBy(example: Example): Promise<Saved> {
  const folder = mkdtempSync(join(tmpdir(), "kalmia-fuzz-saved-"));
  try {
    const files = { ...example.data, [experimentName]: yamlOf(example.tree) };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const { specification, hash } = await loadExperiment(experimentName, folder);
    let last: Checkpoint | null = null;
    await runExperiment(specification, {
      progress: () => {},
      checkpoint: (state) => {
        last = state;
      },
      stopRequested: () => false,
    });
    checkpointFile(folder, "", hash).write(last!);
    await kalmia(runArguments, folder, false);
    return {
      example,
      model: readFileSync(join(folder, "out/model.safetensors")),
      checkpoint: readFileSync(join(folder, "checkpoint.json"), "utf8"),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
