/** Domains of positions, and the distances on them. */

import { UsageError } from "../engine/index.js";

/** The domain of positions: a line, a ring of this length, or a sphere of this radius. */
export type Domain =
  | { readonly kind: "line" }
  | { readonly kind: "ring"; readonly length: number }
  | { readonly kind: "sphere"; readonly radius: number };

/** A position: a number on a line or a ring, longitude and latitude in degrees on a sphere. */
export type Position = number | readonly [longitude: number, latitude: number];

/** A vector of length 1 from the centre of a sphere. */
export type Direction = readonly [number, number, number];

/** Throws a UsageError unless it is a domain that is known, with its length or radius above 0. */
export function checkDomain(who: string, domain: Domain): void {
  const { kind, length, radius } = (domain ?? {}) as Partial<Record<string, unknown>>;
  const isSize = (x: unknown) => typeof x === "number" && Number.isFinite(x) && x > 0;
  if (kind === "line" || (kind === "ring" && isSize(length))) return;
  if (kind === "sphere" && isSize(radius)) return;
  throw new UsageError(
    `${who}: the domain is ${JSON.stringify(domain)}; need { kind: "line" }, { kind: "ring", length } or { kind: "sphere", radius }, with a length or radius above 0.`,
  );
}

/** Throws a UsageError unless all are finite positions on the domain. */
export function checkPositions(who: string, domain: Domain, positions: readonly Position[]): void {
  checkDomain(who, domain);
  if (!Array.isArray(positions)) {
    throw new UsageError(`${who}: the positions are ${String(positions)}; need a list.`);
  }
  const fits = domain.kind === "sphere" ? isPair : Number.isFinite;
  const at = positions.findIndex((position) => !fits(position));
  if (at < 0) return;
  const need = domain.kind === "sphere" ? "[longitude, latitude] in degrees" : "a finite number";
  throw new UsageError(
    `${who}: position ${at} is ${JSON.stringify(positions[at]) ?? "undefined"}; need ${need}.`,
  );
}

const isPair = (x: unknown): boolean =>
  Array.isArray(x) && x.length === 2 && x.every((each) => Number.isFinite(each));

/** Returns the direction of a position on a sphere. */
export function directionOf(position: Position): Direction {
  checkPositions("directionOf", { kind: "sphere", radius: 1 }, [position]);
  const [longitude, latitude] = (position as readonly number[]).map((x) => (x * Math.PI) / 180);
  const [lambda, phi] = [longitude!, latitude!];
  const across = Math.cos(phi);
  return [across * Math.cos(lambda), across * Math.sin(lambda), Math.sin(phi)];
}

/** Returns the angle between two directions, from the chord: exact to roundoff where they are near. */
export function angleBetween(u: Direction, v: Direction): number {
  for (const each of [u, v]) {
    if (Array.isArray(each) && each.length === 3 && each.every((x) => Number.isFinite(x))) continue;
    throw new UsageError(
      `angleBetween: a direction is ${JSON.stringify(each) ?? "undefined"}; need three finite numbers, as directionOf gives.`,
    );
  }
  return between(u, v);
}

function between(u: Direction, v: Direction): number {
  const chord = Math.hypot(u[0] - v[0], u[1] - v[1], u[2] - v[2]);
  return 2 * Math.asin(Math.min(1, chord / 2));
}

/**
 * Returns the distance |a − b|; on a ring that of the shorter way round, on a sphere that along the great
 * circle.
 */
export function distanceOn(domain: Domain, a: Position, b: Position): number {
  checkPositions("distanceOn", domain, [a, b]);
  if (domain.kind === "sphere") {
    return domain.radius * between(directionOf(a), directionOf(b));
  }
  return along(domain, a as number, b as number);
}

function along(domain: Exclude<Domain, { kind: "sphere" }>, a: number, b: number): number {
  const direct = Math.abs(a - b);
  if (domain.kind === "line") return direct;
  const rest = direct % domain.length;
  return Math.min(rest, domain.length - rest);
}

/** Returns the distances between all pairs of two lists of positions, row by row, [rows columns]. */
export function distances(
  domain: Domain,
  rows: readonly Position[],
  columns: readonly Position[],
): Float64Array {
  checkPositions("distances", domain, rows);
  checkPositions("distances", domain, columns);
  const all = new Float64Array(rows.length * columns.length);
  const [from, to] =
    domain.kind === "sphere" ? [rows, columns].map((each) => each.map(directionOf)) : [];
  for (let i = 0; i < rows.length; i++) {
    for (let j = 0; j < columns.length; j++) {
      all[i * columns.length + j] =
        domain.kind === "sphere"
          ? domain.radius * between(from![i]!, to![j]!)
          : along(domain, rows[i] as number, columns[j] as number);
    }
  }
  return all;
}
