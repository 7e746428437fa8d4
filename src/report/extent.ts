/** Computes the ranges of axes. */

/**
 * The range of `core`, widened to show `bands`, but not to more than 1.25 times its height on
 * either side: a band that explodes must not flatten everything else. Both may hold non-finite
 * values, which are passed over.
 */
export function robustExtent(
  core: readonly number[],
  bands: readonly number[],
): { readonly domain: readonly [number, number]; readonly cut: boolean } {
  const inner = extent(core.some(Number.isFinite) ? core : bands);
  const outer = extent([...core, ...bands]);
  const height = inner[1] - inner[0] || Math.abs(inner[0]) || 1;
  const bottom = Math.max(outer[0], inner[0] - 1.25 * height);
  const top = Math.min(outer[1], inner[1] + 1.25 * height);
  const margin = 0.04 * (top - bottom || 1);
  const positive = outer[0] >= 0 && bottom < 0.4 * top;
  return {
    domain: [positive ? 0 : bottom - margin, top + margin],
    cut: outer[0] < bottom || outer[1] > top,
  };
}

/** Returns the smallest and the largest finite value; [0, 1] when there is none. */
export function extent(values: readonly number[]): readonly [number, number] {
  let lower = Number.POSITIVE_INFINITY;
  let upper = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < lower) lower = value;
    if (value > upper) upper = value;
  }
  return lower <= upper ? [lower, upper] : [0, 1];
}

/** Adds room for symbols at both ends. */
export function margined(from: number, to: number): readonly [number, number] {
  const margin = 0.012 * (to - from) || 1;
  return [from - margin, to + margin];
}

/** Returns the value below which a fraction p of the finite values lies, interpolated. */
export function quantile(values: readonly number[], p: number): number {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  if (sorted.length === 0) return Number.NaN;
  const position = p * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (position - below) * (sorted[above]! - sorted[below]!);
}
