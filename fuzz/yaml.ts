/** Texts of experiment files with broken characters, lines and structure. */
import { mutateText } from "./bytes.js";
import type { Generator } from "./case.js";
import type { Example } from "./examples.js";
import { experimentName, runArguments, yamlOf } from "./experiments.js";
import { type Random, randomOf } from "./random.js";

export function yaml(examples: readonly Example[]): Generator {
  return (seed) => {
    const random = randomOf(seed);
    const { tree, data } = random.pick(examples);
    let text = random.chance(0.05) ? structure(random) : yamlOf(tree);
    for (let n = 1 + random.below(4); n > 0; n--) text = mutateText(text, random);
    const bytes = new TextEncoder().encode(text);
    if (random.chance(0.05)) bytes[random.below(bytes.length)] = 0xff;
    return { kind: "yaml", seed, files: { ...data, [experimentName]: bytes }, args: runArguments };
  };
}

/** Structures that parsers are known to choke on. */
function structure(random: Random): string {
  const depth = random.pick([10, 100, 1000, 10_000]);
  const bomb = Array.from({ length: 9 }, (_, i) => {
    const before = i === 0 ? '"x"' : `*a${i - 1}`;
    return `a${i}: &a${i} [${Array(9).fill(before).join(", ")}]`;
  });
  return random.pick([
    "[".repeat(depth),
    `model: ${"{ a: ".repeat(depth)}1${" }".repeat(depth)}`,
    bomb.join("\n"),
    "a: &a\n  b: *a\n",
    Array.from({ length: depth }, (_, i) => `k${i}: 1`).join("\n"),
    `name: ${"x".repeat(depth)}`,
  ]);
}
