import { indices, type Tensor, UsageError } from "../engine/index.js";
import type { Domain } from "../prob/index.js";
import { type Arranged, interval, modulo, type Space, sphere } from "./arrangement.js";
import type { Positions } from "./taper.js";

/** Options of `neighbours`. */
export interface NeighbourOptions {
  readonly domain: Domain;
  /**
   * Number of neighbouring components that have one analysis together, that of their mean position: fewer
   * decompositions. @defaultValue 1
   */
  readonly block?: number;
  /**
   * Observations at this distance or farther do not count: at least the cut-off 2c of the half-width c. For
   * a learned c it is a bound: twice the cut-off at the start of learning is a good choice.
   */
  readonly reach: number;
}

/** n patches of p points that are analysed together; a point represents a block of components. */
export interface PatchRun {
  /** n */
  readonly patches: number;
  /** p */
  readonly points: number;
  /** w, the number of sites in the widest window. */
  readonly width: number;
  /** u: the number of sites in all windows together. */
  readonly sites: number;
  /** i32 [n w]: the sites of the windows, numbered among these u sites. */
  readonly windows: Tensor;
  /** Distances from the points to the sites of the windows, [tables, p, w]. */
  readonly distances: Float64Array;
  /** n, or 1 if all patches have equal distances. */
  readonly tables: number;
}

/** The result of `neighbours`. */
export interface Neighbours extends Required<NeighbourOptions> {
  /** d */
  readonly dimension: number;
  /** m; null: all components are sites. */
  readonly observed: number | null;
  readonly runs: readonly PatchRun[];
  /** i32: the components of all patches, one patch after the other; null: 0, 1, …, d − 1. */
  readonly components: Tensor | null;
  /** i32: the sites of all runs, one run after the other; null: in the order given. */
  readonly sites: Tensor | null;
  /** i32 [d]: the index of each component in `components`; null: 0, 1, …, d − 1. */
  readonly order: Tensor | null;
}

/** The approximate number of components in a run. */
const runLength = 256;
/** The least number of points in a patch: products of thinner matrices are slow. */
const fewestPoints = 8;

/**
 * Finds the observations near each component, for local analyses.
 *
 * Components are grouped into patches of p that are next to each other. A patch has a window: the w sites of
 * observations within reach of any of its components, with all p × w distances. Nothing has the size d × m,
 * and weighted sums over windows are products of dense matrices. Patches are grouped into runs, which use
 * the same table of distances where distances are equal, as on a regular grid: then the number of constants
 * does not grow with d. Takes O(d log d + Σ p w) time, once; on a sphere O(d m).
 *
 * Without positions of observations every component is a site: an operator then may pick any components,
 * each once, and other ones at each time.
 *
 * @throws UsageError unless all positions are finite and of the form of the domain, the reach is above 0 and
 * the block is a whole number from 1 to d.
 */
export const neighbours = (
  positions: Pick<Positions, "state"> & Partial<Positions>,
  options: NeighbourOptions,
): Neighbours => {
  const { domain } = options;
  return domain.kind === "sphere"
    ? neighboursIn(sphere(domain.radius), positions, options)
    : neighboursIn(interval(domain), positions, options);
};

function neighboursIn<P>(
  space: Space<P>,
  { state, observed }: Pick<Positions, "state"> & Partial<Positions>,
  options: NeighbourOptions,
): Neighbours {
  const { domain, reach, block = 1 } = options;
  if (!(reach > 0)) throw new UsageError(`neighbours: the reach is ${reach}; need more than 0.`);
  const d = state.length;
  const components = space.arrange("state", state);
  const sites = observed === undefined ? components : space.arrange("observed", observed);
  const m = sites.at.length;
  const blocks = blocksOf(space, components, block);
  const windowOf = (points: readonly P[]) => space.window(sites.at, points, reach);
  const p = patchSize(space.patch, blocks.length, m, (i) =>
    space.count(sites.at, blocks[i]!.at, reach),
  );
  const firsts = startsOf(blocks.length, p);
  const together = Math.max(1, Math.floor(runLength / p));

  const runs: PatchRun[] = [];
  const ranks: number[] = [];
  for (let i = 0; i < firsts.length; i += together) {
    const patches = firsts.slice(i, i + together).map((first): Patch<P> => {
      const at = blocks.slice(first, first + p).map((each) => each.at);
      return { at, window: windowOf(at) };
    });
    const near = sitesOf(patches, m);
    for (const rank of near.ranks) ranks.push(modulo(rank, m));
    const distance = (point: P, rank: number) => space.distance(point, sites.at[modulo(rank, m)]!);
    runs.push(likeBefore(runOf(patches, near, distance, reach), runs.at(-1)));
  }
  const taken = firsts.flatMap((first) =>
    blocks.slice(first, first + p).flatMap((each) => each.components),
  );
  const order = new Array<number>(d);
  taken.forEach((component, i) => {
    order[component] = i;
  });
  return {
    ...{ domain, reach, block, dimension: d, observed: observed?.length ?? null, runs },
    components: unlessInOrder(taken, d),
    sites: unlessInOrder(
      ranks.map((rank) => sites.order[rank]!),
      m,
    ),
    order: unlessInOrder(order, taken.length),
  };
}

