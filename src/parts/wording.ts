/** Numbers in sentences. */

/** "no", "one", … "twelve", 13, 1,234 */
export function inWords(n: number): string {
  const words = "no one two three four five six seven eight nine ten eleven twelve".split(" ");
  return words[n] ?? grouped(n);
}

/** 1234567 → "1,234,567" */
export const grouped = (n: number): string => String(n).replace(/\B(?=(\d{3})+(?!\d))/g, ",");

/** "1 value", "2 values" */
export const counted = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`;
