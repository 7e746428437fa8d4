/** ` (here 0.2² = 0.04)` for a number, nothing for anything else. */
export function squareText(sd: unknown): string {
  return typeof sd === "number" && Number.isFinite(sd)
    ? ` (here ${sd}² = ${Number((sd * sd).toPrecision(6))})`
    : "";
}
