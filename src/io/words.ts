import type { z } from "zod";
import { describeValue, nearest } from "../parts/index.js";

export { describeValue as describe } from "../parts/index.js";

/** Writes `got …; need …`, or `missing; need …` if there is no value. */
export function gotNeed(value: unknown, need: string): string {
  if (value === undefined) return `missing; need ${need}`;
  const quoted = typeof value === "string" && /^\s*[+-]?\.?\d[\d.eE+-]*\s*$/.test(value);
  const hint = quoted && need.includes("number") ? " (without quotes)" : "";
  return `got ${describeValue(value)}; need ${need}${hint}`;
}

const typeWords: Readonly<Record<string, string>> = {
  number: "a finite number",
  int: "a whole number",
  string: "text",
  boolean: "true or false",
  array: "a list",
  tuple: "a list",
  object: "a map of keys",
  record: "a map of keys",
};

/** Returns the message of an issue whose schema has none of its own. */
export function words(issue: z.core.$ZodRawIssue): string | undefined {
  const value = issue.input;
  switch (issue.code) {
    case "invalid_type":
      return gotNeed(value, typeWords[isWholeNumber(issue) ? "int" : issue.expected]);
    case "invalid_value":
      return choice(value, issue.values.map(String));
    case "too_small":
      return gotNeed(
        value,
        bound(issue.origin, issue.inclusive ? "at least" : "more than", issue.minimum),
      );
    case "too_big":
      return gotNeed(
        value,
        bound(issue.origin, issue.inclusive ? "at most" : "less than", issue.maximum),
      );
    default:
      return undefined;
  }
}

/** Tells whether an issue of the wrong type is about a whole number. */
function isWholeNumber({ inst }: z.core.$ZodRawIssue): boolean {
  return (inst?._zod.def as { format?: string } | undefined)?.format === "safeint";
}

function bound(origin: string, relation: string, limit: number | bigint): string {
  switch (origin) {
    case "array":
      return `a list of ${relation} ${limit}`;
    case "string":
      return `${relation} ${limit} character${limit === 1 ? "" : "s"}`;
    case "int":
      return `a whole number, ${relation} ${limit}`;
    default:
      return `a number ${relation} ${limit}`;
  }
}

/** Writes the message for a value that is none of a few words. */
export function choice(value: unknown, known: readonly string[]): string {
  const near = typeof value === "string" ? nearest(value, known) : null;
  const hint = near === null ? "" : `did you mean ${JSON.stringify(near)}? `;
  const list = known.length === 1 ? known[0] : `one of ${known.join(", ")}`;
  return value === undefined
    ? `missing; need ${list}`
    : `got ${describeValue(value)}; ${hint}need ${list}`;
}
