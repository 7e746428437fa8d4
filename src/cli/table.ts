/** Writes rows under a header, columns two spaces apart; all but the first are aligned to the right. */
export function tableText(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, ...rows];
  const widths = header.map((_, j) => Math.max(...lines.map((line) => line[j].length)));
  return lines
    .map((line) => {
      const cells = line.map((cell, j) =>
        j === 0 ? cell.padEnd(widths[j]) : cell.padStart(widths[j]),
      );
      return `${cells.join("  ").trimEnd()}\n`;
    })
    .join("");
}

/** Writes a number with four significant digits, without trailing zeros. */
export function significant(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e6 || size < 1e-4)) return value.toExponential(digits - 1);
  const rounded = Number(value.toPrecision(digits));
  const decimals = size === 0 ? 0 : Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  return size >= 10 ** digits ? value.toFixed(0) : rounded.toFixed(decimals);
}
