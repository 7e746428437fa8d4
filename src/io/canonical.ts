import type { Json } from "../reproductions/index.js";

/** JSON that is the same text for equal values: keys sorted, no spaces. Throws where JSON has no word for a value. */
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

/** `Array.isArray` does not narrow read-only lists. */
const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
