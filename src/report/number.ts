/** Writes numbers as people write them. */

const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** `digits` significant digits, powers of ten where the plain form would be long; "–" if not finite. */
export function significant(x: number | null, digits = 4): string {
  if (x === null || !Number.isFinite(x)) return "–";
  if (x === 0) return "0";
  const size = Math.abs(x);
  if (size < 1e-3 || size >= 1e7) return scientific(x, digits);
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  return fixed(x, Math.min(decimals, 12));
}

/** A number that somebody chose, with the digits it was given. */
export function given(x: number): string {
  const size = Math.abs(x);
  if (x !== 0 && (size < 1e-3 || size >= 1e7)) return significant(x, 3);
  return time(x);
}

/** Two decimals, for log-likelihoods and ratios near 1. */
export const hundredths = (x: number | null): string =>
  x !== null && Number.isFinite(x) ? fixed(x, 2) : "–";

/** A value rounded where its standard error has its second digit: "0.547 ± 0.062". */
export function withError(value: number, error: number): string {
  if (!Number.isFinite(error) || error <= 0) return significant(value);
  const size = Math.max(Math.abs(value), error);
  const decimals = 1 - Math.floor(Math.log10(error));
  if (size < 1e-3 || size >= 1e7) {
    const power = Math.floor(Math.log10(size));
    const scale = 10 ** power;
    const kept = Math.min(12, Math.max(0, decimals + power));
    return `(${fixed(value / scale, kept)} ± ${fixed(error / scale, kept)}) × 10${raised(power)}`;
  }
  const kept = Math.min(12, Math.max(0, decimals));
  return `${fixed(value, kept)} ± ${fixed(error, kept)}`;
}

/** "[0.46, 0.65]" with as many digits as the width of the interval deserves. */
export function interval([lower, upper]: readonly [number, number]): string {
  const digits = (x: number) => significant(x, digitsFor(x, upper - lower));
  return `${digits(lower)} to ${digits(upper)}`;
}

/** A time, never grouped: 1921, 0.05. */
export function time(t: number): string {
  if (!Number.isFinite(t)) return "–";
  return String(Number(t.toPrecision(10))).replace("-", "−");
}

/** Writes a fraction as a whole percentage. */
export const percent = (fraction: number): string => `${Math.round(100 * fraction)} %`;

/** "no", "one", … "twelve", 13 */
export function count(n: number): string {
  const words = "no one two three four five six seven eight nine ten eleven twelve".split(" ");
  return words[n] ?? grouped(n);
}

/** 12,345 */
export function grouped(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** Digits that show x to about a hundredth of `width`, between 2 and 6. */
function digitsFor(x: number, width: number): number {
  if (!(width > 0) || x === 0) return 4;
  const digits = Math.floor(Math.log10(Math.abs(x))) - Math.floor(Math.log10(width)) + 2;
  return Math.min(6, Math.max(2, digits));
}

function fixed(x: number, decimals: number): string {
  const text = x.toFixed(decimals);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−");
}

function scientific(x: number, digits: number): string {
  const [mantissa, power] = x.toExponential(digits - 1).split("e") as [string, string];
  return `${mantissa.replace("-", "−")} × 10${raised(Number(power))}`;
}

function raised(power: number): string {
  const digits = [...String(Math.abs(power))].map((digit) => superscripts[Number(digit)]);
  return (power < 0 ? "⁻" : "") + digits.join("");
}
