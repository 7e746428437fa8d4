/** The generators of cases, by name. */
import { fileURLToPath } from "node:url";
import type { Generator, Kind } from "./case.js";
import { csv } from "./csv.js";
import { loadExamples } from "./examples.js";
import { experiments } from "./experiments.js";
import { checkpoints, safetensors } from "./saved.js";
import { savedBy } from "./saved-by.js";
import { yaml } from "./yaml.js";

/** Learned values in many forms, and a few epochs: its saved states are broken. */
const learner = "lynx-hare.yaml";

export async function generators(root = repository()): Promise<Record<Kind, Generator>> {
  const examples = loadExamples(root);
  const example = examples.find(({ name }) => name === learner)!;
  const saved = await savedBy(example);
  return {
    experiments: experiments(examples),
    csv: csv(examples),
    yaml: yaml(examples),
    safetensors: safetensors(saved),
    checkpoints: checkpoints(saved),
  };
}

/** The root of the repository, from this file or what it is compiled to. */
const repository = (): string => fileURLToPath(new URL("../..", import.meta.url));