/** Returns the starts of pieces of `size` that cover n; the last one overlaps if n is no multiple. */
const startsOf = (n: number, size: number): number[] =>
  Array.from({ length: Math.ceil(n / size) }, (_, i) => Math.min(i * size, n - size));

interface Block<P> {
  /** The mean position of its components. */
  readonly at: P;
  readonly components: readonly number[];
}

function blocksOf<P>(
  space: Space<P>,
  { at, order }: Arranged<P>,
  size: number,
): readonly Block<P>[] {
  const d = at.length;
  if (!Number.isInteger(size) || size < 1 || size > d) {
    throw new UsageError(
      `neighbours: the block is ${size}; need a whole number from 1 to ${d}, the number of components.`,
    );
  }
  return startsOf(d, size).map((first) => ({
    at: space.mean(at.slice(first, first + size)),
    components: order.slice(first, first + size),
  }));
}

interface Patch<P> {
  readonly at: readonly P[];
  /** The ranks of its sites, ascending; on a ring they continue beyond its ends. */
  readonly window: readonly number[];
}

/**
 * Returns p, from the mean number k of sites near a point: more points widen the windows, fewer use them
 * less.
 */
function patchSize(
  patch: (k: number) => number,
  d: number,
  m: number,
  nearby: (i: number) => number,
): number {
  let total = 0;
  for (let i = 0; i < d; i++) total += nearby(i);
  const k = total / d;
  const p = Math.min(d, runLength, Math.max(fewestPoints, patch(k)));
  if (d <= runLength && p + k >= m) return d;
  return Math.ceil(d / Math.ceil(d / p));
}

/** The sites of a run. */
interface Sites {
  /** Their ranks, ascending. */
  readonly ranks: readonly number[];
  /** Returns the place of a rank among them. */
  placeOf(rank: number): number;
}

/** Returns the sites in the windows; all m in order if there are as many. */
function sitesOf(patches: readonly Patch<unknown>[], m: number): Sites {
  const windows = patches.map(({ window }) => window).filter(({ length }) => length > 0);
  const from = Math.min(...windows.map((window) => window[0]!), Infinity);
  const to = Math.max(...windows.map((window) => window.at(-1)!), -Infinity);
  const places = new Int32Array(Math.max(0, to - from + 1)).fill(-1);
  for (const window of windows) for (const rank of window) places[rank - from] = 0;
  const ranks: number[] = [];
  for (let rank = from; rank <= to; rank++) {
    if (places[rank - from]! < 0) continue;
    places[rank - from] = ranks.length;
    ranks.push(rank);
  }
  return ranks.length < m
    ? { ranks, placeOf: (rank) => places[rank - from]! }
    : { ranks: Array.from({ length: m }, (_, j) => j), placeOf: (rank) => modulo(rank, m) };
}

/**
 * Makes a run. Windows narrower than the widest are filled with site 0 at the distance `reach`, which does
 * not count.
 */
function runOf<P>(
  patches: readonly Patch<P>[],
  { ranks, placeOf }: Sites,
  distance: (point: P, rank: number) => number,
  reach: number,
): PatchRun {
  const p = patches[0]!.at.length;
  const w = Math.max(...patches.map(({ window }) => window.length));
  const windows: number[] = [];
  const tables = patches.map(({ at, window }) => {
    const table = new Float64Array(p * w).fill(reach);
    window.forEach((rank, j) => {
      windows.push(placeOf(rank));
      for (let i = 0; i < p; i++) table[i * w + j] = distance(at[i]!, rank);
    });
    for (let j = window.length; j < w; j++) windows.push(0);
    return table;
  });
  const alike = tables.every((table) => sameNumbers(table, tables[0]!));
  return {
    ...{ patches: patches.length, points: p, width: w, sites: ranks.length },
    windows: indices(windows),
    ...{ distances: alike ? tables[0]! : joined(tables), tables: alike ? 1 : tables.length },
  };
}

function joined(tables: readonly Float64Array[]): Float64Array {
  const size = tables[0]!.length;
  const all = new Float64Array(size * tables.length);
  tables.forEach((table, i) => {
    all.set(table, i * size);
  });
  return all;
}

/** Uses the tables of the run before where those of this run are equal. */
function likeBefore(run: PatchRun, before: PatchRun | undefined): PatchRun {
  if (before === undefined || run.patches !== before.patches || run.width !== before.width)
    return run;
  const distances = sameNumbers(run.distances, before.distances) ? before.distances : run.distances;
  const same = sameNumbers(run.windows.toArray() as number[], before.windows.toArray() as number[]);
  return { ...run, distances, windows: same ? before.windows : run.windows };
}

/** Tells whether numbers are equal up to the rounding of positions. */
const sameNumbers = (a: ArrayLike<number>, b: ArrayLike<number>): boolean => {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    if (Math.abs(a[i]! - b[i]!) > 1e-12 * Math.abs(b[i]!)) return false;
  }
  return true;
};

/** Returns indices as a tensor; null if they are 0, 1, …, size − 1. */
const unlessInOrder = (order: readonly number[], size: number): Tensor | null =>
  order.length === size && order.every((each, i) => each === i) ? null : indices(order);
