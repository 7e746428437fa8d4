/** Values as messages show them, on one line: numbers apart from texts that look like numbers. */

const longest = 8;

export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return "a function";
  if (Array.isArray(value)) {
    const items = Array.from(value.slice(0, longest), (item) =>
      Array.isArray(item) ? "[…]" : shown(item),
    );
    return `[${[...items, ...(value.length > longest ? ["…"] : [])].join(", ")}]`;
  }
  if (typeof value === "object" && value !== null) return `an object of ${className(value)}`;
  return Object.is(value, -0) ? "-0" : String(value);
}

function className(value: object): string {
  const made = Object.getPrototypeOf(value)?.constructor;
  return typeof made === "function" && made.name !== "" ? made.name : "no class";
}
