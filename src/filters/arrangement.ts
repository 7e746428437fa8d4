/** Orders of positions in which those that are near each other come one after the other. */
import { UsageError } from "../engine/index.js";
import {
  angleBetween,
  type Direction,
  type Domain,
  directionOf,
  distanceOn,
  type Position,
} from "../prob/index.js";

/** Positions in an order of their own. */
export interface Arranged<P> {
  readonly at: readonly P[];
  /** The index of each before. */
  readonly order: readonly number[];
}

/** What `neighbours` needs of a domain; P is a position as it is computed with. */
export interface Space<P> {
  /** Checks positions and arranges them; `what` names them. */
  arrange(what: string, positions: readonly Position[]): Arranged<P>;
  /** Returns the mean position of some that come one after the other. */
  mean(positions: readonly P[]): P;
  distance(a: P, b: P): number;
  /**
   * Returns the ranks of the sites nearer than `reach` to any of some points that come one after the other,
   * ascending. On a ring ranks continue beyond its ends.
   */
  window(sites: readonly P[], points: readonly P[], reach: number): readonly number[];
  /** Returns the number of sites nearer than `reach` to a point. */
  count(sites: readonly P[], point: P, reach: number): number;
  /** Returns the best number of points in a patch where k sites are near a point. */
  patch(k: number): number;
}

/** A line or a ring. */
type Along = Exclude<Domain, { readonly kind: "sphere" }>;

export const modulo = (x: number, n: number): number => ((x % n) + n) % n;

const mean = (values: readonly number[]): number =>
  values.reduce((total, x) => total + x, 0) / values.length;

function checkPositions(
  what: string,
  positions: readonly Position[],
  fits: (position: Position) => boolean,
  need: string,
): void {
  const wrong = positions.findIndex((position) => !fits(position));
  if (wrong < 0 && !(what === "state" && positions.length === 0)) return;
  const found =
    wrong >= 0
      ? `position ${wrong} of "${what}" is ${positions[wrong]}`
      : `"${what}" has no positions`;
  throw new UsageError(`neighbours: ${found}; need ${need} for each position.`);
}

/** Returns the space of a line or a ring: positions in ascending order. */
export function interval(domain: Along): Space<number> {
  return {
    arrange: (what, positions) => {
      checkPositions(what, positions, Number.isFinite, "a finite number");
      const given = positions as readonly number[];
      const within = domain.kind === "line" ? given : given.map((x) => modulo(x, domain.length));
      const order = within.map((_, i) => i).sort((i, j) => within[i]! - within[j]!);
      return { at: order.map((i) => within[i]!), order };
    },
    mean,
    distance: (a, b) => distanceOn(domain, a, b),
    window: (sites, points, reach) => {
      const { from, to } = between(sites, points[0]! - reach, points.at(-1)! + reach, domain);
      return Array.from({ length: to - from }, (_, j) => from + j);
    },
    count: (sites, point, reach) => {
      const { from, to } = between(sites, point - reach, point + reach, domain);
      return to - from;
    },
    patch: (k) => Math.ceil(k / 2),
  };
}

/** Returns the ranks from, …, to − 1 of the sites strictly between two positions. */
function between(
  at: readonly number[],
  low: number,
  high: number,
  domain: Along,
): { readonly from: number; readonly to: number } {
  const m = at.length;
  const ring = domain.kind === "ring" ? domain.length : 0;
  if (m === 0 || (ring > 0 && high - low >= ring)) return { from: 0, to: m };
  const position = (j: number) => at[modulo(j, m)]! + ring * Math.floor(j / m);
  /** Returns the first rank whose position is beyond x, or also at x. */
  const first = (x: number, orAt: boolean): number => {
    let [below, above] = ring > 0 ? [-m - 1, 2 * m] : [-1, m];
    while (above - below > 1) {
      const middle = Math.floor((below + above) / 2);
      if (orAt ? position(middle) >= x : position(middle) > x) above = middle;
      else below = middle;
    }
    return above;
  };
  const from = first(low, false);
  const to = Math.max(from, first(high, true));
  return to - from >= m ? { from: 0, to: m } : { from, to };
}

/** Returns the space of a sphere: positions are halved again and again across the longest of three axes. */
export function sphere(radius: number): Space<Direction> {
  const fits = (position: Position) =>
    Array.isArray(position) && position.length === 2 && position.every(Number.isFinite);
  const within: Space<Direction>["window"] = (sites, points, reach) => {
    const chord = 2 * Math.sin(Math.min(Math.PI, reach / radius) / 2);
    const near = ([x, y, z]: Direction) =>
      points.some(([u, v, w]) => (x - u) ** 2 + (y - v) ** 2 + (z - w) ** 2 < chord * chord);
    const ranks: number[] = [];
    sites.forEach((site, rank) => {
      if (reach > Math.PI * radius || near(site)) ranks.push(rank);
    });
    return ranks;
  };
  return {
    arrange: (what, positions) => {
      checkPositions(what, positions, fits, "longitude and latitude in degrees");
      const directions = positions.map(directionOf);
      const order = halved(
        directions,
        directions.map((_, i) => i),
      );
      return { at: order.map((i) => directions[i]!), order };
    },
    mean: (directions) => {
      const sums = [0, 1, 2].map((axis) => mean(directions.map((u) => u[axis]!)));
      const length = Math.hypot(...sums);
      return sums.map((x) => x / length) as unknown as Direction;
    },
    distance: (a, b) => radius * angleBetween(a, b),
    window: within,
    count: (sites, point, reach) => within(sites, [point], reach).length,
    // Windows widen on all sides of a patch: smaller ones than on a line.
    patch: (k) => Math.ceil(k / 8),
  };
}

/** Returns indices of directions in the order of halves of halves, each across its longest axis. */
function halved(directions: readonly Direction[], some: readonly number[]): number[] {
  if (some.length < 2) return [...some];
  const widths = [0, 1, 2].map((axis) => {
    let [least, most] = [Infinity, -Infinity];
    for (const i of some) {
      least = Math.min(least, directions[i]![axis]!);
      most = Math.max(most, directions[i]![axis]!);
    }
    return most - least;
  });
  const axis = widths.indexOf(Math.max(...widths));
  const along = some.toSorted((i, j) => directions[i]![axis]! - directions[j]![axis]!);
  const middle = Math.ceil(along.length / 2);
  return [along.slice(0, middle), along.slice(middle)].flatMap((half) => halved(directions, half));
}
