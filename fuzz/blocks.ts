/** Blocks of parts with values that their descriptors allow: every kind, also those that no example has. */

import { models } from "kalmia/models";
import { noises, operators } from "kalmia/observe";
import type { Key, Keys } from "kalmia/parts";
import { methods } from "kalmia/smoothers";
import { sized } from "./examples.js";
import type { Random } from "./random.js";
import type { Json } from "./values.js";

const matrices: readonly Json[] = [
  [[1]],
  [
    [1, 0.1],
    [0, 0.9],
  ],
  [
    [0.9, 0.2, 0],
    [0, 0.9, 0.2],
    [0, 0, 0.9],
  ],
  [
    [1, 2],
    [2, 1],
  ],
];
const lists: readonly Json[] = [[1], [0, 1], [1, 2, 3], [0.5, 0.5, 0.5, 0.5], []];

interface Range {
  readonly min?: number;
  readonly above?: number;
  readonly max?: number;
  readonly below?: number;
  readonly whole?: true;
}

/** Whole numbers are counts of work: near the least, that thousands of cases run in an hour. */
function numberIn({ min, above, max, below, whole }: Range, random: Random): number {
  const low = min ?? above ?? (whole ? 0 : -2);
  const near = low + random.pick([1, 5, 20]);
  const most = max ?? below ?? near;
  const high = whole ? Math.min(most, near) : most;
  const value = low + (high - low) * random.next();
  if (whole) return random.chance(0.3) ? low : Math.round(value);
  return random.chance(0.1) ? low : value;
}

function valueFor(key: Key, random: Random): Json {
  switch (key.type) {
    case "number": {
      const value = numberIn(key.bounds, random);
      if (!random.chance(0.25)) return value;
      return {
        learn: true,
        start: value,
        truth: value,
        ...(key.support === "positive" && { positive: true }),
      };
    }
    case "setting":
      return numberIn(key.bounds, random);
    case "choice":
      return random.pick(key.options);
    case "flag":
      return key.only ?? random.chance(0.5);
    case "vector":
    case "list":
      return random.pick(lists);
    case "spread":
      return random.pick<Json>([1, 0.1, [1, 2], { learn: true, start: 1, positive: true }, 0]);
    case "matrix":
      return random.pick(matrices);
    case "points":
      return Array.from({ length: 1 + random.below(3) }, () =>
        Array.from({ length: key.length }, () => random.below(5)),
      );
    case "text":
      return random.pick(["x", "flow", "time"]);
    case "group":
      return blockOf(key.keys, random, key.oneOf);
    case "variant": {
      const names = Object.keys(key.keys);
      if (names.length === 0 || random.chance(0.5)) return random.pick(key.options);
      const name = random.pick(names);
      return { [name]: valueFor(key.keys[name]!, random) };
    }
  }
}

function blockOf(keys: Keys, random: Random, oneOf?: readonly string[]): { [key: string]: Json } {
  const chosen = oneOf === undefined ? undefined : random.pick(oneOf);
  const entries = Object.entries(keys).filter(([name, key]) => {
    if (oneOf?.includes(name)) return name === chosen;
    const required = key.optional !== true && key.default === undefined;
    return required || random.chance(0.25);
  });
  return Object.fromEntries(entries.map(([name, key]) => [name, valueFor(key, random)]));
}

interface Described {
  readonly kind: string;
  readonly parameters: Keys;
}

const sections: Readonly<Record<"model" | "method" | "operator" | "noise", readonly Described[]>> =
  {
    model: models,
    method: methods,
    operator: operators,
    noise: noises,
  };

/** A block of a random kind of a section. */
export function blockIn(
  section: keyof typeof sections,
  random: Random,
): { readonly [key: string]: Json } {
  const { kind, parameters } = random.pick(sections[section]);
  const block = { kind, ...blockOf(parameters, random) };
  if (section !== "method") return sized(block);
  // A few members are enough.
  return "members" in block ? { ...block, members: 2 + random.below(12) } : block;
}
