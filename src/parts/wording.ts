/** Numbers and values in sentences. */

/** Writes a count in words up to twelve: "no", "one", … "twelve", "13", "1,234". */
export function inWords(n: number): string {
  const words = "no one two three four five six seven eight nine ten eleven twelve".split(" ");
  return words[n] ?? grouped(n);
}

/** Writes a whole number with commas: "1,234,567". */
export const grouped = (n: number): string => String(n).replace(/\B(?=(\d{3})+(?!\d))/g, ",");

/** Writes a count with its noun: "1 value", "2 values". */
export const counted = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`;

/** Describes a value for a message. */
export function describeValue(value: unknown): string {
  if (value === null) return "nothing";
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number" && !Number.isFinite(value)) return `the number ${value}`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object") return "a map of keys";
  return String(value);
}
