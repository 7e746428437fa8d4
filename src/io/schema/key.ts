/** From the keys of a record to the schema of their values in a file. */
import { z } from "zod";
import type { Bounds, Key, Keys } from "../../parts/index.js";
import { gotNeed } from "../words.js";
import { keys as keysOf } from "./keys.js";
import {
  chosenOf,
  chosenValue,
  learnedPositive,
  learnedReal,
  oneOf,
  orLearned,
  positiveValue,
  positiveValues,
  spread,
  value,
  values,
} from "./value.js";

/** Returns the schema of each key, with defaults. */
export function shapeOf(keys: Keys): z.ZodRawShape {
  const shape = Object.entries(keys).map(([name, key]) => [name, entryOf(key)]);
  return Object.fromEntries(shape) as z.ZodRawShape;
}

function entryOf(key: Key): z.ZodType {
  const schema = schemaOf(key);
  if (key.default !== undefined) {
    const filled =
      key.type === "group" ? schema.prefault(key.default) : schema.default(key.default);
    return filled.describe(key.about);
  }
  return (key.optional ? schema.exactOptional() : schema).describe(key.about);
}

/** Returns the schema of the values of a key. */
export function schemaOf(key: Key): z.ZodType {
  switch (key.type) {
    case "number":
      return numberOf(key);
    case "setting":
      return within(key.bounds);
    case "choice":
      return z.enum(key.options);
    case "flag":
      return key.only ? z.literal(true) : z.boolean();
    case "text":
      return z.string().min(1);
    case "vector":
      return key.support === "positive" ? positiveValues : values;
    case "spread":
      return spread;
    case "matrix":
      return z.array(z.array(key.learnable ? value : z.number()).min(1)).min(1);
    case "list":
      return z.array(within(key.bounds)).min(1);
    case "points":
      return z.array(pointOf(key.length)).min(1);
    case "group":
      return keysOf(shapeOf(key.keys));
    case "variant":
      return variantOf(key);
  }
}

/** Returns the schema of a number within bounds; `tooLarge` is the advice for a number above them. */
function within({ min, above, max, below, whole }: Bounds, tooLarge?: string): z.ZodNumber {
  const more =
    tooLarge === undefined
      ? undefined
      : { error: (issue: z.core.$ZodRawIssue) => `got ${issue.input}; ${tooLarge}` };
  let number: z.ZodNumber = whole ? z.int() : z.number();
  if (min !== undefined) number = number.min(min);
  if (above !== undefined) number = number.gt(above);
  if (max !== undefined) number = number.max(max, more);
  if (below !== undefined) number = number.lt(below, more);
  return number;
}

type NumberKey = Extract<Key, { type: "number" }>;

/**
 * Returns the schema of a number; those of the usual ranges have a common definition, so that the schema for
 * editors is short.
 */
function numberOf({ support, bounds, tooLarge, choosable }: NumberKey): z.ZodType {
  const range = JSON.stringify(bounds);
  if (support === "real" && range === "{}" && !choosable) return value;
  if (support === "positive" && range === '{"above":0}') {
    return choosable ? chosenValue : positiveValue;
  }
  const fixed = within(bounds, tooLarge);
  const learned = learnedOf(support, bounds, fixed, tooLarge);
  return choosable ? chosenOf(fixed, learned) : oneOf([fixed, learned], orLearned);
}

/**
 * Returns the schema of a learned number: its start is strictly inside the range, its truth may be at the
 * edge.
 */
function learnedOf(
  support: NumberKey["support"],
  bounds: Bounds,
  fixed: z.ZodNumber,
  tooLarge?: string,
): z.ZodType {
  const { max, below } = bounds;
  switch (support) {
    case "real":
      return learnedReal(fixed);
    case "fraction":
      return learnedPositive(within({ above: 0, below: 1 }, tooLarge), fixed);
    case "positive": {
      const top = { ...(max !== undefined && { max }), ...(below !== undefined && { below }) };
      return learnedPositive(within({ above: bounds.above ?? 0, ...top }, tooLarge), fixed);
    }
  }
}

const pointOf = (length: number) => {
  const need = `a point of ${length} numbers`;
  return z.array(z.number(), { error: ({ input }) => gotNeed(input, need) }).length(length, {
    error: ({ input }) => gotNeed(input, need),
  });
};

function variantOf({ options, keys }: Extract<Key, { type: "variant" }>): z.ZodType {
  const maps = Object.entries(keys).map(([name, key]) =>
    keysOf({ [name]: schemaOf(key).describe(key.about) }),
  );
  const words = [
    ...options,
    ...Object.keys(keys).map((name) => `{ ${name}: ${exampleOf(keys[name]!)} }`),
  ];
  return oneOf([z.enum(options), ...maps], listed(words));
}

/** Writes a list as `a, b or c`. */
export const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;

/** Returns an example of a value of a key, for messages. */
export function exampleOf(key: Key): string {
  switch (key.type) {
    case "number":
    case "setting": {
      const { min = 0, above = 0, max, below, whole } = key.bounds;
      const [low, high] = [Math.max(min, above), max ?? below];
      if (whole) return String(Math.max(low, Math.min(2, high ?? 2)));
      return String(high === undefined ? low + 1 : (low + high) / 2);
    }
    case "list":
      return "[0, 2]";
    case "vector":
    case "spread":
      return "[1, 2]";
    case "matrix":
      return "[[1, 0]]";
    case "points":
      return `[[${Array.from({ length: key.length }, () => 0).join(", ")}]]`;
    case "flag":
      return "true";
    case "choice":
      return key.options[0] ?? "…";
    default:
      return "…";
  }
}
