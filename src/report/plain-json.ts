/**
 * JSON that people can read: indented, but what fits on a line stays on it. Gaps (NaN) become
 * null.
 */
export function plainJson(value: unknown, indent = "", width = 96): string {
  const short = JSON.stringify(value) ?? "null";
  if (short.length + indent.length <= width || value === null || typeof value !== "object") {
    return spaced(value, short);
  }
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => plainJson(item, inner, width));
    const flat = value.every((item) => item === null || typeof item !== "object");
    const lines = flat ? filled(items, width - inner.length) : items;
    return `[\n${inner}${lines.join(`,\n${inner}`)}\n${indent}]`;
  }
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([key, item]) => `${JSON.stringify(key)}: ${plainJson(item, inner, width)}`);
  return `{\n${inner}${entries.join(`,\n${inner}`)}\n${indent}}`;
}

/** Numbers or words, as many on a line as fit. */
function filled(items: readonly string[], width: number): readonly string[] {
  const lines: string[] = [];
  for (const item of items) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + item.length + 2 <= width) {
      lines[lines.length - 1] = `${last}, ${item}`;
    } else lines.push(item);
  }
  return lines;
}

/** Spaces after commas and colons, never inside strings. */
function spaced(value: unknown, short: string): string {
  if (value === null || typeof value !== "object") return short;
  if (Array.isArray(value))
    return `[${value.map((item) => plainJson(item, "", Infinity)).join(", ")}]`;
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([key, item]) => `${JSON.stringify(key)}: ${plainJson(item, "", Infinity)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}
