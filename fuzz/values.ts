/** Values that people, programs and accidents write where another is needed. */
import type { Random } from "./random.js";

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

const numbers = [
  ...[
    0, -0, 1, -1, 2, 0.5, -0.5, 3.7, 1e-3, 1e-12, 1e-300, 5e-324, 1e3, 1e6, 1e9, 1e15, 1e300,
    -1e300,
  ],
  ...[2 ** 31, 2 ** 32, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
] as const;

const words = [
  ...[
    "",
    " ",
    "identity",
    "enkf",
    "lorenz96",
    "1",
    "1e3",
    "1,5",
    "NaN",
    "yes",
    "~",
    "null",
    "true",
    "é😀",
  ],
  ...["__proto__", "constructor", "toString", "../x", "a".repeat(300), "$&", "<script>", "[[1]]"],
] as const;

/** A value that may be anything. */
export function anything(random: Random, depth = 0): Json {
  const roll = random.below(depth > 2 ? 5 : 9);
  if (roll < 3) return random.pick(numbers);
  if (roll === 3) return random.pick(words);
  if (roll === 4) return random.pick([null, true, false]);
  if (roll === 5) return { learn: true, start: anything(random, 3) };
  const size = random.below(4);
  const parts = Array.from({ length: size }, () => anything(random, depth + 1));
  if (roll < 8) return parts;
  return Object.fromEntries(parts.map((part) => [random.pick(words) || "x", part]));
}

/** A value near the one given: of its kind, but of another size, sign or shape. */
export function near(value: Json, random: Random): Json {
  if (typeof value === "number") {
    const factor = random.pick([0, -1, 0.1, 0.5, 2, 10, 1e3, 1e6, 1e-3, 1e-6, 1e12, 1e-12]);
    if (random.chance(0.6)) return value * factor;
    return random.pick([
      value * factor,
      value + 1,
      value - 1,
      -value,
      Math.round(value),
      [value],
      `${value}`,
    ]);
  }
  if (typeof value === "string") {
    return random.pick([
      value.toUpperCase(),
      value.slice(1),
      `${value}s`,
      ` ${value}`,
      [value],
      { kind: value },
    ]);
  }
  if (typeof value === "boolean") return !value;
  if (Array.isArray(value)) {
    const list = value as readonly Json[];
    const roll = random.below(5);
    if (roll === 0) return list.slice(1);
    if (roll === 1) return [...list, ...list];
    if (roll === 2) return [list];
    if (roll === 3) return list[0] ?? [];
    return [...list].reverse();
  }
  return anything(random);
}
