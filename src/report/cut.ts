/** Cuts lines and bands at the lower and upper edge of a panel. */
import type { Row } from "./figure.js";

type Range = readonly [number, number];

/** Leaves out points outside the range (null breaks the line) and adds the points where the line crosses an edge. */
export function cutLine(rows: readonly Row[], range: Range): readonly Row[] {
  const [bottom, top] = range;
  const inside = (y: number) => y >= bottom && y <= top;
  const result: Row[] = [];
  rows.forEach((row, k) => {
    const previous = rows[k - 1];
    if (previous) result.push(...crossings(previous, row, range));
    result.push(typeof row.y === "number" && !inside(row.y) ? { ...row, y: null } : row);
  });
  return result;
}

/** Moves the edges of a band to the edges of the panel where they lie outside. */
export function cutBand(rows: readonly Row[], [bottom, top]: Range): readonly Row[] {
  const into = (y: Row[string]) =>
    typeof y === "number" ? Math.max(bottom, Math.min(top, y)) : null;
  return rows.map((row) => ({ ...row, lower: into(row.lower!), upper: into(row.upper!) }));
}

/** Returns the points where the segment from a to b crosses the edges, in the order from a to b. */
function crossings(a: Row, b: Row, range: Range): readonly Row[] {
  if (![a.x, a.y, b.x, b.y].every((value) => typeof value === "number")) return [];
  const [ax, ay, bx, by] = [a.x, a.y, b.x, b.y] as [number, number, number, number];
  return range
    .map((edge) => ({ edge, fraction: (edge - ay) / (by - ay) }))
    .filter(({ fraction }) => fraction > 0 && fraction < 1)
    .sort((one, other) => one.fraction - other.fraction)
    .map(({ edge, fraction }) => ({ x: ax + fraction * (bx - ax), y: edge }));
}
