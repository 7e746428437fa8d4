import { z } from "zod";
import { nearest } from "../../parts/index.js";

/** Advice for unknown keys that people are likely to write, by name. */
export type Hints = Readonly<Record<string, (value: unknown) => string>>;

/**
 * Returns the schema of a map with these keys and no others. The message for unknown keys has a line for each
 * of them, with the advice for it or with the nearest known key.
 */
export function keys<Shape extends z.ZodRawShape>(shape: Shape, hints: Hints = {}) {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== "unrecognized_keys") return undefined;
      const given = issue.input as Readonly<Record<string, unknown>>;
      return issue.keys
        .map((key) =>
          Object.hasOwn(hints, key) ? hints[key]!(given[key]) : unknownKey(key, known),
        )
        .join("\n");
    },
  });
}

/** Returns the message for an unknown key. */
export function unknownKey(key: string, known: readonly string[]): string {
  const near = nearest(key, known);
  const hint = near === null ? "" : `; did you mean "${near}"?`;
  return `unknown key "${key}"${hint} (known here: ${known.join(", ")})`;
}
