/** Saved states: learned values (safetensors) and checkpoints, broken before they are read. */
import { mutateBytes, mutateText } from "./bytes.js";
import type { Generator } from "./case.js";
import type { Example } from "./examples.js";
import { experimentName, runArguments, yamlOf } from "./experiments.js";
import { mutate, set } from "./mutate.js";
import { randomOf } from "./random.js";
import type { Json } from "./values.js";

/** The files that a run of an example left behind. */
export interface Saved {
  readonly example: Example;
  /** model.safetensors */
  readonly model: Uint8Array;
  /** checkpoint.json */
  readonly checkpoint: string;
}

/** Broken learned values, which a run starts from. */
export function safetensors({ example, model }: Saved): Generator {
  const tree = set({ start: null, ...(example.tree as object) }, ["start"], { from: "saved" });
  const text = yamlOf(tree);
  return (seed) => {
    const random = randomOf(seed);
    let bytes = model;
    for (let n = 1 + random.below(3); n > 0 && bytes.length > 0; n--) {
      bytes = random.chance(0.3) ? mutateHeader(bytes, seed + n) : mutateBytes(bytes, random);
    }
    const files = { ...example.data, [experimentName]: text, "saved/model.safetensors": bytes };
    return { kind: "safetensors", seed, files, args: runArguments };
  };
}

/** The file with another header: its length, in eight bytes, stands before it. */
function mutateHeader(bytes: Uint8Array, seed: number): Uint8Array {
  const random = randomOf(seed);
  if (bytes.length < 8) return bytes;
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = new TextDecoder().decode(bytes.subarray(8, 8 + length));
  const changed = new TextEncoder().encode(mutatedJson(header, random));
  const result = new Uint8Array(8 + changed.length + Math.max(0, bytes.length - 8 - length));
  new DataView(result.buffer).setBigUint64(0, BigInt(changed.length), true);
  result.set(changed, 8);
  result.set(bytes.subarray(Math.min(8 + length, bytes.length)), 8 + changed.length);
  return result;
}

/** Broken checkpoints, which a run goes on from. */
export function checkpoints({ example, checkpoint }: Saved): Generator {
  return (seed) => {
    const random = randomOf(seed);
    let text = checkpoint;
    for (let n = 1 + random.below(2); n > 0; n--) text = mutatedJson(text, random);
    const files = {
      ...example.data,
      [experimentName]: yamlOf(example.tree),
      "out/checkpoint.json": text,
    };
    return { kind: "checkpoints", seed, files, args: [...runArguments, "--resume"] };
  };
}

function mutatedJson(text: string, random: ReturnType<typeof randomOf>): string {
  if (random.chance(0.4)) return mutateText(text, random);
  try {
    return JSON.stringify(mutate(JSON.parse(text) as Json, random));
  } catch {
    return mutateText(text, random);
  }
}
