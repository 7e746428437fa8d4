/** Tables for people to read: numbers with three digits, columns aligned. */
import type { Timing } from "./measure.js";

export interface Table {
  readonly title: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A title, a header and rows; the first column to the left, the others to the right. */
export function tableText({ title, header, rows }: Table): string {
  const lines = [header, ...rows];
  const widths = header.map((_, j) => Math.max(...lines.map((line) => line[j]!.length)));
  const text = lines.map((line) =>
    line
      .map((cell, j) => (j === 0 ? cell.padEnd(widths[j]!) : cell.padStart(widths[j]!)))
      .join("  ")
      .trimEnd(),
  );
  const rule = widths.map((width) => "─".repeat(width)).join("  ");
  return `${[title, "", text[0], rule, ...text.slice(1)].join("\n")}\n`;
}

/** Three significant digits, without an exponent. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const size = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)));
  return value.toFixed(Math.min(6, Math.max(0, 2 - size)));
}

/** "median (least–greatest)" of a quantity that falls or grows with the time. */
export function spread(timing: Timing, quantity: (seconds: number) => number): string {
  const ends = [quantity(timing.lowest), quantity(timing.highest)].sort((a, b) => a - b);
  return `${digits(quantity(timing.median))} (${ends.map(digits).join("–")})`;
}

export const percent = (share: number): string => `${Math.round(100 * share)} %`;
