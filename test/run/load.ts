import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseExperiment } from "../../src/io/index.js";
import type { RunHost, RunOutput, Specification } from "../../src/run/index.js";
import { runExperiment } from "../../src/run/index.js";

export const examples = resolve(import.meta.dirname, "../../examples");

/** A specification from the text of an experiment file; data paths are relative to examples/. */
export async function specificationOf(text: string): Promise<Specification> {
  const read = async (path: string) => ({
    name: path,
    text: readFileSync(resolve(examples, path), "utf8"),
  });
  return (await parseExperiment(text, "test.yaml", read)).specification;
}

export const example = (name: string): Promise<Specification> =>
  specificationOf(readFileSync(resolve(examples, `${name}.yaml`), "utf8"));

/** A host that wants nothing. */
export const quiet: RunHost = { progress() {}, checkpoint() {}, stopRequested: () => false };

export const runText = async (text: string): Promise<RunOutput> =>
  runExperiment(await specificationOf(text), quiet);
