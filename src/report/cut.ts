/** Lines and bands cut at the lower and upper edge of a panel. */
import type { Row } from "./figure.js";

type Range = readonly [number, number];

/** Points outside are left out (null breaks the line), crossings of an edge are added. */
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

/** Edges of the band are moved to the edges of the panel. */
export function cutBand(rows: readonly Row[], [bottom, top]: Range): readonly Row[] {
  const into = (y: Row[string]) =>
    typeof y === "number" ? Math.max(bottom, Math.min(top, y)) : null;
  return rows.map((row) => ({ ...row, lower: into(row.lower!), upper: into(row.upper!) }));
}

/** Where the segment from a to b crosses the edges, in its direction. */
function crossings(a: Row, b: Row, range: Range): readonly Row[] {
  if (![a.x, a.y, b.x, b.y].every((value) => typeof value === "number")) return [];
  const [ax, ay, bx, by] = [a.x, a.y, b.x, b.y] as [number, number, number, number];
  return range
    .map((edge) => ({ edge, share: (edge - ay) / (by - ay) }))
    .filter(({ share }) => share > 0 && share < 1)
    .sort((one, other) => one.share - other.share)
    .map(({ edge, share }) => ({ x: ax + share * (bx - ax), y: edge }));
}
