/** Domains of positions, and the distances on them. */

/** The domain of positions: a line, a ring of this length, or a sphere of this radius. */
export type Domain =
  | { readonly kind: "line" }
  | { readonly kind: "ring"; readonly length: number }
  | { readonly kind: "sphere"; readonly radius: number };

/** A position: a number on a line or a ring, longitude and latitude in degrees on a sphere. */
export type Position = number | readonly [longitude: number, latitude: number];

/** A vector of length 1 from the centre of a sphere. */
export type Direction = readonly [number, number, number];

/** Returns the direction of a position on a sphere. */
export function directionOf(position: Position): Direction {
  const [longitude, latitude] = (position as readonly number[]).map((x) => (x * Math.PI) / 180);
  const [lambda, phi] = [longitude!, latitude!];
  const across = Math.cos(phi);
  return [across * Math.cos(lambda), across * Math.sin(lambda), Math.sin(phi)];
}

/** Returns the angle between two directions, from the chord: exact to roundoff where they are near. */
export function angleBetween(u: Direction, v: Direction): number {
  const chord = Math.hypot(u[0] - v[0], u[1] - v[1], u[2] - v[2]);
  return 2 * Math.asin(Math.min(1, chord / 2));
}

/**
 * Returns the distance |a − b|; on a ring that of the shorter way round, on a sphere that along the great
 * circle.
 */
export function distanceOn(domain: Domain, a: Position, b: Position): number {
  if (domain.kind === "sphere") {
    return domain.radius * angleBetween(directionOf(a), directionOf(b));
  }
  const direct = Math.abs((a as number) - (b as number));
  if (domain.kind === "line") return direct;
  const along = direct % domain.length;
  return Math.min(along, domain.length - along);
}

/** Returns the distances between all pairs of two lists of positions, row by row, [rows columns]. */
export function distances(
  domain: Domain,
  rows: readonly Position[],
  columns: readonly Position[],
): Float64Array {
  const all = new Float64Array(rows.length * columns.length);
  const [from, to] =
    domain.kind === "sphere" ? [rows, columns].map((each) => each.map(directionOf)) : [];
  for (let i = 0; i < rows.length; i++) {
    for (let j = 0; j < columns.length; j++) {
      all[i * columns.length + j] =
        domain.kind === "sphere"
          ? domain.radius * angleBetween(from![i]!, to![j]!)
          : distanceOn(domain, rows[i]!, columns[j]!);
    }
  }
  return all;
}
