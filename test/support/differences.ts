/** Derivatives by central differences of order four, in plain numbers. */

/** f′ at x with the step h: error h⁴ and rounding |f| 10⁻¹⁶/h. */
export const slopeOf = (f: (x: number) => number, x: number, h: number): number =>
  (8 * (f(x + h) - f(x - h)) - (f(x + 2 * h) - f(x - 2 * h))) / (12 * h);

/** ∂f/∂x_i for a record of named numbers, each stepped by 10⁻³ of its size. */
export function slopesOf<T extends Record<string, number>>(
  f: (x: T) => number,
  x: T,
  relativeStep = 1e-3,
): { [K in keyof T]: number } {
  const entries = Object.entries(x).map(([name, value]) => {
    const along = (v: number) => f({ ...x, [name]: v });
    return [name, slopeOf(along, value, relativeStep * Math.max(Math.abs(value), 1e-3))];
  });
  return Object.fromEntries(entries);
}
