import type { Json } from "../reproductions/index.js";

/**
 * Writes a value as JSON that is the same text for equal values: with sorted keys, without spaces.
 *
 * @throws TypeError when a value has no form in JSON.
 */
export function canonicalJson(value: Json): string {
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new TypeError(`canonicalJson: got the number ${value}; need finite numbers`);
  }
  if (value === null || typeof value !== "object") {
    const text = JSON.stringify(value) as string | undefined;
    if (text === undefined) throw new TypeError(`canonicalJson: got ${value}; need plain JSON`);
    return text;
  }
  if (isList(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key]!)}`).join(",")}}`;
}

/** Narrows read-only lists, which `Array.isArray` does not. */
const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
